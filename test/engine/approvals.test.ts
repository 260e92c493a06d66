import { expect, test } from "vitest";
import { condition, readyWorld, resizing } from "./scenario.ts";

test("a destructive change waits for the approval of its id, which is used once", async () => {
  const world = await readyWorld(resizing("destructive", 1));
  world.push(resizing("destructive", 2));
  const asked = await world.run({ request: { force: true } });
  expect(asked.record?.end).toBe("Held");
  expect(condition(world, "Stalled")?.reason).toBe("PersonNeeded");
  const id = asked.record?.held[0]?.id ?? "";
  const { record } = await world.run({ request: { approve: [id], by: "jo" } });
  expect(record?.end).toBe("Ready");
  expect(record?.actions[0]).toMatchObject({ id, approvedBy: "jo" });
  expect(world.store.approvals).toMatchObject([{ actionId: id, by: "jo", usedBy: record?.requestId }]);
  // The same drift again is the same action by its id: the approval was for one time.
  world.meddle("net/a", { size: 1 });
  expect((await world.run()).record?.held[0]).toMatchObject({ id, hold: { reason: "ApprovalNeeded" } });
});

test("an approval stays good when unrelated drift appears, and is void when its own target changed", async () => {
  const world = await readyWorld(resizing("destructive", 1));
  world.push(resizing("destructive", 2));
  const id = (await world.run()).record?.held[0]?.id ?? "";
  world.meddle("net/b", { size: 50 });
  expect((await world.run()).record?.held[0]?.id).toBe(id);
  world.meddle("net/a", { undeclared: "somebody was here" });
  const { record } = await world.run({ request: { approve: [id] } });
  expect(record?.held[0]?.hold.reason).toBe("ApprovalNeeded");
  expect(world.thing("net/a")?.size).toBe(1);
});

test("of two processes with one approval one acts", async () => {
  const world = await readyWorld(resizing("destructive", 1));
  world.push(resizing("destructive", 2));
  const id = (await world.run()).record?.held[0]?.id ?? "";
  const { record } = await world.run({
    request: { approve: [id] },
    before: ({ name }) => {
      if (name !== "net:list" || world.store.plan === undefined) return;
      world.store.approvals = world.store.approvals.map((one) => ({ ...one, usedBy: "another" }));
    },
  });
  expect(record?.actions.map(({ outcome }) => outcome.state)).toEqual(["skipped"]);
  expect(world.thing("net/a")?.size).toBe(1);
});
