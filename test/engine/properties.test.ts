import fc from "fast-check";
import { expect, test } from "vitest";
import type { ModelFleet, Thing } from "./model-kind.ts";
import { anyFaults, anyFleet, anyStrictFleet, anyThings, propertyWorld } from "./model-property-world.ts";
import { leaseTtl } from "./model-store.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import {
  calmRuns,
  holdsStill,
  neverFalls,
  outlastsFaults,
  outlivesCrash,
  outlivesCrashAtEveryCall,
  type PropertyWorld,
  untilReady,
} from "./properties.ts";

const runs = 100;

function worldOf(fleet: ModelFleet, things: readonly (readonly [string, Thing])[]): ModelWorld {
  const world = new ModelWorld();
  for (const [key, thing] of things) world.state.things.set(key, thing);
  world.push(fleet);
  return world;
}

async function calmEnd(make: () => PropertyWorld): Promise<ReturnType<PropertyWorld["snapshot"]>> {
  const world = make();
  await untilReady(world, calmRuns);
  expect(world.violations()).toEqual([]);
  return world.snapshot();
}

test("1, 5, 6: from any start any file is met, nothing foreign or undeclared is touched, and then nothing is written", async () => {
  await fc.assert(
    fc.asyncProperty(anyFleet, anyThings, async (fleet, things) => {
      const world = propertyWorld(worldOf(fleet, things));
      await untilReady(world, 1);
      expect(world.violations()).toEqual([]);
      await holdsStill(world);
    }),
    { numRuns: runs },
  );
});

test("2: with k transient faults anywhere a fleet is Ready within k runs and a few", async () => {
  await fc.assert(
    fc.asyncProperty(anyFleet, anyThings, anyFaults, async (fleet, things, faults) => {
      const make = () => propertyWorld(worldOf(fleet, things));
      await outlastsFaults(make(), faults, await calmEnd(make));
    }),
    { numRuns: runs },
  );
});

test("3: dropping or doubling runs changes when, never what", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFleet, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat({ max: 2 }), { minLength: 3, maxLength: 3 }),
      async (fleets, repeats) => {
        const often = new ModelWorld();
        for (const [index, fleet] of fleets.entries()) {
          often.push(fleet);
          for (let run = 0; run < (repeats[index] ?? 0); run += 1) await often.run();
        }
        const once = new ModelWorld();
        const last = fleets.at(-1);
        if (last === undefined) return;
        once.push(last);
        await untilReady(propertyWorld(often), 1);
        await untilReady(propertyWorld(once), 1);
        expect(propertyWorld(often).snapshot()).toEqual(propertyWorld(once).snapshot());
      },
    ),
    { numRuns: runs },
  );
});

test("4: dying before or after every single call of the sample leads to the same end", async () => {
  const calls = await outlivesCrashAtEveryCall(() => propertyWorld(worldOf(sampleFleet, [])));
  expect(calls).toBeGreaterThan(20);
});

test("4: dying anywhere on the way from any start leads to the same end", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyFleet,
      anyThings,
      fc.record({ call: fc.integer({ min: 1, max: 50 }), when: fc.constantFrom("before" as const, "after" as const) }),
      async (fleet, things, crash) => {
        const make = () => propertyWorld(worldOf(fleet, things));
        await outlivesCrash(make(), crash, await calmEnd(make));
      },
    ),
    { numRuns: runs },
  );
});

test("5: a thing that leaves the file while its maker was dying is still found and deleted", async () => {
  for (let call = 1; call <= 40; call += 1) {
    const world = worldOf(sampleFleet, []);
    await world.run({ crash: { call, when: "after" } });
    world.push({ ...sampleFleet, kinds: {} });
    world.clock.advance(leaseTtl * 2);
    await untilReady(propertyWorld(world), calmRuns);
    expect([...world.state.things.keys()]).toEqual([]);
  }
});

test("5: whatever is asked, forced or approved and whatever fails, nothing is touched that must not be", async () => {
  const ask = fc.record({
    force: fc.boolean(),
    only: fc.option(fc.subarray(["net", "disk", "host", "app"])),
    approves: fc.boolean(),
    faults: anyFaults,
  });
  await fc.assert(
    fc.asyncProperty(anyStrictFleet, anyThings, fc.array(ask, { maxLength: 4 }), async (fleet, things, asks) => {
      const world = worldOf(fleet, things);
      let held: readonly string[] = [];
      for (const { force, only, approves, faults } of asks) {
        const { record } = await world.run({
          request: { force, ...(only === null ? {} : { only }), ...(approves ? { approve: held, by: "jo" } : {}) },
          faults: new Map(faults.map(({ call, fault }) => [call, fault])),
        });
        held = (record?.held ?? []).map(({ id }) => id);
        for (const { risk, outcome, approvedBy, target } of record?.actions ?? []) {
          if (only !== null) expect(only).toContain(target.kind);
          if (risk === "destructive" && outcome.state === "applied") expect(approvedBy).toBe("jo");
          if (risk === "disruptive" && outcome.state === "applied") expect(force || fleet.windowOpen).toBe(true);
        }
        world.clock.advance(leaseTtl * 2);
      }
      expect(propertyWorld(world).violations()).toEqual([]);
      if (fleet.mode === "Observe") expect(world.state.writes).toEqual([]);
      // What failed once and waits for its window since counts as failed; nothing is on its way.
      const { record } = await world.run();
      expect(["Ready", "Held", "Failed"]).toContain(record?.end);
      expect(record?.runAgainAt).toBeUndefined();
      // What waits for a person or a window waits without a word.
      const { calls } = await world.run();
      const writes = calls.filter(({ write }) => write).map(({ name }) => name);
      expect(writes.filter((name) => !name.startsWith("lease:"))).toEqual(["state:heartbeat"]);
    }),
    { numRuns: runs },
  );
});

test("7: epoch and observedGeneration never fall, whatever is pushed and whatever fails", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ fleet: fc.option(anyFleet), sequence: fc.integer({ min: 1, max: 9 }), faults: anyFaults }), {
        maxLength: 6,
      }),
      async (steps) => {
        const world = new ModelWorld();
        for (const { fleet, sequence, faults } of steps) {
          world.push(fleet ?? "not a fleet", sequence);
          const before = world.store.status;
          await world.run({ faults: new Map(faults.map(({ call, fault }) => [call, fault])) });
          neverFalls(before, world.store.status);
          world.clock.advance(leaseTtl * 2);
        }
      },
    ),
    { numRuns: runs },
  );
});

test("8: two runs at once, one of which may sleep through its lease, end as one would", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyFleet,
      anyThings,
      fc.scheduler(),
      fc.nat({ max: 40 }),
      async (fleet, things, scheduler, nap) => {
        const end = await calmEnd(() => propertyWorld(worldOf(fleet, things)));
        const world = worldOf(fleet, things);
        let turns = 0;
        const turn = (): Promise<unknown> => {
          turns += 1;
          // A suspended laptop: time passes for everybody while this one stands between two calls.
          if (turns === nap) world.clock.advance(leaseTtl + 1);
          return scheduler.schedule(Promise.resolve());
        };
        const both = Promise.all([world.run({ turn }), world.run({ turn })]);
        await scheduler.waitFor(both);
        world.clock.advance(leaseTtl * 2);
        const property = propertyWorld(world);
        await untilReady(property, calmRuns);
        expect(property.snapshot()).toEqual(end);
        expect(property.violations()).toEqual([]);
        await holdsStill(property);
      },
    ),
    { numRuns: runs },
  );
});

test("9: a resource that can't be made holds what needs it and nothing else", async () => {
  const world = worldOf(sampleFleet, []);
  const net = world.kinds[0];
  if (net === undefined) return;
  const apply: typeof net.apply = (context) =>
    context.action.target.name === "a" ? Promise.reject(new Error("the model refuses net/a")) : net.apply(context);
  world.kinds = [{ ...net, apply }, ...world.kinds.slice(1)];
  const { record } = await world.run();
  expect([...world.state.things.keys()].sort()).toEqual(["disk/data", "host/spare", "net/b"]);
  expect(record?.end).toBe("Failed");
  const sync = Object.fromEntries(
    Object.entries(world.store.status?.resources ?? {}).map(([key, resource]) => [key, resource.sync]),
  );
  expect(sync).toEqual({
    "app/web": "Held",
    "disk/data": "InSync",
    "host/main": "Held",
    "host/spare": "InSync",
    "net/a": "Failed",
    "net/b": "InSync",
  });
});

test("10: somebody who keeps undoing our changes meets a bounded number of writes, then Stalled", async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), async (always) => {
      const world = worldOf(sampleFleet, []);
      await world.run();
      const undo = (): void => world.meddle("net/a", { size: 50 + world.state.writes.length });
      if (always) world.state.afterWrite = (key) => key === "net/a" && undo();
      else undo();
      const before = world.state.writes.length;
      for (let run = 0; run < 30; run += 1) {
        await world.run();
        world.clock.advance(5 * 60_000);
        undo();
      }
      expect(world.state.writes.length - before).toBe(world.limits.heals);
      const stalled = world.store.status?.conditions.find(({ type }) => type === "Stalled");
      expect(stalled).toMatchObject({ status: "True", reason: "FoughtOver" });
    }),
    { numRuns: 2, examples: [[true], [false]] },
  );
});
