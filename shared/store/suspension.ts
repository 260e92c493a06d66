import { Failure } from "../engine/failure.ts";
import type { Suspension } from "../engine/state-port.ts";
import { updateHolds } from "./holds.ts";
import type { ObjectStore } from "./object-store.ts";

/** Longest time to hold still, in milliseconds: 90 days. Longer ones are forgotten ones; the file's `mode: Observe` is for ever. */
const longest = 90 * 24 * 3_600_000;

/** Holds a fleet still until a time that must be named. A second one replaces the first. @param now epoch milliseconds */
export async function suspend(store: ObjectStore, fleet: string, suspension: Suspension, now: number): Promise<void> {
  const left = suspension.until - now;
  if (!(left > 0 && left <= longest)) {
    throw new Failure({
      code: "InvalidSuspension",
      class: "terminal",
      message: `the end must lie in the future, at most 90 days from now`,
      hint: "Give a duration like `--for 2h`; to stop writing for good, set `mode: Observe` in the file.",
    });
  }
  if (suspension.reason.trim() === "") {
    throw new Failure({
      code: "InvalidSuspension",
      class: "terminal",
      message: "a suspension needs a reason",
      hint: "Say it for whoever wonders tomorrow: `--reason TEXT`.",
    });
  }
  await updateHolds(store, fleet, (holds) => ({ ...holds, suspension }));
}

/** @returns what was in effect, or undefined where nothing was */
export async function resume(store: ObjectStore, fleet: string): Promise<Suspension | undefined> {
  let before: Suspension | undefined;
  await updateHolds(store, fleet, ({ suspension, ...others }) => {
    before = suspension;
    return suspension === undefined ? undefined : others;
  });
  return before;
}
