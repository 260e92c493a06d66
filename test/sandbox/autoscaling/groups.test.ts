import { describe, expect, test } from "vitest";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { interruptSpotInstance } from "../../../sandbox/services/ec2/spot-life.ts";
import { awsError, contextOf } from "../sdk-world.ts";
import { scalingWorld } from "./scaling-world.ts";

async function worldWithGroup(...[more]: Parameters<ReturnType<typeof scalingWorld>["makeGroup"]>) {
  const world = scalingWorld();
  await world.makeTemplate();
  await world.makeGroup(more);
  return world;
}

const idsOf = (members: readonly { InstanceId?: string | undefined }[] = []) =>
  members.map(({ InstanceId = "" }) => InstanceId);

describe("a group's size", () => {
  test("is met some time later, by instances of its template with its tags, spread over its subnets", async () => {
    const tags = [
      { Key: "kept", Value: "here", PropagateAtLaunch: false },
      { Key: "team", Value: "platform", PropagateAtLaunch: true },
    ];
    const { resize, group, living, clock } = await worldWithGroup({ Tags: tags });
    await resize(2);
    expect((await group())?.Instances).toEqual([]);
    await clock.advance(6_000);
    expect((await group())?.Instances).toMatchObject([{ LifecycleState: "Pending" }, { LifecycleState: "Pending" }]);
    await clock.advance(20_000);
    const instances = await living();
    expect(new Set(instances.map(({ SubnetId }) => SubnetId)).size).toBe(2);
    for (const { Tags = [] } of instances) {
      expect(Tags).toContainEqual({ Key: "team", Value: "platform" });
      expect(Tags).toContainEqual({ Key: "aws:autoscaling:groupName", Value: "acme-build" });
      expect(Tags.map(({ Key }) => Key)).not.toContain("kept");
    }
    expect(await group()).toMatchObject({
      DesiredCapacity: 2,
      Instances: [
        { LifecycleState: "InService", HealthStatus: "Healthy", ProtectedFromScaleIn: true },
        { LifecycleState: "InService" },
      ],
    });
  });

  test("outside its bounds is refused", async () => {
    const { resize, makeGroup, scaling, AutoScalingGroupName } = await worldWithGroup();
    await expect(resize(5)).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringMatching(/above max value 4/),
    });
    await expect(resize(-1)).rejects.toEqual(awsError("ValidationError"));
    await expect(makeGroup({ AutoScalingGroupName: "b", MinSize: 3, MaxSize: 1 })).rejects.toEqual(
      awsError("ValidationError"),
    );
    await resize(4);
    await scaling.updateAutoScalingGroup({ AutoScalingGroupName, MaxSize: 2 });
    expect((await scaling.describeAutoScalingGroups({})).AutoScalingGroups).toMatchObject([{ DesiredCapacity: 2 }]);
  });

  test("that is lowered ends no instance that is protected from scaling in", async () => {
    const { resize, group, living, clock, scaling, AutoScalingGroupName } = await worldWithGroup();
    await resize(2);
    await clock.advance(60_000);
    const [first = ""] = idsOf((await group())?.Instances);
    await resize(0);
    await clock.advance(60_000);
    expect(await living()).toHaveLength(2);
    await scaling.setInstanceProtection({ AutoScalingGroupName, InstanceIds: [first], ProtectedFromScaleIn: false });
    await clock.advance(60_000);
    expect(idsOf(await living())).not.toContain(first);
    expect((await group())?.Instances).toHaveLength(1);
  });
});

describe("terminating through the group", () => {
  test("ends a protected instance too, and lowers the size with it where asked", async () => {
    const { resize, group, living, clock, scaling } = await worldWithGroup();
    await resize(2);
    await clock.advance(60_000);
    const [first = "", second = ""] = idsOf((await group())?.Instances);
    const end = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
      scaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity });
    await end(first, true);
    expect(await group()).toMatchObject({ DesiredCapacity: 1 });
    await clock.advance(60_000);
    expect(idsOf(await living())).toEqual([second]);
    await end(second, false);
    await clock.advance(60_000);
    expect(await group()).toMatchObject({ DesiredCapacity: 1, Instances: [{ LifecycleState: "InService" }] });
    expect(idsOf(await living())).not.toContain(second);
    await expect(end("i-0000000000000000f", true)).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringMatching(/No managed instance found/),
    });
  });

  test("below the least size is refused", async () => {
    const { group, clock, scaling } = await worldWithGroup({ MinSize: 1 });
    await clock.advance(60_000);
    const [InstanceId = ""] = idsOf((await group())?.Instances);
    await expect(
      scaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity: true }),
    ).rejects.toMatchObject({ message: expect.stringMatching(/desiredSize equals minSize/) });
  });
});

describe("an instance that ended from outside", () => {
  test("is replaced, unless that process is suspended", async () => {
    const { resize, group, living, clock, ec2, scaling, AutoScalingGroupName } = await worldWithGroup();
    await resize(1);
    await clock.advance(60_000);
    const [first = ""] = idsOf(await living());
    await ec2.terminateInstances({ InstanceIds: [first] });
    // Nobody asks Auto Scaling anything meanwhile.
    await clock.advance(180_000);
    const [second = ""] = idsOf(await living());
    expect([first, ""]).not.toContain(second);
    await scaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ["ReplaceUnhealthy", "AZRebalance"] });
    expect((await group())?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName)).toEqual([
      "ReplaceUnhealthy",
      "AZRebalance",
    ]);
    await ec2.terminateInstances({ InstanceIds: [second] });
    await clock.advance(300_000);
    expect(await living()).toEqual([]);
    await scaling.resumeProcesses({ AutoScalingGroupName, ScalingProcesses: ["ReplaceUnhealthy"] });
    await clock.advance(180_000);
    expect(await living()).toHaveLength(1);
    expect((await group())?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName)).toEqual(["AZRebalance"]);
  });
});

describe("a group of spot instances", () => {
  const mixed = {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateName: "acme", Version: "$Latest" },
      Overrides: [{ InstanceType: "m5.large" }, { InstanceType: "m5.xlarge" }],
    },
    InstancesDistribution: {
      OnDemandPercentageAboveBaseCapacity: 0,
      SpotAllocationStrategy: "price-capacity-optimized",
    },
  };
  const spot = { LaunchTemplate: undefined, MixedInstancesPolicy: mixed };

  test("takes another type where one has no capacity, waits where none has, and replaces what is taken back", async () => {
    const { resize, group, living, clock, ec2State, sandbox, scaling } = await worldWithGroup(spot);
    ec2State.spotMarket.capacity["m5.large"] = "none";
    await resize(1);
    await clock.advance(60_000);
    const [first] = await living();
    expect(first).toMatchObject({ InstanceType: "m5.xlarge", InstanceLifecycle: "spot" });
    ec2State.spotMarket.capacity["*"] = "none";
    interruptSpotInstance(first?.InstanceId ?? "", contextOf(sandbox, ec2StateKey()));
    await clock.advance(600_000);
    expect(await living()).toEqual([]);
    const { Activities = [] } = await scaling.describeScalingActivities({});
    expect(Activities[0]).toMatchObject({
      StatusCode: "Failed",
      StatusMessage: expect.stringMatching(/Unable to fulfill capacity/),
    });
    delete ec2State.spotMarket.capacity["*"];
    delete ec2State.spotMarket.capacity["m5.large"];
    await clock.advance(120_000);
    await group();
    await clock.advance(60_000);
    expect(await living()).toMatchObject([{ InstanceType: "m5.large" }]);
    expect(await group()).toMatchObject({
      MixedInstancesPolicy: {
        InstancesDistribution: { OnDemandBaseCapacity: 0, OnDemandAllocationStrategy: "prioritized" },
      },
    });
  });
});

describe("a new version of the template", () => {
  test("counts for the next launch and leaves what runs alone", async () => {
    const { resize, living, clock, ec2 } = await worldWithGroup();
    await resize(1);
    await clock.advance(60_000);
    await ec2.createLaunchTemplateVersion({
      LaunchTemplateName: "acme",
      SourceVersion: "1",
      LaunchTemplateData: { InstanceType: "m5.xlarge" },
    });
    await resize(2);
    await clock.advance(60_000);
    expect((await living()).map(({ InstanceType }) => InstanceType).sort()).toEqual(["m5.large", "m5.xlarge"]);
  });

  test("that can't launch is refused where the group is told of it", async () => {
    const { makeGroup, makeTemplate } = scalingWorld();
    await makeTemplate({ IamInstanceProfile: { Name: "nobody" } });
    await expect(makeGroup()).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringMatching(/valid fully-formed launch template.*Invalid IAM Instance Profile/),
    });
    await expect(makeGroup({ LaunchTemplate: { LaunchTemplateName: "none", Version: "1" } })).rejects.toEqual(
      awsError("ValidationError"),
    );
  });
});

describe("deleting a group", () => {
  test("is refused while it has instances, and takes a moment where it has none", async () => {
    const { resize, group, clock, scaling, makeGroup, AutoScalingGroupName } = await worldWithGroup();
    const remove = () => scaling.deleteAutoScalingGroup({ AutoScalingGroupName });
    await resize(1);
    await clock.advance(6_000);
    await expect(remove()).rejects.toEqual(awsError("ScalingActivityInProgressFault"));
    await clock.advance(60_000);
    await expect(remove()).rejects.toEqual(awsError("ResourceInUseFault"));
    const [InstanceId = ""] = idsOf((await group())?.Instances);
    await scaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity: true });
    await expect(remove()).rejects.toEqual(awsError("ScalingActivityInProgressFault"));
    await clock.advance(60_000);
    await remove();
    expect(await group()).toMatchObject({ Status: "Delete in progress" });
    await expect(makeGroup()).rejects.toEqual(awsError("AlreadyExistsFault"));
    await clock.advance(6_000);
    expect(await group()).toBeUndefined();
    await makeGroup();
  });

  test("by force ends its instances first", async () => {
    const { resize, group, living, clock, scaling, AutoScalingGroupName } = await worldWithGroup();
    await resize(2);
    await clock.advance(60_000);
    await scaling.deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
    await clock.advance(120_000);
    expect(await living()).toEqual([]);
    expect(await group()).toBeUndefined();
  });
});

describe("groups are listed", () => {
  test("page by page, by name and by tag; names that don't exist are passed over", async () => {
    const { makeGroup, scaling } = await worldWithGroup({ Tags: [{ Key: "team", Value: "a" }] });
    for (const name of ["b", "c", "d"]) await makeGroup({ AutoScalingGroupName: name });
    const first = await scaling.describeAutoScalingGroups({ MaxRecords: 3 });
    expect(first.AutoScalingGroups).toHaveLength(3);
    const rest = await scaling.describeAutoScalingGroups({ NextToken: first.NextToken });
    expect(rest.AutoScalingGroups).toHaveLength(1);
    expect(rest.NextToken).toBeUndefined();
    const tagged = await scaling.describeAutoScalingGroups({ Filters: [{ Name: "tag:team", Values: ["a"] }] });
    expect(tagged.AutoScalingGroups).toMatchObject([
      { AutoScalingGroupName: "acme-build", Tags: [{ Key: "team", PropagateAtLaunch: false }] },
    ]);
    expect((await scaling.describeAutoScalingGroups({ AutoScalingGroupNames: ["x"] })).AutoScalingGroups).toEqual([]);
    await expect(scaling.describeAutoScalingGroups({ NextToken: "x" })).rejects.toEqual(awsError("InvalidNextToken"));
    await expect(scaling.setDesiredCapacity({ AutoScalingGroupName: "x", DesiredCapacity: 1 })).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringMatching(/name not found/),
    });
  });

  test("with tags that people put and take away", async () => {
    const { scaling, group } = await worldWithGroup();
    const tag = { ResourceId: "acme-build", ResourceType: "auto-scaling-group", Key: "a", Value: "1" };
    await scaling.createOrUpdateTags({ Tags: [{ ...tag, PropagateAtLaunch: true }] });
    expect((await group())?.Tags).toEqual([{ ...tag, PropagateAtLaunch: true }]);
    await scaling.deleteTags({ Tags: [tag] });
    expect((await scaling.describeTags({})).Tags).toEqual([]);
  });
});

test("a detached instance runs on and is nobody's", async () => {
  const { resize, group, living, clock, scaling, AutoScalingGroupName } = await worldWithGroup();
  await resize(1);
  await clock.advance(60_000);
  const [InstanceId = ""] = idsOf(await living());
  await scaling.detachInstances({
    AutoScalingGroupName,
    InstanceIds: [InstanceId],
    ShouldDecrementDesiredCapacity: true,
  });
  await clock.advance(60_000);
  expect(await group()).toMatchObject({ DesiredCapacity: 0, Instances: [] });
  const [left] = await living();
  expect(left?.Tags?.map(({ Key }) => Key)).not.toContain("aws:autoscaling:groupName");
});
