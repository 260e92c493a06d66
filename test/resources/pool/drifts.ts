import type { AutoScaling } from "@aws-sdk/client-auto-scaling";
import type { EC2 } from "@aws-sdk/client-ec2";

export interface PoolPerson {
  readonly ec2: EC2;
  readonly scaling: AutoScaling;
}

/** Something that a person does to what the kind `pool` owns. */
export interface PoolDrift {
  readonly what: string;
  readonly cause: (person: PoolPerson) => Promise<unknown>;
  /** `name path` of every change that is planned. */
  readonly found: readonly string[];
}

/** @param group name of the Auto Scaling group and of its launch template */
export function poolDrifts(group: string): readonly PoolDrift[] {
  const AutoScalingGroupName = group;
  const data = (more: object) => ({ LaunchTemplateName: group, SourceVersion: "1", LaunchTemplateData: more });
  async function newDefault({ ec2 }: PoolPerson, more: object) {
    const { LaunchTemplateVersion: made } = await ec2.createLaunchTemplateVersion(data(more));
    await ec2.modifyLaunchTemplate({ LaunchTemplateName: group, DefaultVersion: String(made?.VersionNumber) });
  }
  const inTemplate = (paths: readonly string[]) => paths.map((path) => `template/${group} ${path}`);
  const inGroup = (paths: readonly string[]) => paths.map((path) => `group/${group} ${path}`);
  const update =
    (more: object) =>
    ({ scaling }: PoolPerson) =>
      scaling.updateAutoScalingGroup({ AutoScalingGroupName, ...more });
  const tag = { ResourceId: group, ResourceType: "auto-scaling-group" };

  return [
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
      cause: (person) =>
        newDefault(person, { MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 2 } }),
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
}
