import { update } from "./conditional-update.ts";
import { decode } from "./format.ts";
import { type Holds, holdsFormat } from "./formats.ts";
import { keysOf } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";

/** Empty where nobody ever held the fleet. @throws {Failure} where the object is damaged or newer: never taken for empty */
export async function readHolds(store: ObjectStore, fleet: string): Promise<Holds> {
  const object = await store.get(keysOf(fleet).holds);
  return object === undefined ? {} : decode(holdsFormat, object);
}

/**
 * Changes one of them and leaves the others as they are, whoever else writes at the same time.
 * @param change pure; undefined: as it is
 */
export async function updateHolds(
  store: ObjectStore,
  fleet: string,
  change: (holds: Holds) => Holds | undefined,
): Promise<Holds> {
  return (await update(store, keysOf(fleet).holds, holdsFormat, (before) => change(before ?? {}))) ?? {};
}
