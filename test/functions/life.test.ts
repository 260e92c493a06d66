import { beforeEach, expect, test } from "vitest";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { SCHEDULER_STATE } from "../../sandbox/services/scheduler/state.ts";
import { readHeartbeat, readStatus } from "../../shared/store/fleet-store.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { objectCreated, tick } from "./events.ts";
import { FunctionWorld } from "./function-world.ts";

let world: FunctionWorld;

beforeEach(async () => {
  world = await FunctionWorld.open();
  await world.push("acme", await sampleFile("cloud"));
});

const endOf = async () => (await readHeartbeat(world.store, "acme"))?.end;

test("a push alone makes a fleet real, and the next tick finds nothing to write", async () => {
  world.deliver("dispatch", objectCreated("fleets/acme/desired.yaml"));
  await world.settle();
  expect(await endOf()).toBe("Ready");
  world.sandbox.calls.clear();
  world.deliver("dispatch", tick());
  await world.settle();
  const writes = world.sandbox.calls.writes().filter(({ service }) => !["sts", "lambda"].includes(service));
  expect(writes.map(({ operation, input }) => `${operation} ${String(input["Key"] ?? "")}`)).toEqual([
    "PutObject fleets/acme/lease.json",
    expect.stringMatching(/^PutObject fleets\/acme\/(heartbeat|lease)\.json$/),
    expect.stringMatching(/^PutObject fleets\/acme\/(heartbeat|lease)\.json$/),
  ]);
});

test("of two invocations at once one works, the other leaves a note that the first one serves", async () => {
  const [first, second] = await Promise.all([
    world.call("reconcile", { fleet: "acme", trigger: "schedule" }, "one"),
    world.call("reconcile", { fleet: "acme", trigger: "schedule", force: true }, "two"),
  ]);
  expect([first, second].map((record) => (record as { readonly end: string }).end).sort()).toEqual(["Busy", "Ready"]);
  const busy = (first as { readonly end: string }).end === "Busy" ? "one" : "two";
  expect(JSON.stringify([first, second])).toContain(`"notes":["${busy}"]`);
  expect(world.logged("Metrics").map(({ Busy }) => Busy)).toContain(1);
});

test.each([5, 20, 35])(
  "killed at call %i, the function holds nobody up for longer than it could have lived",
  async (at) => {
    const handler = new SandboxHandler(world.sandbox, { at, when: "after" });
    await world
      .call("reconcile", { fleet: "acme", trigger: "push" }, "killed", { requestHandler: handler })
      .catch(() => {});
    expect(handler.dead).toBe(true);
    for (let ticks = 0; ticks < 4; ticks += 1) {
      world.deliver("dispatch", tick(`tick-${ticks}`));
      await world.pass(5);
    }
    expect(await endOf()).toBe("Ready");
    expect(world.queue.deadLetters).toEqual([]);
    expect((await readStatus(world.store, "acme"))?.value.conditions).toContainEqual(
      expect.objectContaining({ type: "Stalled", status: "False" }),
    );
  },
);

test("what is backed off is tried again by a one-shot schedule, before the next tick", async () => {
  world.sandbox.faults.add({
    service: "iam",
    operation: "CreateRole",
    times: 30,
    effect: { type: "error", code: "ServiceFailure", status: 500 },
  });
  await world.call("reconcile", { fleet: "acme", trigger: "push" });
  const state = world.sandbox.state(SCHEDULER_STATE);
  expect(Object.keys(state.schedules)).toEqual(["fleetkeeper/acme"]);
  world.sandbox.faults.clear();
  await world.pass(4);
  expect(state.schedules).toEqual({});
  expect(await endOf()).toBe("Ready");
  expect((await readHeartbeat(world.store, "acme"))?.trigger).toBe("requeue");
});
