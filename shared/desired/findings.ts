import type * as z from "zod/mini";
import type { Json } from "../engine/json.ts";
import type { Finding, Path } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** What zod says, as findings in our words. @param data what was parsed, to show what stands there */
export function findingsOf(issues: readonly Issue[], data: Json, base: Path = []): Finding[] {
  return issues.flatMap((issue) => findingsOfIssue(issue, data, base));
}

function findingsOfIssue(issue: Issue, data: Json, base: Path): Finding[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  const value = valueAt(data, path);
  const own = issue.message === "Invalid input" ? undefined : issue.message;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        severity: "error",
        path: [...path, key],
        at: "key",
        message: `unknown key ${JSON.stringify(key)}`,
      }));
    case "invalid_key":
      return [
        {
          severity: "error",
          path,
          at: "key",
          message: "not a valid key here",
          expected: issue.issues.map((inner) => inner.message).join("; "),
        },
      ];
    case "invalid_value":
      return value === undefined
        ? [missing(path, oneOf(issue.values))]
        : [
            {
              severity: "error",
              path,
              message: "not a known value",
              expected: oneOf(issue.values),
              got: gotText(value),
            },
          ];
    case "invalid_union":
      return "discriminator" in issue && issue.discriminator !== undefined
        ? [{ severity: "error", path, message: "not a known value", got: gotText(value) }]
        : issue.errors.flatMap((branch) => findingsOf(branch, data, path)).slice(0, 1);
    default:
      if (value === undefined) return [missing(path, own ?? expectedType(issue))];
      return [
        { severity: "error", path, message: "not valid", expected: own ?? expectedType(issue), got: gotText(value) },
      ];
  }
}

function missing(path: Path, expected: string): Finding {
  return { severity: "error", path, message: "missing", expected };
}

function expectedType(issue: Issue): string {
  if (issue.code !== "invalid_type") return "another value";
  switch (issue.expected) {
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
      return `a ${issue.expected}`;
  }
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(", ")}`;
}

function valueAt(data: Json, path: Path): Json | undefined {
  let value: unknown = data;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value as Json;
}

function gotText(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
