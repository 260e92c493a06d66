import { describe, expect, test } from "vitest";
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

interface Drift {
  readonly what: string;
  readonly cause: (person: ReturnType<typeof poolWorld>["person"]) => Promise<unknown>;
  /** `name path` of every change that is planned. */
  readonly found: readonly string[];
}

const AutoScalingGroupName = group;
const data = (more: object) => ({ LaunchTemplateName: group, SourceVersion: "1", LaunchTemplateData: more });
async function newDefault({ ec2 }: ReturnType<typeof poolWorld>["person"], more: object) {
  await ec2.createLaunchTemplateVersion(data(more));
  await ec2.modifyLaunchTemplate({ LaunchTemplateName: group, DefaultVersion: "2" });
}
const inTemplate = (paths: readonly string[]) => paths.map((path) => `template/${group} ${path}`);
const inGroup = (paths: readonly string[]) => paths.map((path) => `group/${group} ${path}`);
const update =
  (more: object) =>
  ({ scaling }: ReturnType<typeof poolWorld>["person"]) =>
    scaling.updateAutoScalingGroup({ AutoScalingGroupName, ...more });
const tag = { ResourceId: group, ResourceType: "auto-scaling-group" };

const drifts: readonly Drift[] = [
  {
    what: "user data in the template",
    cause: (person) => newDefault(person, { UserData: "IyEvYmluL3NoCg==" }),
    found: inTemplate(["others[UserData]"]),
  },
  {
    what: "a key pair and another image in the template",
    cause: (person) => newDefault(person, { KeyName: "mine", ImageId: "ami-0b1b2c3d4e5f60002" }),
    found: inTemplate(["imageId", "others[KeyName]"]),
  },
  {
    what: "IMDSv1 allowed",
    cause: (person) => newDefault(person, { MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 2 } }),
    found: inTemplate(["metadata.tokens", "metadata.hopLimit", "metadata.endpoint"]),
  },
  {
    what: "an unencrypted volume",
    cause: (person) =>
      newDefault(person, {
        BlockDeviceMappings: [
          { DeviceName: "/dev/sda1", Ebs: { VolumeSize: 50, VolumeType: "gp3", DeleteOnTermination: true } },
        ],
      }),
    found: inTemplate(["root.encrypted"]),
  },
  {
    what: "another profile and public addresses",
    cause: (person) =>
      newDefault(person, {
        IamInstanceProfile: { Name: "acme-host" },
        NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true }],
      }),
    found: inTemplate(["profile", "groups", "publicAddress"]),
  },
  {
    what: "a tag that instances would lack",
    cause: (person) =>
      newDefault(person, {
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "acme-build" }] }],
      }),
    found: inTemplate([
      ...["team", "fleetkeeper:fleet", "fleetkeeper:kind", "fleetkeeper:name"].map((key) => `instanceTags[${key}]`),
      ...["Name", "team", "fleetkeeper:fleet", "fleetkeeper:kind", "fleetkeeper:name"].map(
        (key) => `volumeTags[${key}]`,
      ),
    ]),
  },
  {
    what: "one of our tags on the template",
    cause: async ({ ec2 }) => {
      const { LaunchTemplates: [found] = [] } = await ec2.describeLaunchTemplates({ LaunchTemplateNames: [group] });
      await ec2.deleteTags({ Resources: [found?.LaunchTemplateId ?? ""], Tags: [{ Key: "team" }] });
    },
    found: inTemplate(["tags[team]"]),
  },
  { what: "other bounds", cause: update({ MinSize: 1, MaxSize: 3 }), found: inGroup(["min", "max"]) },
  {
    what: "no protection from scaling in",
    cause: update({ NewInstancesProtectedFromScaleIn: false }),
    found: inGroup(["protectedFromScaleIn"]),
  },
  {
    what: "a life time and a rebalancing that end busy instances",
    cause: update({ MaxInstanceLifetime: 86_400, CapacityRebalance: true }),
    found: inGroup(["capacityRebalance", "maxInstanceLifetime"]),
  },
  {
    what: "another subnet and health check",
    cause: update({ VPCZoneIdentifier: "subnet-0bbbbbbbbbbbbbbb2", HealthCheckType: "ELB" }),
    found: inGroup(["subnetIds", "healthCheck"]),
  },
  {
    what: "another version of the template, on demand",
    cause: update({ LaunchTemplate: { LaunchTemplateName: group, Version: "1" } }),
    found: inGroup(["templateVersion", "instanceTypes", "onDemandPercentage", "spotStrategy"]),
  },
  {
    what: "a process resumed and another suspended",
    cause: async ({ scaling }) => {
      await scaling.resumeProcesses({ AutoScalingGroupName, ScalingProcesses: ["AZRebalance"] });
      await scaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ["Launch"] });
    },
    found: inGroup(["suspended"]),
  },
  {
    what: "a tag of the group changed, and another not handed on",
    cause: ({ scaling }) =>
      scaling.createOrUpdateTags({
        Tags: [
          { ...tag, Key: "team", Value: "mine", PropagateAtLaunch: true },
          { ...tag, Key: "Name", Value: group, PropagateAtLaunch: false },
        ],
      }),
    found: inGroup(["tags[team]", "propagated[Name]"]),
  },
];

describe("drift is found, named and healed", () => {
  test.each(drifts)("$what", async ({ cause, found }) => {
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
