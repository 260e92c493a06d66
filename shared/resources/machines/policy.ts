/** What the file says of collection (`spec.garbageCollection`). Durations are milliseconds. */
export interface CollectionPolicy {
  /** `report` finds and says; only `collect` marks and deletes. */
  readonly mode: "report" | "collect";
  /** How old a machine must be, and for how long without a break it must have been suspected. */
  readonly gracePeriod: number;
  /** How many of each sort one run deletes at most: it paces, it doesn't protect. */
  readonly perRunMaximum: number;
  /** More condemned machines than `count` and than `share` of the fleet: nobody is deleted until a person approves. */
  readonly fuse: { readonly count: number; readonly share: number };
}

/** How often a machine must have been seen condemned, in a row, before it may be deleted. */
export const sightingsNeeded = 3;

export const defaultPolicy: CollectionPolicy = {
  mode: "report",
  gracePeriod: 15 * 60_000,
  perRunMaximum: 10,
  fuse: { count: 5, share: 0.5 },
};
