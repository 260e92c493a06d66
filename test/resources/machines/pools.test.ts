import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { CollectedWorld, minute } from "./collected-world.ts";

const AutoScalingGroupName = "acme-pool";
const tags = { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "pool" };
const later = 45 * minute;

let world: CollectedWorld;
let scaling: AutoScaling;
let host: string;

/** A fleet with a host, and a group of two instances that the host's manager sized. */
beforeEach(async () => {
  world = await CollectedWorld.open();
  const ec2 = new EC2(world.world.settings());
  scaling = new AutoScaling(world.world.settings());
  host = await world.addHost();
  await ec2.createLaunchTemplate({
    LaunchTemplateName: AutoScalingGroupName,
    LaunchTemplateData: {
      ImageId: "ami-0b1b2c3d4e5f60001",
      InstanceType: "m5.large",
      IamInstanceProfile: { Name: "acme-machine" },
      SecurityGroupIds: [world.group],
    },
  });
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName,
    MinSize: 0,
    MaxSize: 5,
    DesiredCapacity: 2,
    NewInstancesProtectedFromScaleIn: true,
    VPCZoneIdentifier: DEFAULT_WORLD.machineSubnetIds[0],
    LaunchTemplate: { LaunchTemplateName: AutoScalingGroupName },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
  });
  await world.world.clock.advance(later);
  await world.run();
});

const group = async () =>
  (await scaling.describeAutoScalingGroups({ AutoScalingGroupNames: [AutoScalingGroupName] })).AutoScalingGroups?.[0];

const calls = () => world.world.sandbox.calls.writes().map(({ operation }) => operation);

describe("instances of a live Auto Scaling group", () => {
  it("are never touched while a manager lives, whatever it says and however long it is silent", async () => {
    const before = await world.living();
    expect(before).toHaveLength(2);
    expect(await world.runFor(64)).toEqual([]);
    world.silent.add(host);
    expect(await world.runFor(64)).toEqual([]);
    expect(await world.living()).toEqual(before);
    expect(await group()).toMatchObject({ DesiredCapacity: 2 });
  });

  it("are ended through their group once every manager is gone for good, and no others come", async () => {
    const instances = await world.living();
    await world.terminateHost(host, true);
    world.world.sandbox.calls.clear();
    const deleted = await world.runFor(96);
    expect(deleted.filter((subject) => subject.startsWith("instance/")).sort()).toEqual(
      instances.map((id) => `instance/${id}`).sort(),
    );
    expect(calls()).toContain("TerminateInstanceInAutoScalingGroup");
    expect(calls()).not.toContain("TerminateInstances");
    await world.world.clock.advance(later);
    expect(await world.living()).toEqual([]);
    expect(await group()).toMatchObject({ DesiredCapacity: 0, Instances: [] });
  });

  it("are left to a successor on the same volume, even one that is silent", async () => {
    const data = world.data(host);
    await world.terminateHost(host, false);
    const successor = await world.addHost(data);
    world.silent.add(successor);
    expect(await world.runFor(64)).toEqual([]);
    world.silent.delete(successor);
    expect(await world.runFor(64)).toEqual([]);
    expect(await world.living()).toHaveLength(2);
  });
});

describe("what a group dropped", () => {
  it("is the fleet's to collect once nobody speaks for it, and the rest of the group is not", async () => {
    const [dropped = "", kept] = await world.living();
    await scaling.detachInstances({
      AutoScalingGroupName,
      InstanceIds: [dropped],
      ShouldDecrementDesiredCapacity: true,
    });
    const deleted = await world.runFor(64);
    expect(deleted.filter((subject) => subject.startsWith("instance/"))).toEqual([`instance/${dropped}`]);
    await world.world.clock.advance(later);
    expect(await world.living()).toEqual([kept]);
  });
});
