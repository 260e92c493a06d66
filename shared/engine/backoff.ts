import type { Failure } from "./failure.ts";
import type { Limits } from "./limits.ts";
import type { FailureStatus } from "./status.ts";

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * The failure as it will be remembered: one attempt more, and the next try after an exponential back-off with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). A terminal failure has no next try.
 * Time alone never takes an attempt back: a resource that fails once an hour still ends up at the cap.
 */
export function backOff(
  before: FailureStatus | undefined,
  failure: Failure,
  now: number,
  random: Random,
  limits: Limits,
): FailureStatus {
  const attempts = (before?.attempts ?? 0) + 1;
  const status = {
    code: failure.code,
    class: failure.class,
    message: failure.message,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    attempts,
    at: now,
  };
  if (failure.class === "terminal") return status;
  const ceiling = Math.min(limits.backoffCap, limits.backoffBase * 2 ** Math.min(attempts - 1, 30));
  return { ...status, notBefore: now + Math.ceil(random() * ceiling) };
}
