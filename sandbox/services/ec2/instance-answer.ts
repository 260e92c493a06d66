import type { Instance, InstanceNetworkInterface, _InstanceType as InstanceType } from "@aws-sdk/client-ec2";
import { addressOf } from "./addresses.ts";
import type { Ec2Context } from "./context.ts";
import { type InstanceRecord, isAlive, type ProfileAssociation, STATE_CODES } from "./instance-state.ts";
import { typeSpec } from "./instance-types.ts";
import { interfacesOf, privateDnsName, publicDnsName } from "./network-interface-lookup.ts";
import type { NetworkInterfaceRecord } from "./network-interface-state.ts";
import { publicIpOf } from "./network-interfaces.ts";
import { groupIdentifiers } from "./security-group-lookup.ts";
import { tagsOf } from "./tags.ts";
import type { AttachedVolume } from "./volume-index.ts";
import { attachmentState } from "./volume-state.ts";

/** The profile that is in force: one that is going counts until it is gone. */
export function profileOf(instance: InstanceRecord, now: number): ProfileAssociation | undefined {
  const { profile } = instance;
  return profile?.endsAt !== undefined && profile.endsAt <= now ? undefined : profile;
}

/** An instance as EC2 lists it; a terminated one has lost its network, its volumes and its profile. */
export function instanceAnswer(
  instance: InstanceRecord,
  volumes: ReadonlyMap<string, readonly AttachedVolume[]>,
  context: Ec2Context,
): Instance {
  const { region, state, clock } = context;
  const now = clock.now();
  const alive = isAlive(instance);
  const interfaces = interfacesOf(instance, context);
  const [primary] = interfaces;
  const publicIp = primary === undefined ? undefined : publicIpOf(primary, context);
  const profile = profileOf(instance, now);
  const { vcpus } = typeSpec(instance.instanceType);
  return {
    InstanceId: instance.instanceId,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as InstanceType,
    Architecture: instance.architecture,
    State: { Code: STATE_CODES[instance.state], Name: instance.state },
    StateReason: instance.stateReason,
    StateTransitionReason: instance.transitionReason,
    KeyName: instance.keyName,
    LaunchTime: new Date(instance.launchTime),
    AmiLaunchIndex: instance.launchIndex,
    ClientToken: instance.clientToken,
    Placement: { AvailabilityZone: `${region}${instance.zone}`, GroupName: "", Tenancy: "default" },
    Monitoring: { State: instance.monitoring ? "enabled" : "disabled" },
    SubnetId: alive ? instance.subnetId : undefined,
    VpcId: alive ? instance.vpcId : undefined,
    PrivateIpAddress: primary?.privateIp,
    PrivateDnsName: primary === undefined ? "" : privateDnsName(primary.privateIp, region),
    PublicIpAddress: publicIp,
    PublicDnsName: publicDnsName(publicIp, region),
    SecurityGroups: groupIdentifiers(primary?.groupIds ?? [], context),
    NetworkInterfaces: interfaces.map((record) => interfaceOf(record, context)),
    BlockDeviceMappings: (volumes.get(instance.instanceId) ?? []).map(({ volume, attachment }) => ({
      DeviceName: attachment.device,
      Ebs: {
        VolumeId: volume.volumeId,
        Status: attachmentState(attachment, now),
        AttachTime: new Date(attachment.since),
        DeleteOnTermination: attachment.deleteOnTermination,
      },
    })),
    IamInstanceProfile: profile === undefined ? undefined : { Arn: profile.arn, Id: profile.id },
    MetadataOptions: { State: "applied", ...instance.metadata },
    EbsOptimized: instance.ebsOptimized,
    EnaSupport: true,
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: "ebs",
    SourceDestCheck: alive ? (primary?.sourceDestCheck ?? instance.sourceDestCheck) : undefined,
    InstanceLifecycle: instance.spotRequestId === undefined ? undefined : "spot",
    SpotInstanceRequestId: instance.spotRequestId,
    CpuOptions: { CoreCount: Math.max(1, vcpus / 2), ThreadsPerCore: vcpus > 1 ? 2 : 1 },
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    Tags: tagsOf(state, instance.instanceId),
  };
}

function interfaceOf(record: NetworkInterfaceRecord, context: Ec2Context): InstanceNetworkInterface {
  const { attachment } = record;
  const publicIp = publicIpOf(record, context);
  const owner = addressOf(record.networkInterfaceId, context) === undefined ? "amazon" : context.account;
  return {
    NetworkInterfaceId: record.networkInterfaceId,
    SubnetId: record.subnetId,
    VpcId: record.vpcId,
    OwnerId: context.account,
    Description: record.description,
    InterfaceType: "interface",
    MacAddress: record.macAddress,
    PrivateIpAddress: record.privateIp,
    PrivateDnsName: privateDnsName(record.privateIp, context.region),
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: record.privateIp }],
    Groups: groupIdentifiers(record.groupIds, context),
    SourceDestCheck: record.sourceDestCheck,
    Status: "in-use",
    Association:
      publicIp === undefined
        ? undefined
        : { PublicIp: publicIp, PublicDnsName: publicDnsName(publicIp, context.region), IpOwnerId: owner },
    Attachment:
      attachment === undefined
        ? undefined
        : {
            AttachmentId: attachment.attachmentId,
            AttachTime: new Date(attachment.since),
            DeleteOnTermination: attachment.deleteOnTermination,
            DeviceIndex: attachment.deviceIndex,
            Status: "attached",
          },
  };
}
