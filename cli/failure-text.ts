import type { Failure } from "../shared/engine/failure.ts";
import type { Style } from "../shared/report/style.ts";
import type { OutputFormat } from "./options.ts";

/** A failure for a person (what, and what to do), or as JSON for a program. Never a stack trace. */
export function failureText(failure: Failure, format: OutputFormat, style: Style): string {
  if (format === "json") {
    const error = { code: failure.code, class: failure.class, message: failure.message, hint: failure.hint ?? null };
    return `${JSON.stringify({ error }, null, 2)}\n`;
  }
  const hint = failure.hint === undefined ? "" : `  to mend it: ${failure.hint}\n`;
  return `${style.bad("error")} ${failure.code}: ${failure.message}\n${hint}`;
}
