import { expect, test } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

interface Drift {
  readonly what: string;
  readonly cause: (fleet: HostFleet) => Promise<unknown>;
  readonly shows: readonly [target: string, action: string];
  readonly healed: (fleet: HostFleet) => Promise<unknown>;
}

const minute = 60_000;

async function protection(fleet: HostFleet): Promise<boolean | undefined> {
  const { InstanceId } = await fleet.instance();
  const answer = await fleet.ec2.describeInstanceAttribute({ InstanceId, Attribute: "disableApiTermination" });
  return answer.DisableApiTermination?.Value;
}

async function strangeGroup(fleet: HostFleet): Promise<string> {
  const VpcId = "vpc-0a1b2c3d4e5f60718";
  const { GroupId = "" } = await fleet.ec2.createSecurityGroup({ GroupName: "strange", Description: "strange", VpcId });
  return GroupId;
}

const drifts: readonly Drift[] = [
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

test.each(drifts)("a host that was $what is found in one run and put right in at most two", async (drift) => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { InstanceId } = await fleet.instance();
  await drift.cause(fleet);
  expect(await drift.healed(fleet).catch(() => false)).not.toBe(true);
  const records = await fleet.settle(2);
  const [target, action] = drift.shows;
  expect(actionsOn(records[0] ?? expect.fail(), target)).toContain(action);
  expect(await drift.healed(fleet)).toBe(true);
  expect((await fleet.instance()).InstanceId).toBe(InstanceId);
  const quiet = await fleet.run();
  expect(quiet.actions).toEqual([]);
});

test("a host that was terminated from outside is made again, once, on its data volume", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const before = await fleet.instance();
  const { VolumeId } = await fleet.dataVolume();
  const { InstanceId } = before;
  await fleet.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
  await fleet.ec2.terminateInstances({ InstanceIds: [InstanceId] });
  await fleet.world.clock.sleep(minute);
  const records = await fleet.settle(3);
  expect(actionsOn(records[0] ?? expect.fail(), "host/instance")[0]).toMatch(/^create /);
  const after = await fleet.instance();
  expect(after.InstanceId).not.toBe(InstanceId);
  const volume = await fleet.dataVolume();
  expect(volume.VolumeId).toBe(VolumeId);
  expect(volume.Attachments?.[0]?.InstanceId).toBe(after.InstanceId);
});

test("a data volume that is gone is not silently replaced by a blank one", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { VolumeId } = await fleet.dataVolume();
  await fleet.ec2.detachVolume({ VolumeId });
  await fleet.world.clock.sleep(minute);
  await fleet.ec2.deleteVolume({ VolumeId });
  await fleet.run();
  await expect(fleet.dataVolume()).rejects.toThrow("there are 0 data volumes");
  expect(await fleet.unsettled()).toEqual([expect.stringMatching(/^host\/volume\/data Held: approve it with/)]);
});

test("a record of somebody else's is left alone", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.route53.changeResourceRecordSets({
    HostedZoneId: "Z0123456789ABCDEFGHIJ",
    ChangeBatch: {
      Changes: [
        {
          Action: "CREATE",
          ResourceRecordSet: {
            Name: "gitlab.example.com",
            Type: "A",
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.7" }],
          },
        },
      ],
    },
  });
  await fleet.run();
  await fleet.world.clock.sleep(minute);
  await fleet.run();
  expect(await fleet.unsettled()).toEqual([
    expect.stringMatching(/^host\/dns.* Held: .*doesn't carry this fleet's mark/),
  ]);
});
