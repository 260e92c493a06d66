import { describe, expect, test } from "vitest";
import { poolDrifts } from "./drifts.ts";
import { group, pooledFleet, poolWorld } from "./pool-world.ts";

const fleet = pooledFleet();

describe("a fleet of docker-autoscaler", () => {
  test("gets a launch template and a group as the plugin needs them, and the next look finds nothing to do", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
    expect(await world.group()).toMatchObject({
      MinSize: 0,
      MaxSize: 10,
      DesiredCapacity: 0,
      NewInstancesProtectedFromScaleIn: true,
      SuspendedProcesses: [{ ProcessName: "AZRebalance" }],
      VPCZoneIdentifier: "subnet-0bbbbbbbbbbbbbbb2,subnet-0ccccccccccccccc3",
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: group, Version: "$Default" },
          Overrides: [{ InstanceType: "m6i.large" }, { InstanceType: "m5.large" }],
        },
        InstancesDistribution: { OnDemandBaseCapacity: 0, OnDemandPercentageAboveBaseCapacity: 0 },
      },
    });
  });

  test("has instances with the mark, the machines' profile, encrypted volumes and IMDSv2 with one hop", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    await world.resize(2);
    await world.sandbox.clock.advance(60_000);
    const instances = await world.living();
    expect(instances).toHaveLength(2);
    for (const instance of instances) {
      expect(instance).toMatchObject({
        InstanceLifecycle: "spot",
        IamInstanceProfile: { Arn: "arn:aws:iam::123456789012:instance-profile/fleetkeeper/acme/acme-machine" },
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
      });
      expect(instance.PublicIpAddress).toBeUndefined();
      expect(instance.SecurityGroups?.map(({ GroupName }) => GroupName).sort()).toEqual([
        "fleetkeeper-acme-egress",
        "fleetkeeper-acme-machine",
      ]);
      for (const [Key, Value] of Object.entries({
        "fleetkeeper:fleet": "acme",
        "fleetkeeper:kind": "pool",
        team: "platform",
      })) {
        expect(instance.Tags).toContainEqual({ Key, Value });
      }
    }
    const { Volumes } = await world.person.ec2.describeVolumes({});
    expect(Volumes).toMatchObject([
      { Encrypted: true, Size: 50, VolumeType: "gp3" },
      { Encrypted: true, Size: 50, VolumeType: "gp3" },
    ]);
    expect(Volumes?.[0]?.Tags).toContainEqual({ Key: "fleetkeeper:fleet", Value: "acme" });
  });

  test("keeps the size that the runner wants: how many there are is never drift", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    await world.resize(7);
    await world.sandbox.clock.advance(60_000);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
    await world.person.scaling.updateAutoScalingGroup({ AutoScalingGroupName: group, MaxSize: 8 });
    await world.converge(fleet);
    expect(await world.group()).toMatchObject({ MaxSize: 10, DesiredCapacity: 7 });
    expect(await world.living()).toHaveLength(7);
  });

  test("of on-demand instances says so", async () => {
    const world = poolWorld();
    const onDemand = pooledFleet(["instanceTypes: [", "spot: false\n          instanceTypes: ["]);
    await world.converge(onDemand);
    await world.resize(1);
    await world.sandbox.clock.advance(60_000);
    const [instance] = await world.living();
    expect(instance?.InstanceType).toBe("m6i.large");
    expect(instance?.InstanceLifecycle).toBeUndefined();
  });
});

describe("a changed template", () => {
  test("is a new version for what is launched next, and ends nothing that runs", async () => {
    const world = poolWorld();
    await world.converge(fleet);
    await world.resize(2);
    await world.sandbox.clock.advance(60_000);
    const before = (await world.living()).map(({ InstanceId }) => InstanceId);
    const larger = pooledFleet(["instanceTypes: [", "rootSizeGiB: 80\n          instanceTypes: ["]);
    const done = await world.converge(larger);
    expect(done.map(({ risk, changes }) => [risk, changes.map(({ path }) => path)])).toEqual([
      ["safe", ["root.sizeGiB"]],
    ]);
    await world.sandbox.clock.advance(300_000);
    expect((await world.living()).map(({ InstanceId }) => InstanceId)).toEqual(before);
    expect(
      (await world.versions()).map(({ VersionNumber, DefaultVersion }) => [VersionNumber, DefaultVersion]),
    ).toEqual([
      [1, false],
      [2, true],
    ]);
    await world.resize(3);
    await world.sandbox.clock.advance(60_000);
    const { Volumes = [] } = await world.person.ec2.describeVolumes({});
    expect(Volumes.map(({ Size }) => Size).sort()).toEqual([50, 50, 80]);
    // And back again: a third version, not the first one by its token.
    await world.converge(fleet);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
    expect(await world.versions()).toHaveLength(3);
  });
});

describe("drift is found, named and healed", () => {
  test.each(poolDrifts(group))("$what", async ({ cause, found }) => {
    const world = poolWorld();
    await world.converge(fleet);
    await cause(world.person);
    const { actions, unknown } = await world.plan(fleet);
    expect(unknown).toEqual([]);
    expect(
      actions.flatMap(({ target, changes }) => changes.map(({ path }) => `${target.name} ${path}`)).sort(),
    ).toEqual([...found].sort());
    await world.converge(fleet);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
  });
});
