import { randomUUID } from "node:crypto";
import type { Clock } from "../../shared/engine/clock.ts";
import { openReconciler } from "../../shared/reconciler/reconciler.ts";
import { sweepFleet } from "../../shared/reconciler/sweep-fleet.ts";
import { sweepText } from "../../shared/report/gc-text.ts";
import type { Place } from "./lost-machine.ts";

/**
 * Sweeps as the function `collect` does it, in an account that may not have it: the command refuses to delete in a real one.
 * @returns what it deleted, and what it left for now
 */
export async function sweepHere({ aws, bucket }: Place, fleet: string, clock: Clock): Promise<string> {
  const reconciler = await openReconciler({
    ...{ aws, bucket, clock, holder: "verify:aws", newId: randomUUID, random: Math.random },
    clocks: { wall: () => clock.now(), monotonic: () => performance.now() },
    events: { emit: () => undefined },
  });
  return sweepText(await sweepFleet(reconciler, fleet, randomUUID(), clock.now() + 10 * 60_000));
}
