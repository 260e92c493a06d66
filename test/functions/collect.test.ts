import { beforeEach, expect, test } from "vitest";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { SCHEDULER_STATE } from "../../sandbox/services/scheduler/state.ts";
import { sweepReport } from "../../shared/reconciler/sweep-fleet.ts";
import type { Finding } from "../../shared/resources/machines/companions.ts";
import { readLedger } from "../../shared/resources/machines/ledger-object.ts";
import type { Hold } from "../../shared/resources/machines/sweep.ts";
import { suspend } from "../../shared/store/suspension.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { FunctionWorld } from "./function-world.ts";

let world: FunctionWorld;

beforeEach(async () => {
  world = await FunctionWorld.open();
});

/** The sample fleet with runners and no host; its network and roles are made by a first run. */
async function running(): Promise<string> {
  const body = await sampleFile("acme");
  await world.push("acme", body);
  await world.call("reconcile", { fleet: "acme", only: ["iam", "network"] });
  return body;
}

const reports = () => world.logged("SweepEnded");

test.each([
  ["a typo", { fleet: "acme", forse: true }],
  ["force, which it doesn't know", { fleet: "acme", force: true }],
  ["a strange fleet", { fleet: "../acme" }],
  ["no object", []],
])("a payload with %s is refused before anything is called", async (_, payload) => {
  world.sandbox.calls.clear();
  await expect(world.call("collect", payload)).rejects.toMatchObject({ code: "PayloadRefused" });
  expect(world.sandbox.calls.all()).toEqual([]);
});

test("a fleet that nobody pushed is refused, and nothing of it comes into being", async () => {
  await running();
  world.sandbox.calls.clear();
  await expect(world.call("collect", { fleet: "acmee" })).rejects.toMatchObject({ code: "NoFleet" });
  expect(world.sandbox.calls.writes().map(({ operation }) => operation)).toEqual(["AssumeRole"]);
});

test("with nothing lost it deletes nothing, marks nothing and answers what it saw", async () => {
  await running();
  world.sandbox.calls.clear();
  expect(await world.call("collect", {})).toEqual({
    version: 1,
    fleet: "acme",
    deletions: [],
    held: [],
    fuse: "closed",
  });
  const writes = world.sandbox.calls.writes().filter(({ service }) => service !== "sts");
  expect(writes.map(({ input }) => input["Key"])).toEqual(["fleets/acme/lease.json", "fleets/acme/lease.json"]);
  expect(world.logged("Metrics").at(-1)).toMatchObject({ fleet: "acme", Swept: 1, Deleted: 0, DeletionsFailed: 0 });
});

test("a suspended fleet is not swept, and its suspension is told", async () => {
  await running();
  const now = world.clock.now();
  await suspend(world.store, "acme", { until: now + 3_600_000, reason: "a look", by: "ada" }, now);
  expect(await world.call("collect", {})).toMatchObject({ heldBack: { reason: "Suspended", message: "a look" } });
});

test("a file that only reports is never swept", async () => {
  const body = await running();
  await world.push("acme", body.replace("mode: Enforce", "mode: Observe"));
  await world.call("reconcile", { fleet: "acme" });
  expect(await world.call("collect", {})).toMatchObject({ heldBack: { reason: "ReportMode" } });
});

test.each([
  ["isn't valid", (body: string) => body.replace("apiVersion", "apiVersions")],
  ["no reconcile has met yet", (body: string) => `${body}\n# changed`],
])("a pushed file that %s holds the sweep back", async (_, edit) => {
  const body = await running();
  await world.push("acme", edit(body));
  expect(await world.call("collect", {})).toMatchObject({ heldBack: { reason: "RevisionNotInForce" } });
  expect(reports()).toMatchObject([{ heldBack: "RevisionNotInForce", deleted: 0 }]);
});

test("a ledger that can't be read is a crash that Lambda retries and keeps, and nothing is deleted", async () => {
  await running();
  await world.store.put("fleets/acme/collection/ledger.json", "{", { contentType: "application/json" });
  world.deliver("collect", { fleet: "acme" });
  await world.pass(5);
  expect(world.queue.deadLetters).toMatchObject([{ function: "fleetkeeper-collect", attempts: 3 }]);
  expect(reports()).toEqual([]);
});

test("while a reconcile holds the lease it leaves a note that is served, and of two sweeps at once one works", async () => {
  await running();
  const [run, first, second] = await Promise.all([
    world.call("reconcile", { fleet: "acme" }),
    world.call("collect", { fleet: "acme" }),
    world.call("collect", { fleet: "acme" }),
  ]);
  const busy = [run, first, second].filter((one) => JSON.stringify(one).includes('"Busy"'));
  expect(busy).toHaveLength(2);
  await world.pass(2);
  expect(world.queue.deadLetters).toEqual([]);
  expect(await world.call("collect", {})).toMatchObject({ deletions: [], fuse: "closed" });
});

test.each([2, 6, 9])("killed at call %i it holds nobody up for longer than it could have lived", async (at) => {
  await running();
  const handler = new SandboxHandler(world.sandbox, { at, when: "after" });
  await world.call("collect", { fleet: "acme" }, "killed", { requestHandler: handler }).catch(() => undefined);
  expect(handler.dead).toBe(true);
  await world.pass(17);
  expect(await world.call("collect", {})).toMatchObject({ deletions: [], held: [], fuse: "closed" });
});

test("a fleet without marks isn't handed over", async () => {
  await running();
  world.deliver("reconcile", { fleet: "acme" });
  await world.settle();
  expect(world.logged("HandedOver")).toEqual([]);
  expect((await readLedger(world.store, "acme")).marks).toEqual({});
});

test("a mark that ripens before the next tick has the fleet run again then, and any other hold waits for the tick", () => {
  const suspect: Finding = {
    subject: "instance/i-1",
    born: 0,
    verdict: { verdict: "suspect", reasons: [{ code: "no-instance" }] },
  };
  const held = (...holds: readonly [Hold, ...Hold[]]) => ({ finding: suspect, holds });
  const report = (...all: readonly ReturnType<typeof held>[]) =>
    sweepReport(
      "acme",
      { plan: { deletions: [], held: all, lookAgain: false, fuse: { state: "closed" } }, deletions: [], failures: [] },
      1000,
    );
  const grace = (remaining: number): Hold => ({ code: "grace", remaining });
  expect(report(held(grace(500)), held(grace(200), { code: "sightings", have: 2, need: 3 })).runAgainAt).toBe(1200);
  expect(report(held(grace(500), { code: "report-mode" })).runAgainAt).toBeUndefined();
  expect(report(held({ code: "sightings", have: 2, need: 3 })).runAgainAt).toBeUndefined();
  expect(Object.keys(world.sandbox.state(SCHEDULER_STATE).schedules)).toEqual([]);
});
