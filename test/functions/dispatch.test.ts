import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { readHeartbeat, readStatus } from "../../shared/store/fleet-store.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { notification, notificationTest, objectCreated, tick } from "./events.ts";
import { FunctionWorld } from "./function-world.ts";

let world: FunctionWorld;

beforeEach(async () => {
  world = await FunctionWorld.open();
  await world.push("acme", await sampleFile("cloud"));
  await world.push("tiny", await sampleFile("minimal"));
});

const asked = () => world.queue.queue.map(({ payload }) => JSON.parse(payload) as { readonly fleet: string });

test("a tick asks for a reconcile of every fleet, each under the event's own id", async () => {
  const answer = await world.call("dispatch", tick("tick-1"));
  expect(answer).toEqual({ version: 1, fleets: ["acme", "tiny"], ignored: [] });
  expect(asked()).toEqual([
    { fleet: "acme", trigger: "schedule", requestId: "tick-1" },
    { fleet: "tiny", trigger: "schedule", requestId: "tick-1" },
  ]);
});

test.each([
  ["by EventBridge", objectCreated("fleets/acme/desired.yaml")],
  ["directly, twice and encoded", notification(["fleets/acme/desired.yaml", "fleets%2Facme%2Fdesired.yaml"])],
])("a push that S3 tells of %s asks for a reconcile of that fleet once", async (_, event) => {
  await world.call("dispatch", event);
  expect(asked()).toMatchObject([{ fleet: "acme", trigger: "push" }]);
});

test.each([
  ["a bucket that isn't ours", objectCreated("fleets/acme/desired.yaml", "somebody-elses")],
  ["a fleet that doesn't exist", objectCreated("fleets/gone/desired.yaml")],
  ["an object that is no desired state", objectCreated("fleets/acme/status.json")],
  ["a key that only looks like one", notification(["fleets/acme/x/desired.yaml", "fleets/%E0%A4%A/desired.yaml"])],
  ["nothing", notification([])],
  ["the notification's test", notificationTest],
])("an event of %s asks for nothing, says so and is no error", async (name, event) => {
  expect(await world.call("dispatch", event)).toMatchObject({ fleets: [] });
  expect(asked()).toEqual([]);
  if (name !== "nothing") expect(world.logged("EventIgnored")).not.toEqual([]);
});

test("dead letters that are let through again have their fleets looked at, and nonsense among them is dropped", async () => {
  const bodies = ['{"fleet":"acme","trigger":"schedule","requestId":"old"}', JSON.stringify(tick()), "{", '{"a":1}'];
  const letters = (some: readonly string[]) => ({
    Records: some.map((body, index) => ({
      messageId: String(index),
      body,
      eventSource: "aws:sqs",
      awsRegion: "eu-central-1",
    })),
  });
  expect(await world.call("dispatch", letters(bodies.slice(0, 1)))).toMatchObject({ fleets: ["acme"], ignored: [] });
  expect(await world.call("dispatch", letters(bodies))).toMatchObject({ fleets: ["acme", "tiny"] });
  expect(world.logged("EventIgnored")).toHaveLength(2);
});

test("a person may have every fleet or one looked at, by force or for some kinds", async () => {
  await world.call("dispatch", { force: true, requestId: "after-the-outage" });
  await world.call("dispatch", { fleet: "tiny", only: ["iam"] });
  expect(asked()).toMatchObject([
    { fleet: "acme", trigger: "manual", force: true, requestId: "after-the-outage" },
    { fleet: "tiny", trigger: "manual", force: true, requestId: "after-the-outage" },
    { fleet: "tiny", trigger: "manual", only: ["iam"] },
  ]);
});

test("where one fleet can't be queued the others are, and the event fails so that it comes again", async () => {
  world.sandbox.faults.add({
    service: "lambda",
    operation: "Invoke",
    times: 1,
    effect: { type: "error", code: "InvalidParameterValueException", status: 400 },
  });
  world.deliver("dispatch", tick());
  await world.settle();
  const first = world.logged("Dispatched").map(({ fleet }) => fleet);
  expect(first).toHaveLength(1);
  expect(world.logged("Crashed")).toHaveLength(1);
  await world.pass(2);
  expect(new Set(world.logged("Dispatched").map(({ fleet }) => fleet))).toEqual(new Set(["acme", "tiny"]));
  expect(world.queue.deadLetters).toEqual([]);
  expect((await readStatus(world.store, "acme"))?.value.conditions).toContainEqual(
    expect.objectContaining({ type: "Ready", status: "True" }),
  );
});

test("a malformed event is refused at each attempt and ends with the dead letters", async () => {
  world.deliver("dispatch", { source: "aws.s3", "detail-type": "Object Created", detail: {} });
  await world.pass(5);
  expect(world.queue.deadLetters).toMatchObject([{ function: "fleetkeeper-dispatch", attempts: 3 }]);
  expect(world.logged("PayloadRefused")).toHaveLength(3);
});

test("whatever comes as an event, dispatch answers or throws by name, and asks for no fleet that isn't there", async () => {
  const events = fc.oneof(
    fc.jsonValue(),
    fc.record({ fleet: fc.string(), force: fc.anything() }),
    fc.array(fc.string()).map((keys) => notification(keys)),
    fc.string().map((key) => objectCreated(key)),
  );
  await fc.assert(
    fc.asyncProperty(events, async (event) => {
      await world.call("dispatch", event).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "PayloadRefused" });
      });
      for (const { fleet } of asked()) expect(["acme", "tiny"]).toContain(fleet);
      world.queue.queue = [];
    }),
    { numRuns: 60 },
  );
});

test("ticks lost, doubled and in any order change when a fleet is looked at, never what comes of it", async () => {
  const event = fc.constantFrom("tick", "push", "manual", "wait");
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 6 }), async (events) => {
      const world = await FunctionWorld.open();
      await world.push("acme", await sampleFile("cloud"));
      for (const event of events) {
        if (event === "wait") await world.settle();
        else if (event === "push") world.deliver("dispatch", objectCreated("fleets/acme/desired.yaml"));
        else world.deliver("dispatch", event === "tick" ? tick() : { fleet: "acme", force: true });
      }
      world.deliver("dispatch", tick());
      await world.settle();
      await world.pass(1);
      expect(world.queue.deadLetters).toEqual([]);
      expect((await readHeartbeat(world.store, "acme"))?.end).toBe("Ready");
    }),
    { numRuns: 8 },
  );
});
