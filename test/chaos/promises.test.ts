import { expect, test } from "vitest";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import { FleetStore } from "../../shared/store/fleet-store.ts";
import { FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { peopleClients } from "./clients.ts";
import { type FleetShape, fileOf, fleetName, plainShape } from "./fleet-shape.ts";
import { thingsOf } from "./strangers.ts";

const minute = 60_000;
const shape = plainShape;

async function readyWorld() {
  const world = await FleetWorld.open();
  const reconciler = await world.reconciler();
  let sequence = 0;
  const push = async (next: FleetShape) => {
    sequence += 1;
    await world.push(reconciler, fleetName, fileOf(next), sequence);
  };
  const run = (request = {}) => world.run(reconciler, fleetName, request);
  const status = async () => (await new FleetStore(reconciler.store).load(fleetName)).status?.value;
  await push(shape);
  expect((await run()).end).toBe("Ready");
  return { world, push, run, status, people: peopleClients(world) };
}

/** Writes to the account, beside the state bucket. */
function changes(sandbox: Sandbox): readonly string[] {
  const writes = sandbox.calls.writes().filter(({ input }) => input["Bucket"] !== stateBucket);
  return writes.map(({ operation }) => operation);
}

function waiting(record: RunRecord): readonly string[] {
  return record.held.filter(({ hold }) => hold.reason === "ApprovalNeeded").map(({ id }) => id);
}

test.each([
  ["iam", "role/host", "CreateRole", { RoleName: "acme-host" }, ["iam/profile/host"]],
  ["iam", "profile/machine", "CreateInstanceProfile", { InstanceProfileName: "acme-machine" }, []],
  [
    "network",
    "group/machine",
    "CreateSecurityGroup",
    { GroupName: "fleetkeeper-acme-machine" },
    ["network/rules/host", "network/rules/machine"],
  ],
  ["cache-bucket", "acme-cache", "CreateBucket", { Bucket: "acme-cache" }, []],
])(
  "a %s/%s that can't be made holds what needs it, and everything else is made",
  async (kind, name, operation, input, needing) => {
    const world = await FleetWorld.open();
    const reconciler = await world.reconciler();
    await world.push(reconciler, fleetName, fileOf(shape), 1);
    world.sandbox.faults.add({ operation, input, effect: { type: "error", code: "AccessDenied", status: 403 } });
    const record = await world.run(reconciler, fleetName);
    expect(record.end).toBe("Failed");
    const { status } = await new FleetStore(reconciler.store).load(fleetName);
    const sync = Object.entries(status?.value.resources ?? {}).map(([key, resource]) => [key, resource.sync] as const);
    expect(sync.filter(([, how]) => how === "Failed").map(([key]) => key)).toEqual([`${kind}/${name}`]);
    expect(sync.filter(([, how]) => how === "Held").map(([key]) => key)).toEqual(needing);
    expect(sync.filter(([, how]) => how === "InSync")).toHaveLength(11 - 1 - needing.length);
    // Nothing of it is lost: once it may be made, it is.
    world.sandbox.faults.clear();
    await world.clock.sleep(minute);
    expect(await world.run(reconciler, fleetName, { force: true })).toMatchObject({ end: "Ready" });
  },
);

test.each([false, true])(
  "somebody who undoes our rules (at once: %s) meets a bounded number of writes, then Stalled",
  async (atOnce) => {
    const { world, run, status, people } = await readyWorld();
    const { ec2 } = people;
    const Filters = [{ Name: "group-name", Values: ["fleetkeeper-acme-host"] }];
    const GroupId = (await ec2.describeSecurityGroups({ Filters })).SecurityGroups?.[0]?.GroupId ?? "";
    const open = async () => {
      const IpPermissions = [{ IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
      await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions }).catch(() => undefined);
    };
    world.sandbox.calls.clear();
    const revokes = () =>
      world.sandbox.calls.all().filter(({ operation }) => operation === "RevokeSecurityGroupIngress");
    for (let runs = 0; runs < 25; runs += 1) {
      await open();
      const before = revokes().length;
      const running = run();
      if (atOnce) {
        const fighting = (async () => {
          for (let look = 0; look < 20; look += 1) {
            await world.clock.sleep(500);
            if (revokes().length > before) await open();
          }
        })();
        world.sandbox.latency = 50;
        await Promise.all([running, fighting]);
        world.sandbox.latency = 0;
      } else await running;
      await world.clock.sleep(3 * minute);
    }
    expect(revokes().length).toBeLessThanOrEqual(5);
    const stalled = (await status())?.conditions.find(({ type }) => type === "Stalled");
    expect(stalled).toMatchObject({ status: "True", reason: "FoughtOver" });
  },
);

test("an approval stays good while other things drift, and is void when its own target changed", async () => {
  const { world, push, run, people } = await readyWorld();
  await push({ ...shape, hostRole: "acme-keeper" });
  const asked = waiting(await run());
  expect(asked).toHaveLength(2);
  await people.s3.deletePublicAccessBlock({ Bucket: "acme-cache" });
  await people.iam.updateRole({ RoleName: "acme-machine", Description: "drift", MaxSessionDuration: 7200 });
  expect([...waiting(await run())].sort()).toEqual([...asked].sort());
  const before = thingsOf(world.sandbox, stateBucket);
  await people.iam.tagRole({ RoleName: "acme-host", Tags: [{ Key: "still", Value: "needed" }] });
  const record = await run({ approve: asked });
  // The profile's approval was good, the role's is void: its target isn't what was approved.
  const things = thingsOf(world.sandbox, stateBucket);
  expect(things.has("profile acme-host")).toBe(false);
  expect(things.has("role acme-host")).toBe(true);
  expect(before.has("profile acme-host")).toBe(true);
  expect(waiting(record)).toHaveLength(1);
  expect(asked).not.toContain(waiting(record)[0]);
  expect((await run({ approve: waiting(record) })).end).toBe("Ready");
  expect(thingsOf(world.sandbox, stateBucket).has("role acme-host")).toBe(false);
});

test("an approval of a bucket's end is void once somebody has made it another bucket, and used once", async () => {
  const { push, run, people } = await readyWorld();
  await push({ ...shape, cache: { ...shape.cache, bucket: "acme-cache-2" } });
  const asked = waiting(await run());
  await people.s3.putBucketTagging({ Bucket: "acme-cache", Tagging: { TagSet: [{ Key: "owner", Value: "jo" }] } });
  expect(await run({ approve: asked })).toMatchObject({ actions: [] });
  expect(await people.s3.headBucket({ Bucket: "acme-cache" })).toBeDefined();
});

test("triggers that come doubled, late and all at once write no more than one", async () => {
  const world = await FleetWorld.open({ latency: 20 });
  const reconciler = await world.reconciler();
  await world.push(reconciler, fleetName, fileOf(shape), 1);
  const others = await Promise.all(
    [1, 2, 3, 4].map(async (index) => {
      const other = await world.reconciler(undefined, `process ${index}`);
      await world.clock.sleep(index * 15);
      return await world.run(other, fleetName, { trigger: index % 2 === 0 ? "push" : "schedule" });
    }),
  );
  expect(others.filter(({ end }) => end === "Ready").length).toBeGreaterThan(0);
  const writes = changes(world.sandbox);
  const alone = await FleetWorld.open();
  await alone.push(await alone.reconciler(), fleetName, fileOf(shape), 1);
  await alone.run(await alone.reconciler(), fleetName);
  expect([...writes].sort()).toEqual([...changes(alone.sandbox)].sort());
});

test("a dry run makes no call that writes, whatever it finds", async () => {
  const { world, people } = await readyWorld();
  await people.iam.updateRole({ RoleName: "acme-machine", Description: "drift", MaxSessionDuration: 7200 });
  await people.s3.deletePublicAccessBlock({ Bucket: "acme-cache" });
  const { preview } = await import("../../shared/engine/preview.ts");
  const { engine } = await world.reconciler();
  world.sandbox.calls.clear();
  const { plan } = await preview(engine, fleetName, await engine.store.load(fleetName));
  expect(plan?.actions).toHaveLength(2);
  expect(world.sandbox.calls.writes()).toEqual([]);
});
