import { describe, expect, test } from "vitest";
import type { Action } from "../../../shared/engine/action.ts";
import { fleetOf } from "../sample-fleet.ts";
import { group, pooledFleet, poolWorld } from "./pool-world.ts";

const fleet = pooledFleet();
const adopting = pooledFleet(["instanceTypes: [", "adopt: true\n          instanceTypes: ["]);
const without = fleetOf();

/** The host's role changes with the pools that there are. */
const ofPools = (actions: readonly Action[]) => actions.filter(({ target }) => target.kind === "pool");

/** A template and a group of the right names that somebody else made. */
async function foreignWorld() {
  const world = poolWorld();
  await world.converge(without);
  const { ec2, scaling } = world.person;
  await ec2.createLaunchTemplate({
    LaunchTemplateName: group,
    LaunchTemplateData: { ImageId: "ami-0b1b2c3d4e5f60001", InstanceType: "m5.large", UserData: "IyEK" },
  });
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName: group,
    MinSize: 0,
    MaxSize: 3,
    DesiredCapacity: 2,
    VPCZoneIdentifier: "subnet-0bbbbbbbbbbbbbbb2",
    LaunchTemplate: { LaunchTemplateName: group, Version: "$Latest" },
    Tags: [{ Key: "cost", Value: "theirs", PropagateAtLaunch: true }],
  });
  await world.sandbox.clock.advance(60_000);
  return world;
}

describe("a group and a template of the right name without our mark", () => {
  test("are left alone to the last bit until the file says adopt", async () => {
    const world = await foreignWorld();
    const states = async () => [await world.group(), await world.versions(), await world.living()];
    const before = await states();
    const { actions } = await world.plan(fleet);
    expect(ofPools(actions).map(({ target, ownership }) => [target.name, ownership])).toEqual([
      [`template/${group}`, "foreign"],
      [`group/${group}`, "foreign"],
    ]);
    await world.converge(fleet);
    expect(await states()).toEqual(before);
  });

  test("are taken over once it does: what runs goes on, what others tagged stays", async () => {
    const world = await foreignWorld();
    const before = (await world.living()).map(({ InstanceId }) => InstanceId);
    await world.converge(adopting);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
    expect((await world.living()).map(({ InstanceId }) => InstanceId)).toEqual(before);
    expect(await world.group()).toMatchObject({ DesiredCapacity: 2, MaxSize: 10 });
    expect((await world.group())?.Tags).toContainEqual({
      ResourceId: group,
      ResourceType: "auto-scaling-group",
      Key: "cost",
      Value: "theirs",
      PropagateAtLaunch: true,
    });
  });

  test("that another fleet's whose name starts alike are not looked at", async () => {
    const world = poolWorld();
    const other = pooledFleet(["name: acme", "name: acme-eu"], ["acme-gitlab-cache", "acme-eu-cache"]);
    await world.converge(other);
    await world.converge(fleet);
    expect(await world.plan(other)).toEqual({ actions: [], unknown: [] });
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
  });
});

describe("what can't be observed", () => {
  test.each([
    ["autoscaling", "DescribeAutoScalingGroups", [`group/${group}`]],
    ["ec2", "DescribeLaunchTemplates", [`template/${group}`]],
    ["ec2", "DescribeLaunchTemplateVersions", [`template/${group}`]],
    ["ec2", "DescribeImages", [`template/${group}`]],
  ] as const)(
    "because %s %s fails is unknown, and nothing of it is made, changed or deleted",
    async (...[service, operation, names]) => {
      const world = poolWorld();
      await world.converge(fleet);
      await world.person.scaling.updateAutoScalingGroup({ AutoScalingGroupName: group, MaxSize: 3 });
      world.sandbox.faults.add({ service, operation, effect: { type: "error", code: "InternalError", status: 500 } });
      for (const file of [fleet, without]) {
        const { actions, unknown } = await world.plan(file);
        const found = unknown.filter(({ kind }) => kind === "pool").map(({ name }) => name);
        expect(file === without && operation === "DescribeImages" ? names : found).toEqual(names);
        const touched = actions.map(({ target }) => target.name).filter((name) => names.some((one) => one === name));
        expect(file === without && operation === "DescribeImages" ? [] : touched).toEqual([]);
      }
    },
  );

  test("because a page is missing is unknown too", async () => {
    const world = poolWorld({ pageSize: 1 });
    await world.converge(fleet);
    const other = pooledFleet(["- name: build", "- name: build2"]);
    await world.converge(other);
    world.sandbox.faults.add({
      operation: "DescribeAutoScalingGroups",
      after: 1,
      effect: { type: "error", code: "Throttling", status: 400 },
    });
    const { unknown } = await world.plan(fleet);
    expect(unknown.map(({ name }) => name)).toContain(`group/${group}`);
  });

  test("an AMI that isn't there holds the template, says which, and leaves what is there", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    const wrong = pooledFleet(["id: ami-0b1b2c3d4e5f60001", "id: ami-0b1b2c3d4e5f6000f"]);
    const { actions, unknown } = await world.plan(wrong);
    expect(actions).toEqual([]);
    expect(unknown).toEqual([
      { kind: "pool", name: `template/${group}`, why: expect.stringContaining("no AMI ami-0b1b2c3d4e5f6000f") },
    ]);
  });
});

test("a write that took effect although its answer was lost is found done, and made once", async () => {
  const clean = poolWorld();
  await clean.converge(without);
  const before = clean.sandbox.calls.writes().length;
  await clean.converge(fleet);
  const writes = clean.sandbox.calls.writes().length - before;
  expect(writes).toBeGreaterThanOrEqual(3);
  for (let after = 0; after < writes; after += 1) {
    const world = poolWorld();
    await world.converge(without);
    world.sandbox.faults.add({ access: "write", after, times: 1, effect: { type: "lost" } });
    await expect(world.converge(fleet)).rejects.toThrow();
    world.sandbox.faults.clear();
    await world.converge(fleet);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
    expect(await world.versions()).toHaveLength(1);
    expect((await world.person.scaling.describeAutoScalingGroups({})).AutoScalingGroups).toHaveLength(1);
  }
});

test("a new version whose answer was lost is made once", async () => {
  const larger = pooledFleet(["instanceTypes: [", "rootSizeGiB: 80\n          instanceTypes: ["]);
  for (const operation of ["CreateLaunchTemplateVersion", "ModifyLaunchTemplate"]) {
    const world = poolWorld();
    await world.converge(fleet);
    world.sandbox.faults.add({ operation, times: 1, effect: { type: "lost" } });
    await expect(world.converge(larger)).rejects.toThrow();
    await world.converge(larger);
    expect(await world.plan(larger)).toEqual({ actions: [], unknown: [] });
    expect(await world.versions()).toHaveLength(2);
  }
});

describe("a pool that left the file", () => {
  test("goes by an approval of exactly that, its instances by the group's own hand, its template after it", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    await world.resize(2);
    await world.sandbox.clock.advance(60_000);
    const { actions } = await world.plan(without);
    expect(ofPools(actions).map(({ target, verb, risk }) => [target.name, verb, risk])).toEqual([
      [`group/${group}`, "delete", "destructive"],
      [`template/${group}`, "delete", "destructive"],
    ]);
    await world.converge(without);
    expect(await world.living()).toHaveLength(2);
    const [removal] = ofPools(actions);
    if (removal === undefined) throw new Error("no removal is planned");
    expect(removal.reason).toContain("2 instances");
    await world.apply(without, [removal], await world.look(without));
    const going = (await world.look(without)).kinds.get("pool")?.observations.get(`group/${group}`);
    expect(going).toMatchObject({ state: "present", operation: { state: "underWay" } });
    expect(ofPools((await world.plan(without)).actions).map(({ target }) => target.name)).toEqual([
      `template/${group}`,
    ]);
    await world.sandbox.clock.advance(120_000);
    expect(await world.living()).toEqual([]);
    await world.converge(without, ({ verb }) => verb === "delete");
    expect(await world.plan(without)).toEqual({ actions: [], unknown: [] });
    expect((await world.person.ec2.describeLaunchTemplates({})).LaunchTemplates).toEqual([]);
    // Nobody terminated an instance but its group.
    expect(world.sandbox.calls.writes().map(({ operation }) => operation)).not.toContain("TerminateInstances");
  });

  test("and lost our mark is somebody else's, and stays", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    const tag = { ResourceId: group, ResourceType: "auto-scaling-group", Key: "fleetkeeper:fleet" };
    await world.person.scaling.deleteTags({ Tags: [tag] });
    expect(ofPools((await world.plan(without)).actions).map(({ target }) => target.name)).toEqual([
      `template/${group}`,
    ]);
  });
});
