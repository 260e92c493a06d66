import type { JsonObject } from "../engine/json.ts";
import { type Problem, pathText } from "./problem.ts";

/**
 * `FILE:LINE:COL: path: what is wrong (expected ..., got ...)`, then the line with a caret, then what to do.
 * Control characters of the file are replaced, one for one, so that a file can't drive the terminal.
 */
export function problemText(problem: Problem): string {
  const path = pathText(problem.path);
  const severity = problem.severity === "warning" ? "warning: " : "";
  const beside = [
    problem.expected === undefined ? undefined : `expected ${problem.expected}`,
    problem.got === undefined ? undefined : `got ${problem.got}`,
  ].filter((part) => part !== undefined);
  const head = `${problem.file}:${problem.line}:${problem.column}: ${severity}${path === "" ? "" : `${path}: `}${problem.message}`;
  const lines = [`${head}${beside.length === 0 ? "" : ` (${beside.join(", ")})`}`];
  if (problem.source.trim() !== "") {
    const margin = String(problem.line).padStart(5);
    // Tabs stay tabs under tabs, so that the caret stands right whatever their width.
    const indent = problem.source.slice(0, problem.caret).replace(/[^\t]/g, " ");
    lines.push(`${margin} | ${problem.source}`, `${" ".repeat(5)} | ${indent}${"^".repeat(problem.length)}`);
  }
  if (problem.usedAt !== undefined && problem.usedAt !== problem.line)
    lines.push(`      = used in line ${problem.usedAt}`);
  if (problem.hint !== undefined) lines.push(`      = ${problem.hint}`);
  return lines.map(printable).join("\n");
}

/** All of them, one after the other, and a last line that counts. */
export function problemsText(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const total = [counted(errors, "error"), counted(warnings, "warning")]
    .filter((part) => part !== undefined)
    .join(", ");
  return [...problems.map(problemText), ...(total === "" ? [] : [total])].join("\n\n");
}

/** One problem as JSON: `{file, line, column, length, severity, path, message, expected?, got?, hint?, usedAt?}`. */
export function problemJson(problem: Problem): JsonObject {
  return {
    file: problem.file,
    line: problem.line,
    column: problem.column,
    length: problem.length,
    severity: problem.severity,
    path: pathText(problem.path),
    message: problem.message,
    ...(problem.expected === undefined ? {} : { expected: problem.expected }),
    ...(problem.got === undefined ? {} : { got: problem.got }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    ...(problem.usedAt === undefined ? {} : { usedAt: problem.usedAt }),
  };
}

function counted(count: number, noun: string): string | undefined {
  return count === 0 ? undefined : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD");
}
