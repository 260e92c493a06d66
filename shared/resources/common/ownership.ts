import type { Ownership } from "../../engine/action.ts";

/** Whose a thing is that exists under the right name. */
export function ownershipOf(marked: boolean, adopt: boolean): Ownership {
  if (marked) return "ours";
  return adopt ? "adopting" : "foreign";
}

/** Waits for all, also where one fails: nothing of ours is still under way when the first failure is thrown. */
export async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
  }
}
