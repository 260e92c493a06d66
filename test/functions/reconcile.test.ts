import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { handler } from "../../functions/reconcile/handler.ts";
import { SCHEDULER_STATE } from "../../sandbox/services/scheduler/state.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import type { Loopback } from "../cli/loopback.ts";
import { ExportedWorld } from "./exported-world.ts";

const acme = "test/harness/cloud.fleet.yaml";
let world: ExportedWorld;
let cloud: Loopback;

beforeEach(async () => {
  world = await ExportedWorld.open();
  ({ cloud } = world);
});
afterEach(() => world.close());

/** The exported handler, as Lambda calls it. */
function invoke(payload: unknown, left?: number): Promise<RunRecord> {
  return handler(payload, world.context("reconcile", left));
}

const logged = (event: string) => world.logged(event);

test("an invocation without a fleet reconciles the only one, as its worker, and answers the run's record", async () => {
  await cloud.type(["push", acme]);
  cloud.aws.calls.clear();
  const record = await invoke({});
  expect(record).toMatchObject({
    fleet: "acme",
    end: "Ready",
    trigger: "manual",
    requestId: "11111111-2222-4333-8444-555555555555",
  });
  const strangers = cloud.aws.calls
    .all()
    .filter(({ caller }) => caller?.arn !== "arn:aws:sts::123456789012:assumed-role/fleetkeeper-reconcile-worker/acme")
    .map(({ operation }) => operation);
  expect(strangers).toEqual(["ListObjectsV2", "AssumeRole"]);
  expect(logged("RunEnded")).toMatchObject([{ level: "info", function: "reconcile", fleet: "acme", end: "Ready" }]);
  expect(logged("Metrics")).toMatchObject([{ fleet: "acme", Completed: 1, Ready: 1, NotReadyFor: 0, Throttled: 0 }]);
});

test("force, kinds and the request's id of a payload are the run's, and come back", async () => {
  await cloud.type(["push", acme]);
  const record = await invoke({ fleet: "acme", force: true, only: ["iam"], requestId: "ticket-17", by: "ada" });
  expect(record).toMatchObject({ requestId: "ticket-17", force: true, by: "ada" });
  expect(new Set(record.actions.map(({ target }) => target.kind))).toEqual(new Set(["iam"]));
});

test("a run that doesn't end Ready is no error of the function", async () => {
  await cloud.type(["push", "desired-state/minimal.fleet.yaml"]);
  const record = await invoke({ fleet: "tiny" });
  expect(record.end).toBe("Held");
  expect(logged("Crashed")).toEqual([]);
});

test("a fleet that nobody pushed is refused, and nothing of it comes into being", async () => {
  await cloud.type(["push", acme]);
  cloud.aws.calls.clear();
  await expect(invoke({ fleet: "acmee" })).rejects.toMatchObject({ code: "NoFleet" });
  expect(cloud.aws.calls.writes().map(({ operation }) => operation)).toEqual(["AssumeRole"]);
});

test.each([
  ["a typo", { fleet: "acme", forse: true }],
  ["a strange fleet", { fleet: "../acme" }],
  ["another type", { fleet: "acme", force: "yes" }],
  ["no object", "acme"],
  ["no kinds", { only: [] }],
])("a payload with %s is refused before anything is called, and the error reaches Lambda", async (_, payload) => {
  cloud.aws.calls.clear();
  await expect(invoke(payload)).rejects.toMatchObject({ code: "PayloadRefused" });
  expect(cloud.aws.calls.all()).toEqual([]);
  expect(logged("PayloadRefused")).toHaveLength(1);
  expect(logged("Crashed")).toMatchObject([{ level: "error", code: "PayloadRefused", function: "reconcile" }]);
});

test("a worker role that can't be assumed is a crash that reaches Lambda, and the log tells why", async () => {
  vi.stubEnv("FLEETKEEPER_WORKER_ROLE", "arn:aws:iam::123456789012:role/nobody");
  await expect(invoke({ fleet: "acme" })).rejects.toMatchObject({ code: "AccessDenied" });
  expect(logged("Crashed")).toMatchObject([{ code: "AccessDenied", requestId: expect.any(String) }]);
});

test("an environment that lacks something is a crash that names it", async () => {
  vi.stubEnv("FLEETKEEPER_BUCKET", "");
  await expect(invoke({ fleet: "acme" })).rejects.toMatchObject({
    code: "EnvironmentMissing",
    message: expect.stringContaining("FLEETKEEPER_BUCKET"),
  });
});

test("near its end the function starts no work and has itself run again by a schedule", async () => {
  await cloud.type(["push", acme]);
  cloud.aws.states.get(SCHEDULER_STATE, "eu-central-1").groups["fleetkeeper"] = { createdAt: 0 };
  const record = await invoke({ fleet: "acme" }, 14_000);
  expect(record.end).toBe("Progressing");
  const schedules = Object.values(cloud.aws.state(SCHEDULER_STATE).schedules);
  expect(schedules).toMatchObject([
    { group: "fleetkeeper", name: "acme", deleteAfter: true, input: '{"fleet":"acme","trigger":"requeue"}' },
  ]);
  expect(logged("Requeued")).toHaveLength(1);
});

test("a schedule that can't be made is told and breaks nothing", async () => {
  await cloud.type(["push", "desired-state/acme.fleet.yaml"]);
  expect((await invoke({ fleet: "acme" }, 14_000)).end).toBe("Progressing");
  expect(logged("RequeueFailed")).toMatchObject([{ level: "warn", code: "NotFound" }]);
});
