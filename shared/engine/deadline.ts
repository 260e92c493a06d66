import type { Clock } from "./clock.ts";
import type { Lease } from "./lease.ts";
import type { Limits } from "./limits.ts";

/** Until when work may be started: the function's time limit or the lease's end, whichever comes first, less a margin. */
export interface Deadline {
  /** Epoch milliseconds. */
  readonly at: number;
  passed(): boolean;
  /** Whether there is time to wait until then and still do something. */
  reaches(epochMilliseconds: number): boolean;
}

/** @param limit the function's time limit in epoch milliseconds, or undefined where there is none */
export function deadlineOf(clock: Clock, limit: number | undefined, lease: Lease, limits: Limits): Deadline {
  const at = Math.min(limit ?? Number.POSITIVE_INFINITY, lease.expiresAt) - limits.margin;
  return {
    at,
    passed: () => clock.now() >= at,
    reaches: (then) => then < at,
  };
}
