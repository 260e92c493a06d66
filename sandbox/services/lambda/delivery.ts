import type { LambdaState, QueuedInvocation } from "./state.ts";

/** What runs a function's code: answers its result, or throws what the function threw. */
export type FunctionCode = (payload: unknown, requestId: string) => Promise<unknown>;

/** Waits before the second and the third attempt, in milliseconds (Lambda developer guide, asynchronous error handling). */
const retryWaits = [60_000, 120_000] as const;

/** Puts an asynchronous invocation into the queue. */
export function enqueue(
  state: LambdaState,
  invocation: Pick<QueuedInvocation, "function" | "requestId" | "payload">,
  now: number,
): void {
  state.queue.push({ ...invocation, attempts: 0, notBefore: now });
}

/**
 * Takes what is due out of the queue and runs it, all at once as Lambda would; what fails comes back later, and after its
 * last attempt lies with the dead letters. @returns how many were run
 */
export async function deliverDue(
  state: LambdaState,
  codeOf: (name: string) => FunctionCode,
  now: () => number,
): Promise<number> {
  const due = state.queue.filter(({ notBefore }) => notBefore <= now());
  state.queue = state.queue.filter((invocation) => !due.includes(invocation));
  await Promise.all(
    due.map(async (invocation) => {
      try {
        await codeOf(invocation.function)(JSON.parse(invocation.payload), invocation.requestId);
      } catch (error) {
        failed(state, invocation, error, now());
      }
    }),
  );
  return due.length;
}

function failed(state: LambdaState, invocation: QueuedInvocation, error: unknown, now: number): void {
  const attempts = invocation.attempts + 1;
  const wait = retryWaits[invocation.attempts];
  const next = { ...invocation, attempts, error: error instanceof Error ? error.message : String(error) };
  if (wait === undefined || attempts > (state.functions[invocation.function]?.retries ?? 2)) {
    state.deadLetters.push(next);
    return;
  }
  state.queue.push({ ...next, notBefore: now + wait });
}
