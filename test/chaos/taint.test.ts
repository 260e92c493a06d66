import { expect, test } from "vitest";
import { seededRandom } from "../../sandbox/random.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { AwsCall } from "../../shared/aws/call.ts";
import type { RunEvent } from "../../shared/engine/event.ts";
import { run } from "../../shared/engine/run.ts";
import { openReconciler } from "../../shared/reconciler/reconciler.ts";
import { pushRevision } from "../../shared/store/desired-revisions.ts";
import { readHistory } from "../../shared/store/history.ts";
import { FleetWorld, sampleFile, stateBucket } from "../harness/fleet-world.ts";
import { lookAtOutput, lookAtSandbox, Taint } from "../harness/taint.ts";
import { drift } from "./drift.ts";

/** A reconciler whose credentials are planted secrets, and everything that it says on the way. */
async function taintedWorld(taint: Taint) {
  const world = await FleetWorld.open();
  const said: (RunEvent | AwsCall)[] = [];
  const random = seededRandom({ seed: 1 });
  const reconciler = await openReconciler({
    aws: {
      ...world.settings(new SandboxHandler(world.sandbox)),
      credentials: {
        accessKeyId: "AKIATAINTEDTAINTED00",
        secretAccessKey: taint.plant("secret access key"),
        sessionToken: taint.plant("session token"),
      },
      retry: { attempts: 3, mode: "standard", baseDelay: 0 },
      onCall: (call) => said.push(call),
    },
    bucket: stateBucket,
    clock: world.clock,
    clocks: { wall: () => world.clock.now(), monotonic: () => world.clock.now() },
    random: () => random.next(),
    newId: () => world.sandbox.random.uuid(),
    holder: "test",
    events: { emit: (event) => said.push(event) },
  });
  let requests = 0;
  const push = (body: string, sequence: number) =>
    pushRevision(reconciler.store, { fleet: "acme", body, commit: "", sequence, at: world.clock.now() });
  const reconcile = async () => {
    requests += 1;
    return await run(reconciler.engine, "acme", { requestId: `r${requests}`, trigger: "manual", force: true });
  };
  return { world, said, reconciler, push, reconcile };
}

test("credentials show up in no call's input, record, event, stored object or output, failures included", async () => {
  const taint = new Taint();
  const { world, said, reconciler, push, reconcile } = await taintedWorld(taint);
  await push(await sampleFile("cloud"), 1);
  await lookAtOutput(taint, async () => {
    taint.look("record", await reconcile());
    await drift(world);
    world.sandbox.faults.add({ service: "iam", access: "write", times: 3, effect: { type: "reset" } });
    world.sandbox.faults.add({
      service: "ec2",
      access: "write",
      times: 1,
      effect: { type: "error", code: "UnauthorizedOperation", status: 403 },
    });
    taint.look("record", await reconcile());
  });
  taint.look("events and calls", said);
  taint.look("history", await readHistory(reconciler.store, "acme"));
  lookAtSandbox(taint, world.sandbox);
  expect(said.length).toBeGreaterThan(50);
  expect(taint.leaks()).toEqual([]);
});

const places: readonly (readonly [string, (secret: string) => string])[] = [
  ["under an unknown key", (secret) => `  registrationToken: ${secret}\n`],
  ["where a number belongs", (secret) => `  maintenance: ${secret}\n`],
  ["where a mode belongs", (secret) => `  suspend: { until: ${secret}, reason: x }\n`],
  ["in a list", (secret) => `  garbageCollection: [${secret}]\n`],
  ["as a key", (secret) => `  ${secret}: 1\n`],
  ["as a key, twice", (secret) => `  tags: { ${secret}: a, ${secret}: b }\n`],
  ["as a key of another case", (secret) => `  iam: { hostRole: { ${secret}: { a: 1 } } }\n`],
  ["as an anchor that isn't there", (secret) => `  tags: *${secret}\n`],
  ["as a tag of YAML", (secret) => `  tags: !${secret} x\n`],
  ["in a line that isn't YAML", (secret) => `  tags: "${secret}\n`],
  ["in an address", (secret) => `  notifications: { topics: [{ arn: "arn:aws:sns:x:${secret}" }] }\n`],
  [
    "in a key of extra configuration",
    (secret) => `  runners: { fleets: [{ extraConfig: { ${secret}: { x: 1 } } }] }\n`,
  ],
];

test.each(
  places.flatMap(([where, line]) => [
    [`a runner's token ${where}`, "glrt-", line] as const,
    [`a secret of no known form ${where}`, "", line] as const,
  ]),
)("%s of the file goes no further than the file", async (_, prefix, line) => {
  const taint = new Taint();
  const secret = `${prefix}${taint.plant("pasted")}`;
  const { world, said, reconciler, push, reconcile } = await taintedWorld(taint);
  await push(`${(await sampleFile("minimal")).replace("name: tiny", "name: acme")}${line(secret)}`, 1);
  const record = await reconcile();
  expect(record.conditions.find(({ type }) => type === "Accepted")?.status).toBe("False");
  taint.look("record", record);
  taint.look("events and calls", said);
  taint.look("history", await readHistory(reconciler.store, "acme"));
  lookAtSandbox(taint, world.sandbox, {
    allowedCall: ({ input }) => JSON.stringify(input).includes("desired.yaml"),
    allowedState: (path) => path.includes("desired.yaml"),
  });
  expect(taint.leaks()).toEqual([]);
});
