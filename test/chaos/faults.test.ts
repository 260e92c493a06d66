import fc from "fast-check";
import { expect, test } from "vitest";
import type { FaultRule } from "../../sandbox/faults.ts";
import { accountLines } from "../harness/account.ts";
import { lineDifference } from "../harness/crash.ts";
import { FleetWorld, sampleFile, stateBucket } from "../harness/fleet-world.ts";
import { drift } from "./drift.ts";
import { afterLease } from "./fleet-crash.ts";

/** Rounds of dependencies in the sample: what a run needs at most without any fault. */
const depth = 2;

const transient: readonly FaultRule["effect"][] = [
  { type: "lost" },
  { type: "reset" },
  { type: "throttle" },
  { type: "error", code: "InternalError", status: 500 },
  { type: "truncate" },
  { type: "latency", milliseconds: 30_000 },
];

/** Each hits one call and as many of the SDK's repeats of it as `times` says: three of them are all that it makes. */
const fault = fc.record({
  after: fc.integer({ min: 0, max: 140 }),
  times: fc.constantFrom(1, 3),
  effect: fc.constantFrom(...transient),
});

async function sampleWorld(seed = 1): Promise<FleetWorld> {
  const world = await FleetWorld.open({ seed });
  await world.push(await world.reconciler(), "acme", await sampleFile("cloud"), 1);
  return world;
}

async function undisturbed(): Promise<readonly string[]> {
  const world = await sampleWorld();
  await world.run(await world.reconciler(), "acme");
  return accountLines(world.sandbox, stateBucket);
}

test("with k transient faults anywhere the sample is Ready within k runs and its depth, with nothing twice", async () => {
  const expected = await undisturbed();
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 5 }), async (faults) => {
      const world = await sampleWorld();
      for (const rule of faults) world.sandbox.faults.add(rule);
      const ends: string[] = [];
      while (ends.at(-1) !== "Ready" && ends.length < faults.length + depth) {
        // A run whose lease is lost track of keeps the next one away until the lease has ended.
        if (ends.length > 0) await world.clock.sleep(afterLease);
        const { end, failure } = await world.run(await world.reconciler(), "acme");
        ends.push(failure === undefined ? end : `${end} (${failure.code})`);
      }
      expect(ends.at(-1), ends.join(", ")).toBe("Ready");
      expect(lineDifference(expected, accountLines(world.sandbox, stateBucket))).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test("two runs at once, however they interleave, end like one, and neither undoes the other", async () => {
  const expected = await undisturbed();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 30 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.boolean(),
      async (seed, apart, drifted) => {
        const world = await sampleWorld(seed);
        if (drifted) {
          await world.run(await world.reconciler(), "acme");
          await drift(world);
        }
        world.sandbox.latency = { from: 1, to: 400 };
        const second = async () => {
          await world.clock.sleep(apart);
          return await world.run(await world.reconciler(undefined, "second"), "acme");
        };
        const records = await Promise.all([world.run(await world.reconciler(undefined, "first"), "acme"), second()]);
        world.sandbox.latency = 0;
        for (const { end, failure } of records) {
          expect(failure).toBeUndefined();
          expect(["Ready", "Busy"]).toContain(end);
        }
        const last = await world.run(await world.reconciler(), "acme");
        expect(last).toMatchObject({ end: "Ready", actions: [] });
        expect(lineDifference(expected, accountLines(world.sandbox, stateBucket))).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});
