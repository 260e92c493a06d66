import type {
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
  GetParameterHistoryCommandInput,
  GetParameterHistoryCommandOutput,
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput,
  ParameterMetadata,
  ParameterStringFilter,
} from "@aws-sdk/client-ssm";
import { type Answer, type SsmContext, ssmArn } from "./context.ts";
import { required, ssmError } from "./errors.ts";
import { page } from "./pages.ts";
import { latestOf, type ParameterRecord, type ParameterVersionRecord } from "./parameter-state.ts";
import { parameterAnswer, parameterNamed } from "./parameters.ts";
import { publicParameters } from "./public-parameters.ts";

/** One level unless recursive; at most ten a page. Public parameters are found by path too. */
export function GetParametersByPath(
  input: GetParametersByPathCommandInput,
  context: SsmContext,
): Answer<GetParametersByPathCommandOutput> {
  const path = required(input.Path, "path");
  if (!path.startsWith("/")) {
    throw ssmError("ValidationException", "The parameter path must begin with a slash.");
  }
  const matching = all(context)
    .filter((parameter) => isUnder(parameter.name, path, input.Recursive === true))
    .filter((parameter) => (input.ParameterFilters ?? []).every((filter) => matches(parameter, filter)));
  const { items, ...rest } = page(matching, (parameter) => parameter.name, input, 10, context.pageSize);
  const decrypt = input.WithDecryption === true;
  const Parameters = items.map((parameter) =>
    parameterAnswer({ parameter, version: latestOf(parameter) }, decrypt, context),
  );
  return { Parameters, ...rest };
}

/** The account's own parameters, without their values. */
export function DescribeParameters(
  input: DescribeParametersCommandInput,
  context: SsmContext,
): Answer<DescribeParametersCommandOutput> {
  const older = (input.Filters ?? []).map(({ Key, Values }) => ({ Key, Option: "BeginsWith", Values }));
  const filters: readonly ParameterStringFilter[] = [...older, ...(input.ParameterFilters ?? [])];
  const matching = Object.values(context.state.parameters).filter((parameter) =>
    filters.every((filter) => matches(parameter, filter)),
  );
  const { items, ...rest } = page(matching, (parameter) => parameter.name, input, 50, context.pageSize);
  return { Parameters: items.map((parameter) => metadata(parameter, latestOf(parameter), context)), ...rest };
}

export function GetParameterHistory(
  input: GetParameterHistoryCommandInput,
  context: SsmContext,
): Answer<GetParameterHistoryCommandOutput> {
  const parameter = parameterNamed(required(input.Name, "name"), context);
  if (parameter === undefined) throw ssmError("ParameterNotFound", "");
  const { items, ...rest } = page(
    parameter.versions,
    (version) => String(version.version).padStart(12, "0"),
    input,
    50,
    context.pageSize,
  );
  const Parameters = items.map((version) => {
    const { ARN: _arn, ...known } = metadata(parameter, version, context);
    const { Value } = parameterAnswer({ parameter, version }, input.WithDecryption === true, context);
    return { ...known, Value, Labels: [...version.labels] };
  });
  return { Parameters, ...rest };
}

function all(context: SsmContext): readonly ParameterRecord[] {
  return [...Object.values(context.state.parameters), ...publicParameters(context)];
}

function isUnder(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith("/") ? path : `${path}/`;
  if (!name.startsWith(prefix)) return false;
  return recursive || !name.slice(prefix.length).includes("/");
}

function matches(
  parameter: ParameterRecord,
  { Key: key, Option, Values: values = [] }: ParameterStringFilter,
): boolean {
  const version = latestOf(parameter);
  if (key === "Path") return values.some((path) => isUnder(parameter.name, path, Option === "Recursive"));
  const has = valuesOf(key ?? "", parameter, version);
  if (values.length === 0) return has.length > 0;
  switch (Option ?? "Equals") {
    case "Equals":
      return has.some((value) => values.includes(value));
    case "BeginsWith":
      return has.some((value) => values.some((wanted) => value.startsWith(wanted)));
    case "Contains":
      return has.some((value) => values.some((wanted) => value.includes(wanted)));
    default:
      throw ssmError("InvalidFilterOption", `The filter option ${Option} isn't valid.`);
  }
}

function valuesOf(key: string, parameter: ParameterRecord, version: ParameterVersionRecord): readonly string[] {
  if (key.startsWith("tag:")) {
    const tag = parameter.tags.find((candidate) => candidate.Key === key.slice("tag:".length));
    return tag === undefined ? [] : [tag.Value];
  }
  switch (key) {
    case "Name":
      return [parameter.name];
    case "Type":
      return [parameter.type];
    case "KeyId":
      return version.keyId === undefined ? [] : [version.keyId];
    case "Tier":
      return [version.tier];
    case "DataType":
      return [version.dataType];
    case "Label":
      return version.labels;
    default:
      throw ssmError("InvalidFilterKey", `The filter key ${key} isn't valid.`);
  }
}

function metadata(parameter: ParameterRecord, version: ParameterVersionRecord, context: SsmContext): ParameterMetadata {
  return {
    Name: parameter.name,
    ARN: ssmArn(context, "parameter", parameter.name),
    Type: parameter.type,
    KeyId: version.keyId,
    LastModifiedDate: new Date(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    DataType: version.dataType,
    Policies: [],
  };
}
