import type { CommandDocument, ParameterSpec, StepSpec } from "./document-state.ts";
import { ssmError } from "./errors.ts";

/** Parameter values by name, each a list, as SendCommand takes them. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>;

/**
 * The values that a command runs with: what is given, checked against the document, and the defaults.
 * @throws InvalidParameters
 */
export function boundParameters(document: CommandDocument, given: ParameterValues): ParameterValues {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(document.parameters, name)) {
      throw invalid(`Parameter ${name} is not defined in the document.`);
    }
  }
  const bound: Record<string, readonly string[]> = {};
  for (const [name, spec] of Object.entries(document.parameters)) {
    const values = Object.hasOwn(given, name) ? given[name] : defaultOf(spec);
    if (values === undefined) throw invalid(`Parameter ${name} has no value and the document has no default for it.`);
    check(name, spec, values);
    bound[name] = values;
  }
  return bound;
}

/** The script of a step with the parameters pasted in; a list alone on its line becomes that many lines. */
export function scriptOf(
  step: StepSpec,
  document: CommandDocument,
  values: ParameterValues,
  pastesAll: boolean,
): string {
  const lines = step.runCommand.flatMap((line) => {
    const whole = /^\s*\{\{\s*([a-zA-Z0-9_]+)\s*\}\}\s*$/.exec(line)?.[1];
    if (whole !== undefined && document.parameters[whole]?.type === "StringList") return values[whole] ?? [];
    return [pasted(line, document, values, pastesAll)];
  });
  return `${lines.join("\n")}\n`;
}

/** A field of a step that may refer to a parameter. */
export function pasted(text: string, document: CommandDocument, values: ParameterValues, pastesAll: boolean): string {
  return text.replaceAll(/\{\{\s*([a-zA-Z0-9_]+)\s*\}\}/g, (reference: string, name: string) => {
    const spec = document.parameters[name];
    const value = values[name];
    if (spec === undefined || value === undefined || (spec.byEnvironment && !pastesAll)) return reference;
    return spec.type === "StringList" ? JSON.stringify(value) : (value[0] ?? "");
  });
}

/** What a new enough agent puts into the script's environment. */
export function environmentOf(document: CommandDocument, values: ParameterValues): Readonly<Record<string, string>> {
  const entries = Object.entries(document.parameters).filter(([, spec]) => spec.byEnvironment);
  return Object.fromEntries(entries.map(([name]) => [`SSM_${name}`, values[name]?.[0] ?? ""]));
}

function defaultOf(spec: ParameterSpec): readonly string[] | undefined {
  const { default: value } = spec;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(String);
  return [typeof value === "string" ? value : JSON.stringify(value)];
}

function check(name: string, spec: ParameterSpec, values: readonly string[]): void {
  if (spec.type !== "StringList" && values.length !== 1) throw invalid(`Parameter ${name} takes one value.`);
  if (values.length < (spec.minItems ?? 0) || values.length > (spec.maxItems ?? Number.POSITIVE_INFINITY)) {
    throw invalid(`Parameter ${name} has ${values.length} items, which is out of bounds.`);
  }
  const pattern = spec.allowedPattern === undefined ? undefined : new RegExp(`^(?:${spec.allowedPattern})$`);
  for (const value of values) {
    if (spec.allowedValues !== undefined && !spec.allowedValues.includes(value)) {
      throw invalid(`Parameter ${name}: ${value} is not one of the allowed values.`);
    }
    if (pattern !== undefined && !pattern.test(value)) {
      throw invalid(`Parameter ${name} does not match the allowed pattern ${spec.allowedPattern}.`);
    }
    if (value.length < (spec.minChars ?? 0) || value.length > (spec.maxChars ?? Number.POSITIVE_INFINITY)) {
      throw invalid(`Parameter ${name} has ${value.length} characters, which is out of bounds.`);
    }
    if (spec.type === "Integer" && !/^-?\d+$/.test(value)) throw invalid(`Parameter ${name} must be an integer.`);
    if (spec.type === "Boolean" && value !== "true" && value !== "false") {
      throw invalid(`Parameter ${name} must be true or false.`);
    }
  }
}

function invalid(message: string): Error {
  return ssmError("InvalidParameters", message);
}
