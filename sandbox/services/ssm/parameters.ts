import type {
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  DeleteParametersCommandOutput,
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
} from "@aws-sdk/client-ssm";
import { type Answer, type SsmContext, ssmArn } from "./context.ts";
import { constraint, required, ssmError } from "./errors.ts";
import type { ParameterRecord, ParameterVersionRecord } from "./parameter-state.ts";
import { latestOf } from "./parameter-state.ts";
import { publicParameters } from "./public-parameters.ts";
import { nameKey } from "./state.ts";

export function GetParameter(input: GetParameterCommandInput, context: SsmContext): Answer<GetParameterCommandOutput> {
  const name = required(input.Name, "name");
  const found = select(name, context);
  if (found === undefined) throw ssmError("ParameterNotFound", "");
  return { Parameter: parameterAnswer(found, input.WithDecryption === true, context) };
}

/** Up to ten; what doesn't exist is listed, not an error. */
export function GetParameters(
  input: GetParametersCommandInput,
  context: SsmContext,
): Answer<GetParametersCommandOutput> {
  const names = required(input.Names, "names");
  if (names.length > 10) throw constraint(names.length, "names", "have length less than or equal to 10");
  const Parameters: Parameter[] = [];
  const InvalidParameters: string[] = [];
  for (const name of new Set(names)) {
    const found = select(name, context);
    if (found === undefined) InvalidParameters.push(name);
    else Parameters.push(parameterAnswer(found, input.WithDecryption === true, context));
  }
  return { Parameters, InvalidParameters };
}

export function DeleteParameter(input: DeleteParameterCommandInput, { state }: SsmContext): object {
  const key = nameKey(required(input.Name, "name"));
  if (state.parameters[key] === undefined) throw ssmError("ParameterNotFound", "");
  delete state.parameters[key];
  return {};
}

export function DeleteParameters(
  input: DeleteParametersCommandInput,
  { state }: SsmContext,
): Answer<DeleteParametersCommandOutput> {
  const DeletedParameters: string[] = [];
  const InvalidParameters: string[] = [];
  for (const name of required(input.Names, "names")) {
    const known = state.parameters[nameKey(name)] !== undefined;
    (known ? DeletedParameters : InvalidParameters).push(name);
    delete state.parameters[nameKey(name)];
  }
  return { DeletedParameters, InvalidParameters };
}

export interface Selected {
  readonly parameter: ParameterRecord;
  readonly version: ParameterVersionRecord;
  /** `:3` or `:label`, as it was asked for. */
  readonly selector?: string;
}

export function parameterAnswer(
  { parameter, version, selector }: Selected,
  decrypt: boolean,
  context: SsmContext,
): Parameter {
  const secret = parameter.type === "SecureString" && !decrypt;
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: secret ? sealed(version.value) : version.value,
    Version: version.version,
    Selector: selector,
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: parameter.name.startsWith("/aws/")
      ? `arn:${context.partition}:ssm:${context.region}::parameter${parameter.name}`
      : ssmArn(context, "parameter", parameter.name),
    DataType: version.dataType,
  };
}

/** The account's parameter or AWS's public one, by name or ARN, with `:version` or `:label`. */
export function select(given: string, context: SsmContext): Selected | undefined {
  const arn = /^arn:[^:]+:ssm:[^:]*:\d*:parameter(\/.+)$/.exec(given);
  const text = arn?.[1] ?? given;
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const parameter =
    parameterNamed(name, context) ?? (arn === null ? undefined : parameterNamed(name.slice(1), context));
  if (parameter === undefined) return undefined;
  if (colon < 0) return { parameter, version: latestOf(parameter) };
  const wanted = text.slice(colon + 1);
  const version = parameter.versions.find(
    (candidate) => String(candidate.version) === wanted || candidate.labels.includes(wanted),
  );
  if (version === undefined) {
    throw ssmError("ParameterVersionNotFound", `Systems Manager could not find version ${wanted} of ${name}.`);
  }
  return { parameter, version, selector: `:${wanted}` };
}

export function parameterNamed(name: string, context: SsmContext): ParameterRecord | undefined {
  return context.state.parameters[nameKey(name)] ?? publicParameters(context).find((known) => known.name === name);
}

/** Stands for the ciphertext: not the value, and the same for the same value. */
function sealed(value: string): string {
  return `AQICAHh${Buffer.from(value, "utf8").toString("base64").split("").reverse().join("")}`;
}
