import type { Context } from "aws-lambda";
import type { FunctionProcess } from "./function-process.ts";
import type { Log } from "./log.ts";

/** Longer than Lambda lets the process live, so that its death frees the lease soon and never early. Milliseconds. */
export const leaseBeyondEnd = 30_000;

/** What the work of a function is given beside its request. */
export interface Invocation {
  readonly process: FunctionProcess;
  /** Lambda's own id of this invocation; the same one when an asynchronous invocation is retried. */
  readonly id: string;
  /** Epoch milliseconds at which Lambda ends the process. */
  readonly endsAt: number;
  readonly log: Log;
}

export function invocationOf(process: FunctionProcess, context: Context, log: Log): Invocation {
  return {
    process,
    id: context.awsRequestId,
    endsAt: process.now() + context.getRemainingTimeInMillis(),
    log: log.with({ requestId: context.awsRequestId }),
  };
}
