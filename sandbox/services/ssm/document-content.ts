import { parse as parseYaml } from "yaml";
import type { CommandDocument, ParameterSpec, StepSpec } from "./document-state.ts";
import { ssmError } from "./errors.ts";

type Members = Readonly<Record<string, unknown>>;

const TOP_LEVEL = new Set(["schemaVersion", "description", "parameters", "mainSteps", "variables"]);
const PARAMETER_TYPES = new Set(["String", "StringList", "Boolean", "Integer", "StringMap", "MapList"]);
const PARAMETER_FIELDS = new Set([
  "type",
  "description",
  "default",
  "allowedValues",
  "allowedPattern",
  "displayType",
  "minItems",
  "maxItems",
  "minChars",
  "maxChars",
  "interpolationType",
]);
const STEP_FIELDS = new Set([
  "action",
  "name",
  "inputs",
  "precondition",
  "onFailure",
  "onSuccess",
  "finallyStep",
  "maxAttempts",
  "timeoutSeconds",
]);
const DEFAULT_TIMEOUT = "3600";

/**
 * Reads a Command document of schema version 2.2 as Systems Manager does when it is stored.
 * Source: "SSM document syntax" and "Data elements and parameters" in the Systems Manager User Guide.
 * @throws InvalidDocumentContent, InvalidDocumentSchemaVersion
 */
export function readDocument(content: string, format: "JSON" | "YAML"): CommandDocument {
  const root = members(parse(content, format), "The document");
  if (root["schemaVersion"] !== "2.2") {
    throw ssmError("InvalidDocumentSchemaVersion", "The sandbox takes Command documents of schema version 2.2.");
  }
  only(root, TOP_LEVEL, "the document");
  const parameters: Record<string, ParameterSpec> = {};
  for (const [name, spec] of Object.entries(members(root["parameters"] ?? {}, "parameters"))) {
    if (!/^[a-zA-Z0-9_]+$/.test(name)) throw invalid(`Parameter name ${name} isn't valid.`);
    parameters[name] = parameterSpec(name, members(spec, `parameter ${name}`));
  }
  const steps = list(root["mainSteps"], "mainSteps").map((step) => stepSpec(members(step, "a step of mainSteps")));
  if (steps.length === 0) throw invalid("mainSteps must have at least one step.");
  const names = new Set(steps.map((step) => step.name));
  if (names.size < steps.length) throw invalid("Step names must be unique.");
  for (const reference of content.matchAll(/\{\{\s*([a-zA-Z0-9_]+)\s*\}\}/g)) {
    const [, name = ""] = reference;
    if (parameters[name] === undefined) throw invalid(`Parameter "${name}" is used in the document and isn't defined.`);
  }
  const { description } = root;
  return { description: typeof description === "string" ? description : "", parameters, steps };
}

function parse(content: string, format: "JSON" | "YAML"): unknown {
  try {
    return format === "JSON" ? JSON.parse(content) : parseYaml(content);
  } catch (error) {
    throw invalid(`${format} not well-formed. ${error instanceof Error ? error.message : ""}`);
  }
}

function parameterSpec(name: string, spec: Members): ParameterSpec {
  only(spec, PARAMETER_FIELDS, `parameter ${name}`);
  const { type, description, allowedPattern } = spec;
  if (typeof type !== "string" || !PARAMETER_TYPES.has(type)) throw invalid(`Parameter ${name} has no valid type.`);
  const interpolation = spec["interpolationType"];
  if (interpolation !== undefined && interpolation !== "ENV_VAR") {
    throw invalid(`Parameter ${name}: interpolationType must be ENV_VAR.`);
  }
  if (interpolation === "ENV_VAR" && type !== "String") {
    throw invalid(`Parameter ${name}: interpolationType is for parameters of type String.`);
  }
  if (allowedPattern !== undefined) {
    if (typeof allowedPattern !== "string") throw invalid(`Parameter ${name}: allowedPattern must be a text.`);
    try {
      new RegExp(allowedPattern);
    } catch {
      throw invalid(`Parameter ${name}: allowedPattern isn't a regular expression.`);
    }
  }
  const allowed = spec["allowedValues"];
  const bounds = (["minChars", "maxChars", "minItems", "maxItems"] as const).flatMap((field) =>
    typeof spec[field] === "number" ? [[field, spec[field]] as const] : [],
  );
  return {
    type: type as ParameterSpec["type"],
    byEnvironment: interpolation === "ENV_VAR",
    ...(typeof description === "string" ? { description } : {}),
    ...("default" in spec ? { default: spec["default"] } : {}),
    ...(allowed === undefined ? {} : { allowedValues: list(allowed, `allowedValues of ${name}`).map(String) }),
    ...(typeof allowedPattern === "string" ? { allowedPattern } : {}),
    ...Object.fromEntries(bounds),
  };
}

function stepSpec(step: Members): StepSpec {
  only(step, STEP_FIELDS, "a step");
  const { name, action } = step;
  if (typeof action !== "string" || !/^aws:[a-zA-Z]+$/.test(action)) throw invalid("A step has no valid action.");
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) throw invalid("A step has no valid name.");
  const inputs = members(step["inputs"] ?? {}, `inputs of ${name}`);
  const commands = inputs["runCommand"];
  if (action === "aws:runShellScript" && commands === undefined) {
    throw invalid(`Step ${name}: runCommand is required for aws:runShellScript.`);
  }
  const workingDirectory = inputs["workingDirectory"];
  const equals = members(step["precondition"] ?? {}, `precondition of ${name}`)["StringEquals"];
  const pair = equals === undefined ? [] : list(equals, `precondition of ${name}`).map(String);
  return {
    name,
    action,
    runCommand: typeof commands === "string" ? [commands] : list(commands ?? [], `runCommand of ${name}`).map(String),
    timeoutSeconds: String(inputs["timeoutSeconds"] ?? DEFAULT_TIMEOUT),
    platforms: pair.filter((entry) => entry !== "platformType"),
    stopsOnFailure: step["onFailure"] === "exit",
    stopsOnSuccess: step["onSuccess"] === "exit",
    runsLast: step["finallyStep"] === true,
    ...(typeof workingDirectory === "string" && workingDirectory !== "" ? { workingDirectory } : {}),
  };
}

function members(value: unknown, what: string): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw invalid(`${what} must be a map.`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw invalid(`${what} must be a list.`);
}

function only(value: Members, known: ReadonlySet<string>, what: string): void {
  for (const key of Object.keys(value)) {
    if (!known.has(key)) throw invalid(`${key} isn't known in ${what}.`);
  }
}

function invalid(message: string): Error {
  return ssmError("InvalidDocumentContent", message);
}
