import type {
  BlockDeviceMapping,
  InstanceMetadataOptionsRequest,
  InstanceNetworkInterfaceSpecification,
  RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { propagatedProfile } from "../iam/propagation.ts";
import { iamStateKey } from "../iam/service.ts";
import type { Ec2Context } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import type { ImageRecord } from "./image-catalog.ts";
import { imageById } from "./images.ts";
import type { MetadataOptions } from "./instance-state.ts";
import { typeSpec } from "./instance-types.ts";
import { keyPairNamed } from "./key-pairs.ts";
import type { DeviceSpec, LaunchSpec } from "./launch-state.ts";
import { subnetById } from "./network-interface-lookup.ts";
import { groupOfRequest, groupsInVpc } from "./security-group-lookup.ts";
import { snapshotById } from "./snapshots.ts";
import type { SubnetRecord } from "./state.ts";
import { checkedShape } from "./volume-shape.ts";
import { encryptionOf } from "./volumes.ts";

/** What RunInstances and a spot request's launch specification have in common. */
export type LaunchRequest = Pick<
  RunInstancesCommandInput,
  | "BlockDeviceMappings"
  | "DisableApiStop"
  | "DisableApiTermination"
  | "EbsOptimized"
  | "IamInstanceProfile"
  | "ImageId"
  | "InstanceInitiatedShutdownBehavior"
  | "InstanceType"
  | "KeyName"
  | "MetadataOptions"
  | "Monitoring"
  | "NetworkInterfaces"
  | "Placement"
  | "PrivateIpAddress"
  | "SecurityGroupIds"
  | "SecurityGroups"
  | "SubnetId"
  | "UserData"
>;

export function resolveLaunch(request: LaunchRequest, context: Ec2Context): LaunchSpec {
  const image = imageById(required(request.ImageId, "ImageId"), context);
  const type = typeSpec(request.InstanceType ?? "m1.small");
  if (type.architecture !== image.architecture) {
    throw ec2Error(
      "InvalidParameterValue",
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
  }
  const [primary] = request.NetworkInterfaces ?? [];
  checkInterfaces(request);
  const subnet = subnetOf(request, primary, context);
  const profile = profileOf(request, context);
  const privateIp = primary?.PrivateIpAddress ?? request.PrivateIpAddress;
  return {
    imageId: image.imageId,
    instanceType: type.name,
    architecture: image.architecture,
    rootDeviceName: image.rootDeviceName,
    subnetId: subnet.subnetId,
    groupIds: groupsOf(request, primary, subnet, context),
    ...(request.KeyName === undefined ? {} : { keyName: keyPairNamed(request.KeyName, context).keyName }),
    ...(profile === undefined ? {} : { profile }),
    ...(request.UserData === undefined ? {} : { userData: checkedUserData(request.UserData) }),
    ...(privateIp === undefined ? {} : { privateIp }),
    publicIp: primary?.AssociatePublicIpAddress ?? subnet.mapPublicIpOnLaunch,
    interfaceDescription: primary?.Description ?? "",
    interfaceOutlives: primary?.DeleteOnTermination === false,
    devices: devicesOf(request.BlockDeviceMappings ?? [], image, context),
    metadata: metadataOptions(request.MetadataOptions, {
      HttpTokens: image.imdsV2 ? "required" : "optional",
      HttpPutResponseHopLimit: image.imdsV2 ? 2 : 1,
      HttpEndpoint: "enabled",
      HttpProtocolIpv6: "disabled",
      InstanceMetadataTags: "disabled",
    }),
    monitoring: request.Monitoring?.Enabled === true,
    ebsOptimized: request.EbsOptimized === true,
    disableApiTermination: request.DisableApiTermination === true,
    disableApiStop: request.DisableApiStop === true,
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior === "terminate" ? "terminate" : "stop",
  };
}

/** What is given over what was; 1 to 64 hops. */
export function metadataOptions(
  request: InstanceMetadataOptionsRequest | undefined,
  old: MetadataOptions,
): MetadataOptions {
  const hops = request?.HttpPutResponseHopLimit ?? old.HttpPutResponseHopLimit;
  if (hops < 1 || hops > 64) {
    throw invalidValue(hops, "HttpPutResponseHopLimit", "The hop limit is between 1 and 64.");
  }
  return {
    HttpTokens: request?.HttpTokens ?? old.HttpTokens,
    HttpPutResponseHopLimit: hops,
    HttpEndpoint: request?.HttpEndpoint ?? old.HttpEndpoint,
    HttpProtocolIpv6: request?.HttpProtocolIpv6 ?? old.HttpProtocolIpv6,
    InstanceMetadataTags: request?.InstanceMetadataTags ?? old.InstanceMetadataTags,
  };
}

/** Base64 of at most 16 KiB. */
export function checkedUserData(text: string): string {
  const compact = text.replace(/\s/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw ec2Error("InvalidParameterValue", "Invalid BASE64 encoding of user data.");
  }
  if (Buffer.from(compact, "base64").length > 16_384) {
    throw ec2Error("InvalidParameterValue", "User data is limited to 16384 bytes");
  }
  return compact;
}

function checkInterfaces(request: LaunchRequest): void {
  const interfaces = request.NetworkInterfaces ?? [];
  if (interfaces.length === 0) return;
  if (
    interfaces.length > 1 ||
    (interfaces[0]?.DeviceIndex ?? 0) !== 0 ||
    interfaces[0]?.NetworkInterfaceId !== undefined
  ) {
    throw ec2Error("InvalidParameterValue", "The sandbox launches with one new network interface, device index 0.");
  }
  if (request.SubnetId !== undefined) {
    throw ec2Error(
      "InvalidParameterCombination",
      "Network interfaces and an instance-level subnet ID may not be specified on the same request",
    );
  }
  if ((request.SecurityGroupIds ?? []).length + (request.SecurityGroups ?? []).length > 0) {
    throw ec2Error(
      "InvalidParameterCombination",
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    );
  }
}

function subnetOf(
  request: LaunchRequest,
  primary: InstanceNetworkInterfaceSpecification | undefined,
  context: Ec2Context,
): SubnetRecord {
  const zone = request.Placement?.AvailabilityZone;
  const id = primary?.SubnetId ?? request.SubnetId;
  if (id !== undefined) {
    const subnet = subnetById(id, context);
    if (zone !== undefined && zone !== `${context.region}${subnet.zone}`) {
      throw ec2Error("InvalidParameterCombination", "The specified subnet is not in the specified availability zone.");
    }
    return subnet;
  }
  const found = Object.values(context.state.subnets).find(
    (subnet) =>
      context.state.vpcs[subnet.vpcId]?.isDefault === true &&
      (zone === undefined || zone === `${context.region}${subnet.zone}`),
  );
  if (found === undefined) {
    throw ec2Error("MissingInput", "No subnets found for the default VPC. Please specify a subnet.");
  }
  return found;
}

function groupsOf(
  request: LaunchRequest,
  primary: InstanceNetworkInterfaceSpecification | undefined,
  subnet: SubnetRecord,
  context: Ec2Context,
): readonly string[] {
  const names = request.SecurityGroups ?? [];
  if (names.length > 0 && context.state.vpcs[subnet.vpcId]?.isDefault !== true) {
    throw ec2Error("InvalidParameterCombination", "The parameter groupName cannot be used with the parameter subnet");
  }
  const byName = names.map((GroupName) => groupOfRequest({ GroupName }, context).groupId);
  return groupsInVpc([...(primary?.Groups ?? request.SecurityGroupIds ?? []), ...byName], subnet.vpcId, context);
}

function profileOf({ IamInstanceProfile: given }: LaunchRequest, context: Ec2Context): LaunchSpec["profile"] {
  if (given === undefined || (given.Arn === undefined && given.Name === undefined)) return undefined;
  return resolveProfile(given, context);
}

/** By name or ARN, as far as IAM has spread it. */
export function resolveProfile(
  given: { readonly Arn?: string | undefined; readonly Name?: string | undefined },
  context: Ec2Context,
): { readonly arn: string; readonly id: string } {
  const profile = propagatedProfile({ name: given.Name, arn: given.Arn }, context.stateOf(iamStateKey()), context);
  if (profile === undefined) {
    throw given.Arn === undefined
      ? invalidValue(given.Name, "iamInstanceProfile.name", "Invalid IAM Instance Profile name")
      : invalidValue(given.Arn, "iamInstanceProfile.arn", "Invalid IAM Instance Profile ARN");
  }
  if (profile.role === undefined) {
    throw ec2Error("InvalidParameterValue", `IAM Instance Profile "${profile.arn}" has no associated IAM Roles`);
  }
  return { arn: profile.arn, id: profile.id };
}

/** The image's root device with what the request changes of it, and the request's other devices. */
function devicesOf(mappings: readonly BlockDeviceMapping[], image: ImageRecord, context: Ec2Context): DeviceSpec[] {
  const root: BlockDeviceMapping = {
    DeviceName: image.rootDeviceName,
    Ebs: { SnapshotId: image.snapshotId, VolumeSize: image.rootSize, VolumeType: image.rootVolumeType },
  };
  const byDevice = new Map([[image.rootDeviceName, root]]);
  for (const mapping of mappings) {
    const device = required(mapping.DeviceName, "deviceName");
    if (mapping.NoDevice !== undefined) {
      byDevice.delete(device);
      continue;
    }
    const own = device === image.rootDeviceName ? root.Ebs : undefined;
    byDevice.set(device, { DeviceName: device, Ebs: { ...own, ...defined(mapping.Ebs ?? {}) } });
  }
  return [...byDevice].map(([device, { Ebs = {} }]): DeviceSpec => {
    const isRoot = device === image.rootDeviceName;
    const least = isRoot ? image.rootSize : snapshotSize(Ebs.SnapshotId, context);
    const size = Ebs.VolumeSize ?? least;
    if (size === undefined) {
      throw ec2Error("MissingParameter", `The request must contain the parameter size or snapshotId for ${device}`);
    }
    if (least !== undefined && size < least) {
      throw ec2Error(
        "InvalidBlockDeviceMapping",
        `Volume of size ${size}GB is smaller than snapshot '${Ebs.SnapshotId}', expect size>= ${least}GB`,
      );
    }
    const { VolumeType: type = "gp2", Iops: iops, Throughput: throughput } = Ebs;
    return {
      device,
      ...checkedShape({ type, size, iops, throughput }),
      ...encryptionOf(Ebs, context),
      ...(Ebs.SnapshotId === undefined ? {} : { snapshotId: Ebs.SnapshotId }),
      // What a launch makes goes with its instance unless it is told not to; what is attached later stays.
      deleteOnTermination: Ebs.DeleteOnTermination ?? true,
    };
  });
}

function snapshotSize(id: string | undefined, context: Ec2Context): number | undefined {
  return id === undefined ? undefined : snapshotById(id, context).size;
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;
}
