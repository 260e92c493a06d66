import type { EC2, Instance, Volume } from "@aws-sdk/client-ec2";
import type { Route53 } from "@aws-sdk/client-route-53";

/** A fleet's host, and a person who meddles with it by the plain SDK. */
export interface MeddledHost {
  readonly ec2: EC2;
  readonly route53: Route53;
  readonly world: { readonly clock: { sleep(milliseconds: number): Promise<void> } };
  /** The one instance that lives. */
  instance(): Promise<Instance & { readonly InstanceId: string }>;
  dataVolume(): Promise<Volume & { readonly VolumeId: string }>;
}

/** Something that a person does to a host. */
export interface HostDrift {
  readonly what: string;
  readonly cause: (fleet: MeddledHost) => Promise<unknown>;
  readonly shows: readonly [target: string, action: string];
  readonly healed: (fleet: MeddledHost) => Promise<unknown>;
}

const minute = 60_000;

async function protection(fleet: MeddledHost): Promise<boolean | undefined> {
  const { InstanceId } = await fleet.instance();
  const answer = await fleet.ec2.describeInstanceAttribute({ InstanceId, Attribute: "disableApiTermination" });
  return answer.DisableApiTermination?.Value;
}

async function strangeGroup(fleet: MeddledHost): Promise<string> {
  const Filters = [{ Name: "group-name", Values: ["strange"] }];
  const { SecurityGroups: [before] = [] } = await fleet.ec2.describeSecurityGroups({ Filters });
  if (before?.GroupId !== undefined) return before.GroupId;
  const VpcId = "vpc-0a1b2c3d4e5f60718";
  const { GroupId = "" } = await fleet.ec2.createSecurityGroup({ GroupName: "strange", Description: "strange", VpcId });
  return GroupId;
}

export const drifts: readonly HostDrift[] = [
  {
    what: "stopped",
    cause: async (fleet) => {
      const { InstanceId } = await fleet.instance();
      await fleet.ec2.stopInstances({ InstanceIds: [InstanceId] });
      await fleet.world.clock.sleep(minute);
    },
    shows: ["host/instance", "update state"],
    healed: async (fleet) => (await fleet.instance()).State?.Name === "running",
  },
  {
    what: "robbed of its profile",
    cause: async (fleet) => {
      const { IamInstanceProfileAssociations = [] } = await fleet.ec2.describeIamInstanceProfileAssociations({});
      const AssociationId = IamInstanceProfileAssociations[0]?.AssociationId;
      await fleet.ec2.disassociateIamInstanceProfile({ AssociationId });
      await fleet.world.clock.sleep(minute);
    },
    shows: ["host/instance", "update profile"],
    healed: async (fleet) => (await fleet.instance()).IamInstanceProfile?.Arn?.endsWith("/acme-host"),
  },
  {
    what: "given another profile",
    cause: async (fleet) => {
      const { IamInstanceProfileAssociations = [] } = await fleet.ec2.describeIamInstanceProfileAssociations({});
      const AssociationId = IamInstanceProfileAssociations[0]?.AssociationId;
      const IamInstanceProfile = { Name: "acme-machine" };
      await fleet.ec2.replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile });
      await fleet.world.clock.sleep(minute);
    },
    shows: ["host/instance", "update profile"],
    healed: async (fleet) => (await fleet.instance()).IamInstanceProfile?.Arn?.endsWith("/acme-host"),
  },
  {
    what: "opened to IMDSv1 with more hops",
    cause: async (fleet) => {
      const { InstanceId } = await fleet.instance();
      const options = { HttpTokens: "optional", HttpPutResponseHopLimit: 5 } as const;
      await fleet.ec2.modifyInstanceMetadataOptions({ InstanceId, ...options });
    },
    shows: ["host/instance", "update metadata.tokens metadata.hopLimit"],
    healed: async (fleet) => {
      const { MetadataOptions: options } = await fleet.instance();
      return options?.HttpTokens === "required" && options.HttpPutResponseHopLimit === 2;
    },
  },
  {
    what: "stripped of its termination protection",
    cause: async (fleet) => {
      const { InstanceId } = await fleet.instance();
      await fleet.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
    },
    shows: ["host/instance", "update terminationProtection"],
    healed: protection,
  },
  {
    what: "put into another group",
    cause: async (fleet) => {
      const { InstanceId } = await fleet.instance();
      await fleet.ec2.modifyInstanceAttribute({ InstanceId, Groups: [await strangeGroup(fleet)] });
    },
    shows: ["host/instance", "update groupIds"],
    healed: async (fleet) => {
      const { SecurityGroups = [] } = await fleet.instance();
      const names = SecurityGroups.map(({ GroupName }) => GroupName).sort();
      return names.join() === "fleetkeeper-acme-egress,fleetkeeper-acme-host";
    },
  },
  {
    what: "robbed of all its tags, and no second one is made",
    cause: async (fleet) => {
      const { InstanceId } = await fleet.instance();
      await fleet.ec2.deleteTags({ Resources: [InstanceId] });
    },
    shows: [
      "host/instance",
      "update tags[Name] tags[team] tags[cost-center] tags[fleetkeeper:fleet] tags[fleetkeeper:kind] tags[fleetkeeper:name]",
    ],
    healed: async (fleet) => (await fleet.instance()).Tags?.some(({ Key }) => Key === "fleetkeeper:fleet"),
  },
  {
    what: "told to take its data volume with it",
    cause: async (fleet) => {
      const { InstanceId } = await fleet.instance();
      await fleet.ec2.modifyInstanceAttribute({
        InstanceId,
        BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { DeleteOnTermination: true } }],
      });
    },
    shows: ["host/volume/data", "update deleteOnTermination"],
    healed: async (fleet) => (await fleet.dataVolume()).Attachments?.[0]?.DeleteOnTermination === false,
  },
  {
    what: "without its data volume",
    cause: async (fleet) => {
      const { VolumeId } = await fleet.dataVolume();
      await fleet.ec2.detachVolume({ VolumeId });
      await fleet.world.clock.sleep(minute);
    },
    shows: ["host/volume/data", "update attachedTo"],
    healed: async (fleet) =>
      (await fleet.dataVolume()).Attachments?.[0]?.InstanceId === (await fleet.instance()).InstanceId,
  },
  {
    what: "robbed of its address",
    cause: async (fleet) => {
      const { Addresses = [] } = await fleet.ec2.describeAddresses({});
      await fleet.ec2.disassociateAddress({ AssociationId: Addresses[0]?.AssociationId });
    },
    shows: ["host/address", "update instanceId"],
    healed: async (fleet) => {
      const { Addresses = [] } = await fleet.ec2.describeAddresses({});
      return Addresses.length === 1 && Addresses[0]?.InstanceId === (await fleet.instance()).InstanceId;
    },
  },
  {
    what: "led to from nowhere: its record points elsewhere",
    cause: async (fleet) => {
      await fleet.route53.changeResourceRecordSets({
        HostedZoneId: "Z0123456789ABCDEFGHIJ",
        ChangeBatch: {
          Changes: [
            {
              Action: "UPSERT",
              ResourceRecordSet: {
                Name: "gitlab.example.com",
                Type: "A",
                TTL: 300,
                SetIdentifier: "fleetkeeper:acme",
                Weight: 1,
                ResourceRecords: [{ Value: "192.0.2.1" }],
              },
            },
          ],
        },
      });
    },
    shows: ["host/dns/Z0123456789ABCDEFGHIJ/gitlab.example.com", "update value ttlSeconds"],
    healed: async (fleet) => {
      const { ResourceRecordSets = [] } = await fleet.route53.listResourceRecordSets({
        HostedZoneId: "Z0123456789ABCDEFGHIJ",
        StartRecordName: "gitlab.example.com",
        StartRecordType: "A",
        MaxItems: 1,
      });
      const { Addresses = [] } = await fleet.ec2.describeAddresses({});
      return ResourceRecordSets[0]?.ResourceRecords?.[0]?.Value === Addresses[0]?.PublicIp;
    },
  },
];
