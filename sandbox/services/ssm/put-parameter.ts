import type {
  LabelParameterVersionCommandInput,
  LabelParameterVersionCommandOutput,
  PutParameterCommandInput,
  PutParameterCommandOutput,
} from "@aws-sdk/client-ssm";
import type { Answer, SsmContext } from "./context.ts";
import { required, ssmError, validation } from "./errors.ts";
import { latestOf, type ParameterRecord, type ParameterVersionRecord } from "./parameter-state.ts";
import { nameKey } from "./state.ts";
import { mergedTags } from "./tag-list.ts";

const MAX_VERSIONS = 100;
const MAX_DEPTH = 15;
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

/** Creates a parameter, or with Overwrite adds a version to it. Source: PutParameter in the Systems Manager API reference. */
export function PutParameter(input: PutParameterCommandInput, context: SsmContext): Answer<PutParameterCommandOutput> {
  const { state, clock, caller } = context;
  const name = checkedName(required(input.Name, "name").trim());
  const value = required(input.Value, "value");
  if (value === "") throw validation("Parameter value can't be empty.");
  const old = state.parameters[nameKey(name)];
  if (input.Overwrite === true && (input.Tags ?? []).length > 0) {
    throw validation(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (old !== undefined && input.Overwrite !== true) {
    throw ssmError(
      "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  }
  const type = input.Type ?? old?.type;
  if (type === undefined) throw validation("A parameter type is required when you create a parameter.");
  if (old !== undefined && old.type !== type) {
    throw ssmError(
      "HierarchyTypeMismatchException",
      `The parameter ${name} is of type ${old.type}; its type can't be changed to ${type}.`,
    );
  }
  if (/\{\{.*\}\}/s.test(value)) {
    throw validation('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  const last = old === undefined ? undefined : latestOf(old);
  const allowedPattern = input.AllowedPattern ?? last?.allowedPattern;
  if (allowedPattern !== undefined && !new RegExp(`^(?:${allowedPattern})$`).test(value)) {
    throw ssmError(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
  }
  const keyId = type === "SecureString" ? (input.KeyId ?? last?.keyId ?? "alias/aws/ssm") : undefined;
  const description = input.Description ?? last?.description;
  const version: ParameterVersionRecord = {
    version: (last?.version ?? 0) + 1,
    value,
    tier: tierOf(input, value, last),
    dataType: input.DataType ?? last?.dataType ?? "text",
    modifiedAt: clock.now(),
    modifiedBy: caller.arn,
    labels: [],
    ...(description === undefined ? {} : { description }),
    ...(allowedPattern === undefined ? {} : { allowedPattern }),
    ...(keyId === undefined ? {} : { keyId }),
  };
  state.parameters[nameKey(name)] = {
    name,
    type,
    tags: old?.tags ?? mergedTags([], input.Tags),
    versions: [...keptVersions(old), version],
  };
  return { Version: version.version, Tier: version.tier };
}

/** Moves labels to a version; a label names one version at a time. */
export function LabelParameterVersion(
  input: LabelParameterVersionCommandInput,
  { state }: SsmContext,
): Answer<LabelParameterVersionCommandOutput> {
  const key = nameKey(required(input.Name, "name"));
  const parameter = state.parameters[key];
  if (parameter === undefined) throw ssmError("ParameterNotFound", "");
  const number = input.ParameterVersion ?? latestOf(parameter).version;
  if (!parameter.versions.some(({ version }) => version === number)) {
    throw ssmError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${number} of ${parameter.name}.`,
    );
  }
  const asked = required(input.Labels, "labels");
  const good = asked.filter((label) => /^(?!aws|ssm)[a-zA-Z_.-][a-zA-Z0-9_.-]{0,99}$/i.test(label));
  const versions = parameter.versions.map((version) => {
    const others = version.labels.filter((label) => !good.includes(label));
    return { ...version, labels: version.version === number ? [...others, ...good] : others };
  });
  if (versions.some((version) => version.labels.length > 10)) {
    throw ssmError("ParameterVersionLabelLimitExceeded", "A parameter version can have at most 10 labels.");
  }
  state.parameters[key] = { ...parameter, versions };
  return { InvalidLabels: asked.filter((label) => !good.includes(label)), ParameterVersion: number };
}

function checkedName(name: string): string {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name)) {
    throw validation(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (/^\/?aws(?:\/|$)/i.test(name)) {
    throw ssmError("AccessDeniedException", `No access to reserved parameter name: ${name}.`);
  }
  if (/^\/?(?:aws|ssm)/i.test(name)) {
    throw validation('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (name.includes("/") && !name.startsWith("/")) {
    throw validation("Parameter name must be a fully qualified name: begin it with a slash.");
  }
  if (name.endsWith("/") || name.includes("//")) throw validation("Parameter name has an empty sub-path.");
  if (name.split("/").length - 1 > MAX_DEPTH) {
    throw ssmError("HierarchyLevelLimitExceededException", `Hierarchies can have a maximum of ${MAX_DEPTH} levels.`);
  }
  if (name.length > 1011) throw validation("Parameter name is longer than 1011 characters.");
  return name;
}

function tierOf(
  input: PutParameterCommandInput,
  value: string,
  last: ParameterVersionRecord | undefined,
): "Standard" | "Advanced" {
  const bytes = Buffer.byteLength(value);
  const asked = input.Tier ?? last?.tier ?? "Standard";
  if (bytes > ADVANCED_BYTES) {
    throw validation(`Advanced tier parameters support a maximum parameter value of ${ADVANCED_BYTES} characters.`);
  }
  if (asked === "Intelligent-Tiering")
    return bytes > STANDARD_BYTES || last?.tier === "Advanced" ? "Advanced" : "Standard";
  if (asked === "Advanced") return "Advanced";
  if (bytes > STANDARD_BYTES) {
    throw validation(
      `Standard tier parameters support a maximum parameter value of ${STANDARD_BYTES} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`,
    );
  }
  if (last?.tier === "Advanced") {
    throw validation(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter to the standard-parameter tier.",
    );
  }
  return "Standard";
}

/** The oldest version makes room, unless it has a label. */
function keptVersions(old: ParameterRecord | undefined): readonly ParameterVersionRecord[] {
  const versions = old?.versions ?? [];
  if (versions.length < MAX_VERSIONS) return versions;
  if ((versions[0]?.labels.length ?? 0) > 0) {
    throw ssmError(
      "ParameterMaxVersionLimitExceeded",
      "The oldest version of the parameter has a label and can't be deleted to make room.",
    );
  }
  return versions.slice(1);
}
