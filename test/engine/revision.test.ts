import { expect, test } from "vitest";
import { decideRevision } from "../../shared/engine/revision.ts";
import { ModelProcess } from "./model-process.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { condition, readyWorld } from "./scenario.ts";

test("an invalid newest revision leaves the last good one in force, heals by it, and deletes nothing", async () => {
  const world = await readyWorld();
  world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, app: {} } });
  world.push("not a fleet");
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run();
  expect(record?.end).toBe("Held");
  expect(world.thing("net/a")?.size).toBe(1);
  expect(world.thing("app/web")).toBeDefined();
  expect(condition(world, "Accepted")).toMatchObject({ status: "False", reason: "RevisionInvalid" });
  expect(condition(world, "Accepted")?.message).toContain("revision 1 stays in force");
  expect(condition(world, "Ready")).toMatchObject({ status: "False", reason: "NewestNotInForce" });
  expect(world.store.status?.observedGeneration).toBe(3);
  expect(world.store.status?.inForce?.sequence).toBe(1);
});

test("without any valid revision nothing is looked at and the run has failed", async () => {
  const world = new ModelWorld();
  const { record, calls } = await world.run();
  expect(record?.end).toBe("Failed");
  expect(calls.some(({ name }) => name.endsWith(":list"))).toBe(false);
  expect(condition(world, "Accepted")?.reason).toBe("NothingPushed");
  expect(condition(world, "Ready")?.reason).toBe("NothingInForce");
  expect(condition(world, "Drifted")?.status).toBe("Unknown");
});

test("a revision that is older than one seen before is stale", async () => {
  const world = await readyWorld();
  world.push(sampleFleet, 7);
  await world.run();
  world.push({ ...sampleFleet, kinds: {} }, 6);
  await world.run();
  expect(condition(world, "Accepted")?.reason).toBe("RevisionStale");
  expect(world.thing("net/a")).toBeDefined();
});

test("a file that names another fleet is not accepted", async () => {
  const world = await readyWorld();
  world.push({ ...sampleFleet, name: "renamed", kinds: {} });
  await world.run();
  expect(condition(world, "Accepted")).toMatchObject({ reason: "RevisionInvalid" });
  expect(world.state.writes).toEqual([]);
});

test("kinds that this version doesn't have are shown and don't count for Ready", async () => {
  const world = new ModelWorld();
  world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, pool: { p: { size: 1 } } } });
  const { record } = await world.run();
  expect(record?.end).toBe("Ready");
  expect(world.store.status?.notManaged).toEqual(["pool"]);
});

test("what no push wrote is met like an invalid revision", async () => {
  const world = await readyWorld();
  const decision = decideRevision(world.engine(new ModelProcess()).desired, "model", {
    newest: undefined,
    newestRefused: "it was put there by hand",
    accepted: world.store.accepted,
    status: undefined,
  });
  expect(decision.verdict.reason).toBe("RevisionInvalid");
  expect(decision.verdict.message).toContain("by hand");
  expect(decision.inForce?.revision.sequence).toBe(1);
});

test("other content under the sequence in force is a revision of its own", async () => {
  const world = await readyWorld();
  world.push({ ...sampleFleet, kinds: {} }, 1);
  await world.run();
  expect(world.store.accepted?.body).toBe(world.store.newest?.body);
  expect(world.state.things.size).toBe(0);
});
