import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { handler as collectHandler } from "../../functions/collect/handler.ts";
import type { Handler } from "../../functions/common/handler.ts";
import { handler as planHandler } from "../../functions/plan/handler.ts";
import type { PlanAnswer } from "../../functions/plan/plan.ts";
import { notification, notificationTest, objectCreated, tick } from "./events.ts";
import { ExportedWorld } from "./exported-world.ts";

const acme = "test/harness/cloud.fleet.yaml";
const tiny = "desired-state/minimal.fleet.yaml";
let world: ExportedWorld;

beforeEach(async () => {
  world = await ExportedWorld.open();
});
afterEach(() => world.close());

const exported: Readonly<Record<"plan" | "collect", Handler<object>>> = { plan: planHandler, collect: collectHandler };
const invoke = (name: "plan" | "collect", payload: unknown, left?: number) =>
  exported[name](payload, world.context(name, left));

/** What was written, but for assuming the worker. */
const written = () => {
  const writes = world.cloud.aws.calls.writes().filter(({ service }) => service !== "sts");
  return writes.map(({ operation, input }) => `${operation} ${String(input["Key"] ?? "")}`);
};

const nothingPushed = { fleet: "nobody", plan: null, accepted: { reason: "NothingPushed" } };

const letter = {
  Records: [
    {
      messageId: "059f36b4-87a3-44ab-83d2-661975830a7d",
      receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
      body: '{"fleet":"acme"}',
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1795521600000" },
      messageAttributes: {},
      md5OfBody: "7b270e59b47ff90a553787216d55d91d",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:fleetkeeper-dead-letters",
      awsRegion: "eu-central-1",
    },
  ],
};

describe.each(["plan", "collect"] as const)("%s, by its exported handler,", (name) => {
  test.each([
    ["a tick", tick()],
    ["S3 by way of EventBridge", objectCreated("fleets/acme/desired.yaml")],
    ["S3", notification(["fleets/acme/desired.yaml"])],
    ["the notification's test", notificationTest],
    ["the dead-letter queue", letter],
    ["a list", [{ fleet: "acme" }]],
    ["nothing", null],
    ["text", '{"fleet":"acme"}'],
    ["a number for a fleet", { fleet: 1 }],
    ["a fleet that is a path", { fleet: "../tiny" }],
    ["a member that it doesn't know", { fleet: "acme", approve: ["0123456789ab"] }],
  ])("refuses an event of %s before anything is called, and the error reaches Lambda", async (_, event) => {
    await world.cloud.type(["push", acme]);
    world.cloud.aws.calls.clear();
    await expect(invoke(name, event)).rejects.toMatchObject({ code: "PayloadRefused" });
    expect(world.cloud.aws.calls.all()).toEqual([]);
    expect(world.logged("Crashed")).toMatchObject([{ level: "error", code: "PayloadRefused", function: name }]);
  });

  test("of a bucket without fleets, of several and no name, of one that doesn't exist: says which, and writes nothing", async () => {
    world.cloud.aws.calls.clear();
    await expect(invoke(name, {})).rejects.toMatchObject({ code: "NoFleet" });
    expect(written()).toEqual([]);
    await world.cloud.type(["push", acme]);
    await world.cloud.type(["push", tiny]);
    world.cloud.aws.calls.clear();
    await expect(invoke(name, {})).rejects.toMatchObject({ code: "FleetNotNamed", message: /acme, tiny/ });
    // A candidate may be of a fleet that is yet to come, so that a plan of nothing is an answer.
    if (name === "plan") expect(await invoke(name, { fleet: "nobody" })).toMatchObject(nothingPushed);
    else await expect(invoke(name, { fleet: "nobody" })).rejects.toMatchObject({ code: "NoFleet" });
    expect(written()).toEqual([]);
  });

  test("of a bucket that isn't this account's is refused by S3, and the crash tells so", async () => {
    await world.cloud.type(["push", acme]);
    vi.stubEnv("FLEETKEEPER_ACCOUNT", "210987654321");
    await expect(invoke(name, { fleet: "acme" })).rejects.toMatchObject({ code: "AccessDenied" });
    expect(world.logged("Crashed")).toMatchObject([{ code: "AccessDenied", function: name }]);
  });

  test("whatever comes, answers or throws by name", async () => {
    await world.cloud.type(["push", acme]);
    const events = fc.oneof(fc.jsonValue(), fc.record({ fleet: fc.string() }), fc.record({ file: fc.anything() }));
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        await invoke(name, event).catch((error: unknown) => {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(PayloadRefused|NoFleet|FleetNotNamed)$/) });
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe("plan", () => {
  test("asked twice at once, and again because its answer was lost, says the same each time and writes nothing", async () => {
    await world.cloud.type(["push", acme]);
    world.cloud.aws.calls.clear();
    const ask = async () => ((await invoke("plan", { fleet: "acme" })) as PlanAnswer).text;
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(first).toContain("iam/role/host");
    expect(second).toBe(first);
    expect(await ask()).toBe(first);
    expect(written()).toEqual([]);
  });

  test("while a run is under way looks on, and doesn't touch its lease", async () => {
    await world.cloud.type(["push", acme]);
    const [{ exit }, answer] = await Promise.all([
      world.cloud.type("reconcile --fleet acme"),
      invoke("plan", { fleet: "acme" }),
    ]);
    expect(exit).toBe(0);
    expect(answer).toMatchObject({ fleet: "acme", problems: [] });
    const notes = await world.cloud.type("history --fleet acme -o json");
    expect(JSON.parse(notes.stdout)).toMatchObject({ records: [{ end: "Ready" }] });
  });

  test("of a candidate of a fleet that nobody has pushed yet plans all of it", async () => {
    await world.cloud.type(["push", tiny]);
    const file = await readFile(acme, "utf8");
    world.cloud.aws.calls.clear();
    expect(await invoke("plan", { fleet: "acme", file })).toMatchObject({
      fleet: "acme",
      problems: [],
      plan: { actions: expect.arrayContaining([expect.objectContaining({ verb: "create" })]) },
    });
    expect(written()).toEqual([]);
  });

  test("of a file without its fleet's name, of no text and of too much is refused", async () => {
    for (const payload of [
      { file: "kind: GitLabFleet" },
      { fleet: "acme", file: "" },
      { fleet: "acme", file: "#".repeat(1_000_001) },
    ]) {
      await expect(invoke("plan", payload)).rejects.toMatchObject({ code: "PayloadRefused" });
    }
  });
});

describe("collect", () => {
  test("that comes twice at once sweeps once, and leaves the lease free", async () => {
    await world.cloud.type(["push", acme]);
    await world.cloud.type("reconcile --fleet acme");
    const answers = await Promise.all([invoke("collect", { fleet: "acme" }), invoke("collect", { fleet: "acme" })]);
    const busy = answers.filter((answer) => JSON.stringify(answer).includes('"Busy"'));
    expect(busy.length).toBeLessThanOrEqual(1);
    expect(await invoke("collect", { fleet: "acme", requestId: "late" })).toMatchObject({
      deletions: [],
      fuse: "closed",
    });
  });

  test("that comes before any reconcile, or after the mark it was asked for is gone, deletes nothing", async () => {
    await world.cloud.type(["push", acme]);
    expect(await invoke("collect", { fleet: "acme", requestId: "early" })).toMatchObject({
      heldBack: { reason: "RevisionNotInForce" },
      deletions: [],
    });
    await world.cloud.type("reconcile --fleet acme");
    expect(await invoke("collect", { fleet: "acme" })).toMatchObject({ deletions: [] });
  });

  test("too near its end starts no deletion", async () => {
    await world.cloud.type(["push", acme]);
    await world.cloud.type("reconcile --fleet acme");
    expect(await invoke("collect", { fleet: "acme" }, 20_000)).toMatchObject({ deletions: [] });
  });
});
