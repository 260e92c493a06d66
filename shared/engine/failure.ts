/**
 * How a failure is met. `terminal`: the file or the account must change; retried on a new revision or by force.
 * `retry`: may pass by itself; backed off. `unknown`: whether the call took effect can't be told; observe before anything else.
 */
export type FailureClass = "terminal" | "retry" | "unknown";

/** An error that a person can act on: what failed (`code`), why (`cause`), what to do (`hint`). */
export class Failure extends Error {
  override readonly name: string = "Failure";
  /** Stable, CamelCase, documented: `LeaseLost`, `StateConflict`, `StaleRevision`. */
  readonly code: string;
  readonly class: FailureClass;
  readonly hint: string | undefined;

  constructor(fields: {
    code: string;
    class: FailureClass;
    message: string;
    hint?: string | undefined;
    cause?: unknown;
  }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.class = fields.class;
    this.hint = fields.hint;
  }
}

/** Any thrown value as a Failure, with what was being done in front: "creating role acme-host: access denied". */
export function failureWhile(doing: string, error: unknown): Failure {
  if (error instanceof Failure) {
    return new Failure({
      code: error.code,
      class: error.class,
      message: `${doing}: ${error.message}`,
      hint: error.hint,
      cause: error,
    });
  }
  return new Failure({
    code: "Unexpected",
    class: "retry",
    message: `${doing}: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}
