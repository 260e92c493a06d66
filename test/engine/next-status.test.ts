import { expect, test } from "vitest";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { condition, minute, readyWorld, syncOf } from "./scenario.ts";

test("a status says of which run it is, and of no force where none was used", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  const startedAt = world.clock.now();
  await world.run({ request: { requestId: "first", trigger: "schedule" } });
  const { status } = world.store;
  expect(status?.lastRun).toEqual({ requestId: "first", trigger: "schedule", startedAt, endedAt: world.clock.now() });
  expect(status).not.toHaveProperty("lastForced");
  expect(status?.inForce).toMatchObject({ sequence: 1, commit: "c0ffee" });
  expect(status?.notManaged).toEqual([]);
});

test("a forced run stays on record, also when later ones aren't", async () => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  await world.run({ request: { requestId: "asked", force: true } });
  const forced = { requestId: "asked", endedAt: world.clock.now() };
  expect(world.store.status?.lastForced).toEqual(forced);
  world.clock.advance(minute);
  world.meddle("net/a", { size: 98 });
  await world.run({ request: { requestId: "later" } });
  expect(world.store.status?.lastRun.requestId).toBe("later");
  expect(world.store.status?.lastForced).toEqual(forced);
});

test("a fleet for which nothing was ever pushed has a status that says so, and nothing in force", async () => {
  const world = new ModelWorld();
  await world.run();
  const { status } = world.store;
  expect(status).not.toHaveProperty("inForce");
  expect(status).toMatchObject({ resources: {}, inventory: {}, notManaged: [] });
  expect(condition(world, "Ready")?.reason).toBe("NothingInForce");
});

test("a run that could look at nothing leaves what is known of the resources, and what to look for", async () => {
  const world = await readyWorld();
  const before = world.store.status;
  world.push("not a fleet at all");
  world.store.newest = undefined;
  await world.run();
  expect(world.store.status?.inventory).toEqual(before?.inventory);
  expect(world.store.status?.resources).toEqual(before?.resources);
});

test("what was written when time ran out is under way, and the fleet is said to need another run", async () => {
  const world = await readyWorld();
  const limit = world.clock.now() + 2 * minute;
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run({
    limit,
    before: ({ name }) => {
      if (name === "net/a:update") world.clock.advance(2 * minute);
    },
  });
  expect(record?.end).toBe("Progressing");
  expect(world.store.status?.resources["net/a"]).toMatchObject({
    ...{ sync: "Progressing", message: "changed, and not observed again yet" },
  });
  expect(condition(world, "Reconciling")?.reason).toBe("RanOutOfTime");
  expect(condition(world, "Ready")?.reason).toBe("ChangesDue");
  await world.run();
  expect(syncOf(world, "net/a")).toBe("InSync");
  expect(condition(world, "Reconciling")?.reason).toBe("NothingToDo");
});

test("what a kind tells of a condition of its own is told of what the file wants alone", async () => {
  const world = await readyWorld();
  world.kinds = world.kinds.map((kind) =>
    kind.kind === "disk"
      ? { ...kind, tells: (name) => [{ reason: "DiskFilling" as const, message: `${name} is full` }] }
      : kind,
  );
  await world.run();
  expect(condition(world, "DiskSpace")).toMatchObject({ status: "False", message: "data is full" });
  world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, disk: {} } });
  await world.run();
  expect(condition(world, "DiskSpace")).toBeUndefined();
});
