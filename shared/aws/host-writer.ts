import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateIamInstanceProfileCommand,
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeImagesCommand,
  DescribeSubnetsCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  type EC2Client,
  type _InstanceType as InstanceType,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyVolumeCommand,
  ReleaseAddressCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type VolumeType,
} from "@aws-sdk/client-ec2";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../engine/failure.ts";
import { attempt, readOrAbsent, removeOrGone, required } from "./answer.ts";
import { errorCode, isNotFound, toFailure } from "./classify.ts";
import type { HostWriter, Launched, MetadataSettings, NewInstance, VolumeSettings } from "./host-port.ts";
import { addressRecord, hostReader, instanceRecord } from "./host-reader.ts";
import { tagList } from "./tag-list.ts";

export function hostWriter(ec2: EC2Client, ssm: SSMClient): HostWriter {
  const send = (doing: string, call: () => Promise<unknown>): Promise<void> =>
    attempt(doing, call).then(() => undefined);
  return {
    ...hostReader(ec2, ssm),
    launch: (instance, token) => launch(ec2, instance, token),
    start: (id) => send(`starting ${id}`, () => ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))),
    stop: (id) => send(`stopping ${id}`, () => ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))),
    terminate: (id) =>
      removeOrGone(`terminating ${id}`, () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))),
    setType: (id, type) =>
      send(`changing the type of ${id}`, () =>
        ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: type } })),
      ),
    setGroups: (id, groups) =>
      send(`changing the groups of ${id}`, () =>
        ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: [...groups] })),
      ),
    setMetadata: (id, metadata) =>
      send(`changing the metadata options of ${id}`, () =>
        ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: id, ...metadataOptions(metadata) })),
      ),
    setTerminationProtection: (id, on) =>
      send(`changing the termination protection of ${id}`, () =>
        ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: on } })),
      ),
    setProfile: (id, arn) => setProfile(ec2, id, arn),
    tag: (id, tags) =>
      send(`tagging ${id}`, () => ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }))),
    zoneOf: (subnetId) => zoneOf(ec2, subnetId),
    createVolume: (volume, token) => createVolume(ec2, volume, token),
    attach: (volume, instance, device) =>
      retried(`attaching ${volume} to ${instance}`, ["VolumeInUse", "IncorrectState"], () =>
        ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: instance, Device: device })),
      ),
    detach: (volume, instance) =>
      send(`detaching ${volume} from ${instance}`, () =>
        ec2.send(new DetachVolumeCommand({ VolumeId: volume, InstanceId: instance })),
      ),
    deleteVolume: (id) => removeOrGone(`deleting ${id}`, () => ec2.send(new DeleteVolumeCommand({ VolumeId: id }))),
    keepOnTermination: (id, device) =>
      send(`keeping ${device} of ${id} on termination`, () =>
        ec2.send(
          new ModifyInstanceAttributeCommand({
            InstanceId: id,
            BlockDeviceMappings: [{ DeviceName: device, Ebs: { DeleteOnTermination: false } }],
          }),
        ),
      ),
    modifyVolume: (id, settings) => modifyVolume(ec2, id, settings),
    allocateAddress: (tags) =>
      attempt("allocating an address", async () => {
        const TagSpecifications = [{ ResourceType: "elastic-ip" as const, Tags: tagList(tags) }];
        const answer = await ec2.send(new AllocateAddressCommand({ Domain: "vpc", TagSpecifications }));
        return { ...addressRecord(answer), tags };
      }),
    associateAddress: (allocationId, instanceId) =>
      send(`associating ${allocationId} with ${instanceId}`, () =>
        ec2.send(
          new AssociateAddressCommand({ AllocationId: allocationId, InstanceId: instanceId, AllowReassociation: true }),
        ),
      ),
    async releaseAddress(allocationId) {
      const address = await hostReader(ec2, ssm).address(allocationId);
      if (address === undefined) return;
      const { associationId } = address;
      if (associationId !== undefined) {
        await removeOrGone(`taking ${address.publicIp} from its instance`, () =>
          ec2.send(new DisassociateAddressCommand({ AssociationId: associationId })),
        );
      }
      await removeOrGone(`releasing ${address.publicIp}`, () =>
        ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId })),
      );
    },
  };
}

async function launch(ec2: EC2Client, instance: NewInstance, token: string): Promise<Launched> {
  const root = await rootDeviceOf(ec2, instance.imageId);
  try {
    const { Instances = [] } = await ec2.send(new RunInstancesCommand(launchInput(instance, root, token)));
    const [made] = Instances.map(instanceRecord);
    const { id, state } = required(made, "the new instance");
    return state === "terminated" || state === "shutting-down" ? { state: "ended" } : { state: "launched", id };
  } catch (error) {
    const code = errorCode(error);
    if (code === "IdempotentInstanceTerminated") return { state: "ended" };
    if (code === "IdempotentParameterMismatch") return { state: "otherwise" };
    const failure = toFailure(error, "launching the host");
    // EC2 learns of new profiles and groups some seconds after IAM and its own other parts.
    const unseen = isNotFound(error) || /iam instance profile/i.test(failure.message);
    if (!unseen) throw failure;
    const { message, hint, cause } = failure;
    throw new Failure({ code: "NotSeenYet", class: "retry", message, hint, cause });
  }
}

function launchInput(instance: NewInstance, rootDevice: string, token: string): RunInstancesCommandInput {
  return {
    ClientToken: token,
    MinCount: 1,
    MaxCount: 1,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as InstanceType,
    IamInstanceProfile: { Name: instance.profileName },
    DisableApiTermination: instance.terminationProtection,
    InstanceInitiatedShutdownBehavior: "stop",
    MetadataOptions: metadataOptions(instance.metadata),
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: instance.subnetId,
        Groups: [...instance.groupIds],
        AssociatePublicIpAddress: instance.publicAddress,
      },
    ],
    BlockDeviceMappings: [
      { DeviceName: rootDevice, Ebs: { ...ebsOf(instance.root), DeleteOnTermination: true } },
      ...(instance.scratch === undefined
        ? []
        : [
            {
              DeviceName: instance.scratch.device,
              Ebs: { ...ebsOf(instance.scratch.settings), DeleteOnTermination: true },
            },
          ]),
    ],
    TagSpecifications: [
      { ResourceType: "instance", Tags: tagList(instance.tags) },
      { ResourceType: "volume", Tags: tagList(instance.rootTags) },
    ],
  };
}

function metadataOptions({ tokens, hopLimit, endpoint }: MetadataSettings) {
  return {
    HttpTokens: tokens === "required" ? ("required" as const) : ("optional" as const),
    HttpPutResponseHopLimit: hopLimit,
    HttpEndpoint: endpoint === "disabled" ? ("disabled" as const) : ("enabled" as const),
  };
}

function ebsOf(volume: VolumeSettings) {
  return {
    VolumeSize: volume.sizeGiB,
    VolumeType: volume.type as VolumeType,
    Encrypted: volume.encrypted,
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughputMiBps === undefined ? {} : { Throughput: volume.throughputMiBps }),
    ...(volume.kmsKey === undefined ? {} : { KmsKeyId: volume.kmsKey }),
  };
}

function rootDeviceOf(ec2: EC2Client, imageId: string): Promise<string> {
  return attempt(`reading AMI ${imageId}`, async () => {
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
    const device = Images[0]?.RootDeviceName;
    if (device !== undefined) return device;
    throw new Failure({
      code: "ImageMissing",
      class: "terminal",
      message: `there is no AMI ${imageId}`,
      hint: "Correct spec.host.ami: this account and region have no such AMI.",
    });
  });
}

async function setProfile(ec2: EC2Client, instanceId: string, arn: string): Promise<void> {
  const association = await attempt(`reading the profile of ${instanceId}`, async () => {
    const Filters = [
      { Name: "instance-id", Values: [instanceId] },
      { Name: "state", Values: ["associating", "associated"] },
    ];
    const answer = await ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
    return answer.IamInstanceProfileAssociations?.[0];
  });
  const IamInstanceProfile = { Arn: arn };
  await attempt(`giving ${instanceId} its profile`, () =>
    association?.AssociationId === undefined
      ? ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId: instanceId, IamInstanceProfile }))
      : ec2.send(
          new ReplaceIamInstanceProfileAssociationCommand({
            AssociationId: association.AssociationId,
            IamInstanceProfile,
          }),
        ),
  );
}

async function zoneOf(ec2: EC2Client, subnetId: string): Promise<string> {
  const zone = await readOrAbsent(`reading subnet ${subnetId}`, async () => {
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
    return Subnets[0]?.AvailabilityZone;
  });
  if (zone !== undefined) return zone;
  throw new Failure({
    code: "SubnetMissing",
    class: "terminal",
    message: `there is no subnet ${subnetId}`,
    hint: "Correct spec.network.hostSubnetId.",
  });
}

async function createVolume(
  ec2: EC2Client,
  volume: Parameters<HostWriter["createVolume"]>[0],
  token: string,
): Promise<string | undefined> {
  const { VolumeSize: Size, ...ebs } = ebsOf(volume);
  try {
    const made = await ec2.send(
      new CreateVolumeCommand({
        ...ebs,
        Size,
        ...(volume.snapshotId === undefined ? {} : { SnapshotId: volume.snapshotId }),
        AvailabilityZone: volume.zone,
        ClientToken: token,
        TagSpecifications: [{ ResourceType: "volume", Tags: tagList(volume.tags) }],
      }),
    );
    const ended = made.State === "deleting" || made.State === "deleted";
    return ended ? undefined : required(made.VolumeId, "the new volume's id");
  } catch (error) {
    const code = errorCode(error);
    if (code === "IdempotentParameterMismatch" || code === "InvalidVolume.NotFound") return undefined;
    throw toFailure(error, "creating the data volume");
  }
}

function modifyVolume(
  ec2: EC2Client,
  id: string,
  settings: Omit<VolumeSettings, "encrypted" | "kmsKey">,
): Promise<void> {
  // EBS modifies a volume once in six hours.
  return retried(`modifying ${id}`, ["VolumeModificationRateExceeded", "IncorrectModificationState"], () =>
    ec2.send(
      new ModifyVolumeCommand({
        VolumeId: id,
        Size: settings.sizeGiB,
        VolumeType: settings.type as VolumeType,
        ...(settings.iops === undefined ? {} : { Iops: settings.iops }),
        ...(settings.throughputMiBps === undefined ? {} : { Throughput: settings.throughputMiBps }),
      }),
    ),
  );
}

/** One write, of whose errors some pass by themselves. */
async function retried(doing: string, codes: readonly string[], call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const failure = toFailure(error, doing);
    const code = errorCode(error);
    if (code === undefined || !codes.includes(code)) throw failure;
    throw new Failure({ code, class: "retry", message: failure.message, cause: failure });
  }
}
