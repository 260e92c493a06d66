import { Failure } from "../engine/failure.ts";
import { fleetsFolder } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";

/** Every fleet of which the state bucket knows something. Sorted. */
export function fleetNames(store: ObjectStore): Promise<readonly string[]> {
  return store.folders(fleetsFolder);
}

/**
 * The fleet that somebody speaks of: as named, or the only one in the bucket.
 * @param howToName for the hint
 * @throws Failure `FleetNotNamed` where there are several, `NoFleet` where there is none
 */
export async function onlyFleet(store: ObjectStore, named: string | undefined, howToName: string): Promise<string> {
  if (named !== undefined) return named;
  const [only, ...others] = await fleetNames(store);
  if (only === undefined) {
    throw new Failure({
      code: "NoFleet",
      class: "terminal",
      message: "the state bucket holds no fleet",
      hint: "push one: `fleetkeeper push FILE`",
    });
  }
  if (others.length > 0) {
    throw new Failure({
      code: "FleetNotNamed",
      class: "terminal",
      message: `the state bucket holds several fleets: ${[only, ...others].join(", ")}`,
      hint: `name one: ${howToName}`,
    });
  }
  return only;
}
