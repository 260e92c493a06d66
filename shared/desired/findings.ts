import type * as z from "zod/mini";
import type { Json } from "../engine/json.ts";
import { type JsonSchema, jsonSchema, placesOfKey, schemasAt } from "./json-schema.ts";
import type { Finding, Path } from "./problem.ts";
import { isSecretName, looksSecret } from "./secrets.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** Longer lists of known keys help nobody in a message. */
const listed = 30;

/** What zod says, as findings in our words. @param data what was parsed, to show what stands there */
export function findingsOf(issues: readonly Issue[], data: Json): Finding[] {
  const root = jsonSchema();
  return issues.flatMap((issue) => findingsOfIssue(issue, data, [], root));
}

function findingsOfIssue(issue: Issue, data: Json, base: Path, root: JsonSchema): Finding[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  const value = valueAt(data, path);
  const own = issue.message === "Invalid input" ? undefined : issue.message;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], key, root));
    case "invalid_key":
      return [
        {
          severity: "error",
          path,
          at: "key",
          message: "not a key that may stand here",
          expected: issue.issues.map((inner) => inner.message).join("; "),
        },
      ];
    case "invalid_value":
      return [mismatch(path, value, oneOf(issue.values), root, suggested(value, issue.values.map(String)))];
    case "invalid_union": {
      if (issue.errors.length === 0) {
        const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
        const expected = options.length === 0 ? "a mapping" : oneOf(options);
        const found = mismatch(path, value, expected, root, suggested(value, options));
        return value === undefined ? [found, ...strangers(path.slice(0, -1), data, root)] : [found];
      }
      const branches = issue.errors.map((branch) =>
        branch.flatMap((inner) => findingsOfIssue(inner, data, path, root)),
      );
      return nearestBranch(branches, path, value, root);
    }
    case "invalid_type":
      return [mismatch(path, value, own ?? typeText(issue.expected), root)];
    default:
      return [mismatch(path, value, own ?? "another value", root)];
  }
}

/** The branch whose findings lie deepest and are fewest: the one that was probably meant. */
function nearestBranch(
  branches: readonly Finding[][],
  path: Path,
  value: Json | undefined,
  root: JsonSchema,
): Finding[] {
  const shallow = (findings: readonly Finding[]) => findings.some((finding) => finding.path.length <= path.length);
  const meant = branches.filter((findings) => !shallow(findings)).sort((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant;
  const expected = [
    ...new Set(branches.flatMap((findings) => findings.map((finding) => finding.expected ?? "another value"))),
  ];
  return [mismatch(path, value, expected.join(", or "), root)];
}

/** Keys that no shape at this place knows: while the shape isn't chosen, zod doesn't look at them. */
function strangers(path: Path, data: Json, root: JsonSchema): Finding[] {
  const value = valueAt(data, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const known = schemasAt(root, path).flatMap((node) => Object.keys(node.properties ?? {}));
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey([...path, key], key, root));
}

function unknownKey(path: Path, key: string, root: JsonSchema): Finding {
  const parent = path.slice(0, -1);
  const known = schemasAt(root, parent).flatMap((node) => Object.keys(node.properties ?? {}));
  const names = [...new Set(known)];
  const meant = suggest(key, names);
  const elsewhere = placesOfKey(root, key).slice(0, 2);
  const hint =
    meant !== undefined
      ? `Did you mean ${meant}?`
      : elsewhere.length > 0
        ? `It belongs under ${elsewhere.map((place) => (place === "" ? "the top level" : place)).join(" or ")}.`
        : undefined;
  return {
    severity: "error",
    path,
    at: "key",
    message: "unknown key",
    ...(names.length === 0 || names.length > listed ? {} : { expected: `one of ${names.join(", ")}` }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function mismatch(path: Path, value: Json | undefined, expected: string, root: JsonSchema, hint?: string): Finding {
  const node = schemasAt(root, path)[0];
  if (value === undefined) {
    const key = path.at(-1);
    const example = node?.examples?.[0];
    const facts = [node?.description, example === undefined ? undefined : `For example: ${key}: ${inline(example)}`];
    const text = facts.filter((fact) => fact !== undefined).join(" ");
    return { severity: "error", path, message: "missing", expected, ...(text === "" ? {} : { hint: text }) };
  }
  const advice = hint ?? typeAdvice(value, expected, node);
  return {
    severity: "error",
    path,
    message: value === null ? "no value" : "not valid",
    expected,
    got: isSecretPath(path) ? "something else" : gotText(value),
    ...(advice === undefined ? {} : { hint: advice }),
  };
}

function typeAdvice(value: Json, expected: string, node: JsonSchema | undefined): string | undefined {
  const unit = node?.["x-unit"];
  if (typeof value === "string" && (node?.type === "integer" || node?.type === "number")) {
    const number = /^\s*(\d+(?:\.\d+)?)/.exec(value)?.[1];
    if (number !== undefined)
      return `Write ${number}, without quotes or unit${unit === undefined ? "" : `: the unit is ${unit}`}.`;
  }
  if (typeof value === "number" && unit?.startsWith("duration") === true) {
    return `Write it with its unit: ${value}s, ${value}m, ${value}h or ${value}d.`;
  }
  if (typeof value === "number" && node?.type === "string") return "Put it in quotes, or YAML reads it as a number.";
  if (typeof value === "boolean" && node?.type === "string")
    return "Put it in quotes, or YAML reads it as true or false.";
  if (expected === "true or false" && typeof value === "string" && /^(yes|no|on|off|true|false)$/i.test(value)) {
    return "Write true or false, without quotes: in YAML 1.2 yes, no, on and off are text.";
  }
  return undefined;
}

function suggested(value: Json | undefined, known: readonly string[]): string | undefined {
  const meant = typeof value === "string" ? suggest(value, known) : undefined;
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

function typeText(expected: string): string {
  switch (expected) {
    case "object":
    case "record":
      return "a mapping";
    case "array":
      return "a list";
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "int":
      return "a whole number";
    default:
      return `a ${expected}`;
  }
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(", ")}`;
}

function valueAt(data: Json, path: Path): Json | undefined {
  let value: Json | undefined = data;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function isSecretPath(path: Path): boolean {
  return path.some(
    (part) => typeof part === "string" && (isSecretName(part) || /(?:Secret|Password|Token)$/.test(part)),
  );
}

function gotText(value: Json): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string" && looksSecret(value)) return "something that looks like a secret";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function inline(example: unknown): string {
  return typeof example === "string" && /^[A-Za-z][\w./-]*$/.test(example) ? example : JSON.stringify(example);
}
