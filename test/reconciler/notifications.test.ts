import { expect, test } from "vitest";
import { SNS_STATE } from "../../sandbox/services/sns/state.ts";
import { readHistory } from "../../shared/store/history.ts";
import { drift } from "../chaos/drift.ts";
import { atRest } from "./topic-world.ts";

test("a topic is told that a file is in force, and by a fleet at rest of nothing more; that run writes nothing", async () => {
  const { world, titles, run, notified } = await atRest();
  expect(titles()).toEqual(["a new revision is in force"]);
  world.sandbox.calls.clear();
  const record = await run();
  expect(record.end).toBe("Ready");
  expect(record.notifications).toBeUndefined();
  const writes = world.sandbox.calls.writes().map(({ input }) => (input as { Key?: string }).Key);
  expect([...new Set(writes)].sort()).toEqual(["fleets/acme/heartbeat.json", "fleets/acme/lease.json"]);
  expect(titles()).toHaveLength(1);
  expect(await notified()).toMatchObject({ status: "True", reason: "TopicsTold" });
});

test("drift that is put right at once is told as that, with what it was", async () => {
  const { world, told, titles, run } = await atRest();
  await drift(world);
  await run();
  expect(titles()).toEqual(["a new revision is in force", "5 resources put right"]);
  const { message = "", attributes } = told()[1] ?? {};
  expect(attributes).toEqual({ event: { type: "String", value: "Healed" }, fleet: { type: "String", value: "acme" } });
  expect(message).toContain("which the file doesn't declare; put right (since ");
  await run();
  expect(titles()).toHaveLength(2);
});

test("a failure is told once while it lasts, and anew when it comes back", async () => {
  const { world, titles, run } = await atRest("[Failed, Stalled]");
  const denied = () =>
    world.sandbox.faults.add({
      service: "iam",
      access: "write",
      effect: { type: "error", code: "AccessDenied", status: 403 },
    });
  await drift(world);
  denied();
  await run();
  expect(titles()).toEqual(["2 actions failed"]);
  await run();
  await run();
  expect(titles()).toHaveLength(1);
  world.sandbox.faults.clear();
  await world.clock.advance(1000);
  expect((await run({ force: true })).end).toBe("Ready");
  expect(titles()).toHaveLength(1);
  await drift(world);
  denied();
  await run();
  expect(titles()).toEqual(["2 actions failed", "2 actions failed"]);
});

test("what waits for an approval is told with the command that gives it; another action is told again", async () => {
  const { world, told, titles, run, push, file } = await atRest("[ApprovalNeeded, Stalled]");
  const moved = file
    .replace("vpc-0a1b2c3d4e5f60718", "vpc-0d3fa017000000000")
    .replace("subnet-0aaaaaaaaaaaaaaa1", "subnet-0d3fa01700000000a");
  await push(moved, 2);
  const record = await run();
  const ids = record.held.filter(({ hold }) => hold.reason === "ApprovalNeeded").map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(titles()).toEqual([`${ids.length} actions wait for approval`]);
  for (const id of ids) expect(told()[0]?.message).toContain(`fleetkeeper reconcile --fleet acme --approve ${id}`);
  await run();
  expect(titles()).toHaveLength(1);
  expect(world.sandbox.calls.writes().filter(({ operation }) => operation === "Publish")).toHaveLength(1);
});

test("a file that isn't accepted is told with its place and rule, and the next bad one again", async () => {
  const { told, titles, run, push, file } = await atRest("[Rejected]");
  await push(file.replace("mode: Enforce", "mode: Sometimes"), 2);
  await run();
  await run();
  expect(titles()).toEqual(["the newest file was not accepted"]);
  expect(told()[0]?.message).toContain("spec.mode");
  await push(file.replace("days: 14", "days: none"), 3);
  await run();
  expect(titles()).toHaveLength(2);
});

test("a topic that isn't there fails nothing: it is told later what it missed", async () => {
  const { world, titles, run, notified, reconciler } = await atRest("[Accepted, Healed]");
  const { topics } = world.sandbox.state(SNS_STATE);
  const topic = topics["acme-gitlab"];
  delete topics["acme-gitlab"];
  await drift(world);
  const record = await run();
  expect(record.end).toBe("Ready");
  expect(record.notifications).toMatchObject([{ event: "Healed", state: "failed", code: "NotFound" }]);
  expect(await notified()).toMatchObject({
    status: "False",
    reason: "TopicRefuses",
    message: expect.stringContaining("Topic does not exist"),
  });
  world.sandbox.calls.clear();
  expect((await run()).notifications).toBeUndefined();
  expect(world.sandbox.calls.writes().filter(({ operation }) => operation === "Publish")).toEqual([]);
  if (topic !== undefined) topics["acme-gitlab"] = topic;
  await world.clock.advance(61 * 60_000);
  expect((await run()).notifications).toMatchObject([{ event: "Healed", state: "sent" }]);
  expect(titles()).toEqual(["a new revision is in force", "5 resources put right"]);
  expect(await notified()).toMatchObject({ status: "True" });
  const [newest] = await readHistory(reconciler.store, "acme", 1);
  expect(newest?.notifications).toMatchObject([{ state: "sent" }]);
});
