import type { RunRecord } from "./record.ts";
import type { ResourceStatus } from "./status.ts";

/** Milliseconds before it is worth repeating a run that could start nothing: at once would be a loop. */
export const idleRequeue = 60_000;

export interface RequeueInput {
  readonly resources: Readonly<Record<string, ResourceStatus>>;
  readonly held: RunRecord["held"];
  /** Time or rounds ran out. */
  readonly unfinished: boolean;
  /** Whether the run began any action. */
  readonly acted: boolean;
  /** Epoch milliseconds. */
  readonly endedAt: number;
}

/**
 * When another run is worth it, in epoch milliseconds; undefined where only a change or the schedule helps. Pure. What
 * should be over by now and isn't (a silent host's command, a failed action that waits for its window) is never a reason
 * to run again at once.
 */
export function runAgainAt({ resources, held, unfinished, acted, endedAt }: RequeueInput): number | undefined {
  const times: number[] = [];
  // 1. There is more to do, and a new run may do it now.
  if (unfinished) times.push(acted ? endedAt : endedAt + idleRequeue);
  if (held.some(({ hold }) => hold.reason === "ActionLimit")) times.push(endedAt);
  // 2. A window opens, a suspension or a back-off ends.
  for (const { hold } of held) if (hold.until !== undefined && hold.until > endedAt) times.push(hold.until);
  for (const { failure, operation } of Object.values(resources)) {
    if (failure?.notBefore !== undefined && failure.notBefore > endedAt) times.push(failure.notBefore);
    // 3. A command goes on; one that should have ended is asked about now and then.
    if (operation !== undefined) {
      times.push(operation.notBefore > endedAt ? operation.notBefore : endedAt + idleRequeue);
    }
  }
  return times.length === 0 ? undefined : Math.min(...times);
}
