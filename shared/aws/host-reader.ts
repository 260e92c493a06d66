import {
  type Address,
  DescribeAddressesCommand,
  DescribeInstanceAttributeCommand,
  DescribeVolumesModificationsCommand,
  type EC2Client,
  type Filter,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeVolumes,
  type Volume,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { attempt, readOrAbsent, required } from "./answer.ts";
import { isNotFound, toFailure } from "./classify.ts";
import type {
  HostAddressRecord,
  HostReader,
  HostVolumeRecord,
  InstanceRecord,
  InstanceStateName,
} from "./host-port.ts";
import { allItems } from "./pages.ts";
import { literalValue, tagsByKey } from "./tag-list.ts";

export function hostReader(ec2: EC2Client, ssm: SSMClient): HostReader {
  const volumes = (doing: string, filters: Filter[]) =>
    attempt(doing, async () => {
      const pages = paginateDescribeVolumes({ client: ec2 }, { Filters: filters });
      return (await allItems(pages, (page) => page.Volumes)).map(volumeRecord);
    });
  const instances = (doing: string, filters: Filter[]) =>
    attempt(doing, async () => {
      const pages = paginateDescribeInstances({ client: ec2 }, { Filters: filters });
      const reservations = await allItems(pages, (page) => page.Reservations);
      return reservations.flatMap(({ Instances = [] }) => Instances.map(instanceRecord));
    });
  return {
    instancesOfTokens: (tokens) =>
      instances("listing the host's instances", [{ Name: "client-token", Values: [...tokens] }]),
    instancesTagged: (tags) => instances("listing instances by tag", tagFilters(tags)),
    instancesOfProfile: (arn) =>
      attempt(`looking for instances with the profile ${arn}`, async () => {
        const filter = { Name: "iam-instance-profile.arn", Values: [literalValue(arn)] };
        const pages = paginateDescribeInstances({ client: ec2 }, { Filters: [filter] });
        const reservations = await allItems(pages, (page) => page.Reservations);
        const instances = reservations.flatMap(({ Instances = [] }) => Instances.map(instanceRecord));
        return instances.flatMap(({ id, state }) => (state === "terminated" ? [] : [id])).sort();
      }),
    terminationProtection: (instanceId) =>
      attempt(`reading the termination protection of ${instanceId}`, async () => {
        const answer = await ec2.send(
          new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: "disableApiTermination" }),
        );
        return required(answer.DisableApiTermination?.Value, "the instance's termination protection");
      }),
    volumesOf: (instanceId) =>
      volumes(`listing the volumes of ${instanceId}`, [{ Name: "attachment.instance-id", Values: [instanceId] }]),
    volumesTagged: (tags) => volumes("listing the host's volumes by tag", tagFilters(tags)),
    async isModifying(volumeId) {
      const modification = await readOrAbsent(`reading the modification of ${volumeId}`, async () => {
        const answer = await ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [volumeId] }));
        return answer.VolumesModifications?.[0];
      });
      return modification?.ModificationState === "modifying";
    },
    addressesTagged: (tags) =>
      attempt("listing the host's addresses by tag", async () => {
        const answer = await ec2.send(new DescribeAddressesCommand({ Filters: tagFilters(tags) }));
        return (answer.Addresses ?? []).map(addressRecord);
      }),
    address: (allocationId) =>
      readOrAbsent(`reading address ${allocationId}`, async () => {
        const answer = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [allocationId] }));
        return answer.Addresses?.map(addressRecord)[0];
      }),
    async imageBehind(parameter) {
      try {
        const answer = await ssm.send(new GetParameterCommand({ Name: parameter }));
        return required(answer.Parameter?.Value, "the parameter's value");
      } catch (error) {
        const failure = toFailure(error, `reading the AMI behind ${parameter}`);
        if (!isNotFound(error)) throw failure;
        throw Object.assign(failure, { hint: "Correct spec.host.ami: the region has no such public parameter." });
      }
    },
  };
}

function tagFilters(tags: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [literalValue(value)] }));
}

export function instanceRecord(instance: Instance): InstanceRecord {
  const { MetadataOptions: metadata, IamInstanceProfile: profile } = instance;
  const arn = profile?.Arn;
  return {
    id: required(instance.InstanceId, "an instance's id"),
    state: required(instance.State?.Name, "an instance's state") as InstanceStateName,
    clientToken: instance.ClientToken ?? "",
    imageId: instance.ImageId ?? "",
    instanceType: instance.InstanceType ?? "",
    zone: required(instance.Placement?.AvailabilityZone, "an instance's zone"),
    subnetId: instance.SubnetId ?? "",
    vpcId: instance.VpcId ?? "",
    ...(instance.PrivateIpAddress ? { privateIp: instance.PrivateIpAddress } : {}),
    ...(instance.PublicIpAddress ? { publicIp: instance.PublicIpAddress } : {}),
    lentIp: (instance.NetworkInterfaces ?? []).some((one) => one.Association?.IpOwnerId === "amazon"),
    groupIds: (instance.SecurityGroups ?? []).map((group) => required(group.GroupId, "a group's id")).sort(),
    ...(arn === undefined ? {} : { profile: { arn, id: profile?.Id ?? "" } }),
    metadata: {
      tokens: metadata?.HttpTokens ?? "",
      hopLimit: metadata?.HttpPutResponseHopLimit ?? 0,
      endpoint: metadata?.HttpEndpoint ?? "",
    },
    rootDevice: instance.RootDeviceName ?? "",
    launchedAt: instance.LaunchTime?.getTime() ?? 0,
    tags: tagsByKey(instance.Tags),
  };
}

function volumeRecord(volume: Volume): HostVolumeRecord {
  const attachment = (volume.Attachments ?? []).find(({ State }) => State !== "detached");
  return {
    id: required(volume.VolumeId, "a volume's id"),
    zone: required(volume.AvailabilityZone, "a volume's zone"),
    sizeGiB: required(volume.Size, "a volume's size"),
    type: required(volume.VolumeType, "a volume's type"),
    ...(volume.Iops === undefined ? {} : { iops: volume.Iops }),
    ...(volume.Throughput === undefined ? {} : { throughputMiBps: volume.Throughput }),
    encrypted: required(volume.Encrypted, "whether a volume is encrypted"),
    ...(volume.KmsKeyId === undefined ? {} : { kmsKey: volume.KmsKeyId }),
    state: required(volume.State, "a volume's state"),
    ...(attachment === undefined
      ? {}
      : {
          attachment: {
            instanceId: required(attachment.InstanceId, "an attachment's instance"),
            device: required(attachment.Device, "an attachment's device"),
            state: required(attachment.State, "an attachment's state"),
            deleteOnTermination: attachment.DeleteOnTermination ?? false,
          },
        }),
    tags: tagsByKey(volume.Tags),
  };
}

export function addressRecord(address: Address): HostAddressRecord {
  return {
    allocationId: required(address.AllocationId, "an address's allocation id"),
    publicIp: required(address.PublicIp, "an address"),
    ...(address.AssociationId === undefined ? {} : { associationId: address.AssociationId }),
    ...(address.InstanceId ? { instanceId: address.InstanceId } : {}),
    tags: tagsByKey(address.Tags),
  };
}
