import { expect, test } from "vitest";
import { ModelWorld, sampleFleet } from "./model-world.ts";

const reasonOf = (world: ModelWorld, type: string): string | undefined =>
  world.store.status?.conditions.find((condition) => condition.type === type)?.reason;

test("a fleet is made from nothing in one run, dependents after what they need", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  const { record } = await world.run();
  expect(record?.end).toBe("Ready");
  expect(world.thing("host/main")?.uses).toBe(world.thing("net/a")?.id);
  expect(world.thing("app/web")?.uses).toBe(world.thing("host/main")?.id);
  expect(record?.actions.map(({ outcome }) => outcome.state)).toEqual(Array(6).fill("applied"));
  expect(reasonOf(world, "Ready")).toBe("AllAsDeclared");
});

test("the run after a Ready one writes nothing but lease and heartbeat", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  await world.run();
  const before = JSON.stringify([world.store.status, world.store.plan, world.store.history]);
  const { record, calls } = await world.run();
  expect(record?.end).toBe("Ready");
  expect(calls.filter(({ write }) => write).map(({ name }) => name)).toEqual([
    "lease:acquire",
    "state:heartbeat",
    "lease:release",
  ]);
  expect(JSON.stringify([world.store.status, world.store.plan, world.store.history])).toBe(before);
});

test("drift in a declared field is healed and an undeclared one is left", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  await world.run();
  world.meddle("net/a", { size: 99, undeclared: "a note" });
  const { record } = await world.run();
  expect(record?.actions[0]?.changes).toEqual([{ path: "size", from: 99, to: 1 }]);
  expect(world.thing("net/a")).toMatchObject({ size: 1, undeclared: "a note" });
});

test("what leaves the file is deleted, users before what they use", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  await world.run();
  world.push({ ...sampleFleet, kinds: {} });
  const { record } = await world.run();
  expect(record?.end).toBe("Ready");
  expect(world.state.things.size).toBe(0);
  const order = record?.actions.map(({ target }) => target.kind) ?? [];
  expect(order.slice(0, 3)).toEqual(["app", "host", "host"]);
  expect(order.slice(3).sort()).toEqual(["disk", "net", "net"]);
  expect(world.store.status?.inventory).toEqual({});
});
