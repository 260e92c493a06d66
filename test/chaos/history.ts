import fc from "fast-check";
import type { FaultRule } from "../../sandbox/faults.ts";
import { anyShape, type FleetShape } from "./fleet-shape.ts";
import { meddlings } from "./people.ts";
import { strangers } from "./strangers.ts";

/** One thing that happens. Plain data, so that a history that failed can be kept in a file. */
export type Step =
  | { readonly do: "push"; readonly file: FleetShape }
  | { readonly do: "push nonsense" }
  | { readonly do: "run"; readonly faults: readonly FaultRule[]; readonly force: boolean }
  | { readonly do: "crash"; readonly at: number; readonly when: "before" | "after" }
  | { readonly do: "two runs"; readonly apart: number; readonly napAfter: number; readonly nap: number }
  | { readonly do: "run on a stepping clock"; readonly at: number; readonly by: number }
  | { readonly do: "run while people meddle"; readonly what: readonly string[]; readonly after: number }
  | { readonly do: "approve" }
  | { readonly do: "meddle"; readonly what: string }
  | { readonly do: "decorate" }
  | { readonly do: "wait"; readonly minutes: number };

export interface History {
  readonly seed: number;
  /** Most items in a page of any listing. */
  readonly pageSize: number;
  /** Milliseconds for which EC2 doesn't list what it has just made. */
  readonly listingLag: number;
  readonly strangers: readonly string[];
  readonly first: FleetShape;
  readonly steps: readonly Step[];
}

const effects: readonly FaultRule["effect"][] = [
  { type: "lost" },
  { type: "reset" },
  { type: "throttle" },
  { type: "error", code: "InternalError", status: 500 },
  { type: "error", code: "ServiceUnavailable", status: 503 },
  { type: "truncate" },
  { type: "latency", milliseconds: 30_000 },
];

const fault: fc.Arbitrary<FaultRule> = fc.record({
  after: fc.integer({ min: 0, max: 120 }),
  times: fc.constantFrom(1, 3),
  effect: fc.constantFrom(...effects),
});

const meddling = fc.constantFrom(...Object.keys(meddlings));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("push" as const), file: anyShape }) },
  { weight: 1, arbitrary: fc.constant({ do: "push nonsense" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      faults: fc.array(fault, { maxLength: 4 }),
      force: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("crash" as const),
      at: fc.integer({ min: 1, max: 120 }),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("two runs" as const),
      apart: fc.integer({ min: 0, max: 4_000 }),
      napAfter: fc.integer({ min: 1, max: 90 }),
      nap: fc.constantFrom(0, 60_000, 25 * 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("run on a stepping clock" as const),
      at: fc.integer({ min: 1, max: 60 }),
      by: fc.constantFrom(-86_400_000, -120_000, 120_000, 86_400_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("run while people meddle" as const),
      what: fc.array(meddling, { minLength: 1, maxLength: 3 }),
      after: fc.integer({ min: 0, max: 4_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "approve" as const }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("meddle" as const), what: meddling }) },
  { weight: 1, arbitrary: fc.constant({ do: "decorate" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(1, 20, 61) }) },
);

export const anyHistory: fc.Arbitrary<History> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  pageSize: fc.constantFrom(1, 2, 5, 1000),
  listingLag: fc.constantFrom(0, 0, 1_500),
  strangers: fc.subarray(Object.keys(strangers), { maxLength: 4 }),
  first: anyShape,
  steps: fc.array(step, { maxLength: 12 }),
});
