import type { StateKey } from "../../service.ts";

/** Functions by name, and what was asked of them asynchronously. Plain JSON, times in epoch milliseconds. */
export interface LambdaState {
  readonly functions: Record<string, FunctionRecord>;
  /** In the order of arrival; delivered by whoever runs the functions. */
  queue: QueuedInvocation[];
  /** What failed at every attempt. */
  deadLetters: QueuedInvocation[];
}

export interface FunctionRecord {
  readonly name: string;
  /** Attempts after the first one; Lambda's default is 2. */
  readonly retries: number;
}

export interface QueuedInvocation {
  readonly function: string;
  /** The same at every attempt. */
  readonly requestId: string;
  readonly payload: string;
  /** Attempts made. */
  readonly attempts: number;
  /** Not delivered before. */
  readonly notBefore: number;
  /** Why the last attempt failed. */
  readonly error?: string;
}

export const LAMBDA_STATE: StateKey<LambdaState> = {
  name: "lambda",
  initial: () => ({ functions: {}, queue: [], deadLetters: [] }),
};
