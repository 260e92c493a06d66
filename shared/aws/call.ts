/** Which call it is. */
export interface CallName {
  /** As the SDK names it: `EC2`, `IAM`, `S3`. */
  readonly service: string;
  readonly operation: string;
  readonly write: boolean;
}

/** One attempt of one call, for counting and for `--verbose`. It carries no input and no output: those may be sensitive. */
export interface AwsCall extends CallName {
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly milliseconds: number;
  /** `ok`, or the error's code. */
  readonly outcome: string;
}

const failedCall = Symbol("fleetkeeper.call");

const readingVerbs = /^(BatchGet|Describe|Get|Head|List|Lookup|Search|Simulate)[A-Z]/;

/** Whether an operation can change anything, by its name. What isn't known to read counts as a write. */
export function isWriteOperation(operation: string): boolean {
  return !readingVerbs.test(operation);
}

/** Keeps on an error of the SDK's which call it came from, so that it can be classified far from there. */
export function markCall(error: unknown, call: CallName): void {
  if (error instanceof Error && Object.isExtensible(error)) Object.defineProperty(error, failedCall, { value: call });
}

export function callOf(error: unknown): CallName | undefined {
  if (!(error instanceof Error) || !(failedCall in error)) return undefined;
  return error[failedCall] as CallName;
}
