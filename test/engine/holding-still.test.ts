import { expect, test } from "vitest";
import { suspensionInEffect } from "../../shared/engine/suspension.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { condition, minute, readyWorld, resizing } from "./scenario.ts";

test("Observe reports drift and writes nothing to the world", async () => {
  const world = await readyWorld();
  world.push({ ...sampleFleet, mode: "Observe" });
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run();
  expect(record?.end).toBe("Held");
  expect(world.state.writes).toEqual([]);
  expect(condition(world, "Drifted")).toMatchObject({ status: "True", message: "net/a" });
  expect(condition(world, "Reconciling")?.reason).toBe("OnlyObserving");
  expect(condition(world, "Stalled")?.status).toBe("False");
});

test("a suspension holds everything until its time, is over by itself, and says so once", async () => {
  const world = await readyWorld();
  world.store.suspension = { until: world.clock.now() + 120 * minute, reason: "an audit", by: "jo" };
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run({ request: { force: true } });
  expect(record?.end).toBe("Held");
  expect(record?.runAgainAt).toBe(world.store.suspension.until);
  expect(condition(world, "Suspended")).toMatchObject({ status: "True", reason: "SuspendedByCommand" });
  world.clock.advance(121 * minute);
  expect((await world.run()).record?.end).toBe("Ready");
  expect(condition(world, "Suspended")?.status).toBe("False");
});

test("the file can suspend too", async () => {
  const world = await readyWorld();
  const until = world.clock.now() + 120 * minute;
  world.push({ ...sampleFleet, suspend: { until, reason: "a migration" }, kinds: {} });
  await world.run();
  expect(world.state.writes).toEqual([]);
  expect(condition(world, "Suspended")?.reason).toBe("SuspendedByFile");
});

test("--only acts on the kinds named and looks at all", async () => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  world.meddle("disk/data", { size: 99 });
  const { record } = await world.run({ request: { only: ["disk"] } });
  expect(world.thing("disk/data")?.size).toBe(10);
  expect(world.thing("net/a")?.size).toBe(99);
  expect(record?.held.map(({ hold }) => hold.reason)).toEqual(["NotSelected"]);
});

test("a disruptive change waits for the window and force doesn't", async () => {
  const world = await readyWorld(resizing("disruptive", 1));
  world.push({ ...resizing("disruptive", 2), windowOpen: false });
  const { record } = await world.run();
  expect(record?.held[0]?.hold.reason).toBe("WindowClosed");
  await world.run({ request: { force: true } });
  expect(world.thing("net/a")?.size).toBe(2);
});

test("a run doesn't wait for a suspension to end, however soon", async () => {
  const world = await readyWorld();
  const began = world.clock.now();
  world.store.suspension = { until: began + 1000, reason: "a moment", by: "jo" };
  world.meddle("net/a", { size: 99 });
  await world.run();
  expect(world.clock.now()).toBe(began);
});

test("of two suspensions the longer one is told", () => {
  const stored = { until: 20, reason: "by command", by: "jo" };
  const policy = { mode: "Enforce", window: { open: true }, suspend: { until: 30, reason: "by file" } } as const;
  expect(suspensionInEffect(policy, stored, 10)?.source).toBe("file");
  expect(suspensionInEffect(policy, { ...stored, until: 40 }, 10)?.source).toBe("command");
  expect(suspensionInEffect(policy, stored, 25)?.source).toBe("file");
  expect(suspensionInEffect(policy, stored, 30)).toBeUndefined();
});

test("a run applies so many actions in all its rounds, and the rest is asked for at once", async () => {
  const world = new ModelWorld({ maxima: { safe: 2, disruptive: 1, destructive: 1 } });
  world.push(sampleFleet);
  const { record } = await world.run();
  expect(record?.actions).toHaveLength(2);
  expect(record?.end).toBe("Held");
  expect(record?.runAgainAt).toBe(world.clock.now());
  for (let run = 0; run < 3; run += 1) await world.run();
  expect(world.store.beat?.end).toBe("Ready");
});
