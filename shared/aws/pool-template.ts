import type {
  _InstanceType as InstanceType,
  LaunchTemplate,
  LaunchTemplateBlockDeviceMapping,
  LaunchTemplateInstanceNetworkInterfaceSpecification,
  LaunchTemplateVersion,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
  VolumeType,
} from "@aws-sdk/client-ec2";
import { required } from "./answer.ts";
import type { LaunchTemplateRecord, TemplateData, TemplateSettings, TemplateVersionRecord } from "./pool-port.ts";
import { tagList, tagsByKey } from "./tag-list.ts";

export function templateRecord(template: LaunchTemplate): LaunchTemplateRecord {
  return {
    id: required(template.LaunchTemplateId, "a launch template's id"),
    name: required(template.LaunchTemplateName, "a launch template's name"),
    defaultVersion: required(template.DefaultVersionNumber, "a launch template's default version"),
    latestVersion: required(template.LatestVersionNumber, "a launch template's latest version"),
    tags: tagsByKey(template.Tags),
  };
}

export function versionRecord(version: LaunchTemplateVersion): TemplateVersionRecord {
  return {
    templateId: required(version.LaunchTemplateId, "a launch template's id"),
    number: required(version.VersionNumber, "a version's number"),
    data: templateData(required(version.LaunchTemplateData, "a version's data")),
  };
}

/** A version as EC2 is told it. */
export function launchData(settings: TemplateSettings): RequestLaunchTemplateData {
  const { metadata, root } = settings;
  return {
    ImageId: settings.imageId,
    InstanceType: settings.instanceType as InstanceType,
    IamInstanceProfile: { Name: settings.profileName },
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        Groups: [...settings.groupIds],
        AssociatePublicIpAddress: settings.publicAddress,
        DeleteOnTermination: true,
      },
    ],
    MetadataOptions: {
      HttpTokens: metadata.tokens === "required" ? "required" : "optional",
      HttpPutResponseHopLimit: metadata.hopLimit,
      HttpEndpoint: metadata.endpoint === "disabled" ? "disabled" : "enabled",
    },
    BlockDeviceMappings: [
      {
        DeviceName: root.device,
        Ebs: {
          VolumeSize: root.sizeGiB,
          VolumeType: root.type as VolumeType,
          ...(root.iops === undefined ? {} : { Iops: root.iops }),
          Encrypted: root.encrypted,
          DeleteOnTermination: root.deleteOnTermination,
        },
      },
    ],
    TagSpecifications: [
      { ResourceType: "instance", Tags: tagList(settings.instanceTags) },
      { ResourceType: "volume", Tags: tagList(settings.volumeTags) },
    ],
  };
}

function templateData(data: ResponseLaunchTemplateData): TemplateData {
  const { ImageId, InstanceType: type, IamInstanceProfile, MetadataOptions, TagSpecifications = [], ...rest } = data;
  const { NetworkInterfaces = [], BlockDeviceMappings = [], ...others } = rest;
  const [primary, ...furtherInterfaces] = NetworkInterfaces;
  const [root, ...furtherDevices] = BlockDeviceMappings;
  const specified = (name: string) => TagSpecifications.find(({ ResourceType }) => ResourceType === name)?.Tags;
  const furtherTags = TagSpecifications.filter(
    ({ ResourceType }) => ResourceType !== "instance" && ResourceType !== "volume",
  );
  const {
    HttpTokens,
    HttpPutResponseHopLimit,
    HttpEndpoint,
    State: _state,
    ...furtherMetadata
  } = MetadataOptions ?? {};
  const profile = IamInstanceProfile?.Name ?? IamInstanceProfile?.Arn;
  return {
    ...has("imageId", ImageId),
    ...has("instanceType", type as string | undefined),
    ...has("profileName", profile?.slice(profile.lastIndexOf("/") + 1)),
    ...has("groupIds", primary?.Groups?.toSorted()),
    ...has("publicAddress", primary?.AssociatePublicIpAddress),
    metadata: {
      ...has("tokens", HttpTokens as string | undefined),
      ...has("hopLimit", HttpPutResponseHopLimit),
      ...has("endpoint", HttpEndpoint as string | undefined),
    },
    ...(root === undefined ? {} : { root: rootOf(root) }),
    instanceTags: tagsByKey(specified("instance")),
    volumeTags: tagsByKey(specified("volume")),
    others: [
      ...namesOf(others),
      ...(primary === undefined ? [] : namesOf(furtherOf(primary)).map((name) => `NetworkInterfaces.${name}`)),
      ...(root?.Ebs === undefined ? [] : namesOf(furtherOfRoot(root)).map((name) => `BlockDeviceMappings.${name}`)),
      ...namesOf(furtherMetadata).map((name) => `MetadataOptions.${name}`),
      ...(furtherInterfaces.length === 0 ? [] : ["NetworkInterfaces[1]"]),
      ...(furtherDevices.length === 0 ? [] : ["BlockDeviceMappings[1]"]),
      ...furtherTags.map(({ ResourceType }) => `TagSpecifications[${ResourceType}]`),
    ].sort(),
  };
}

function rootOf({ DeviceName, Ebs }: LaunchTemplateBlockDeviceMapping): NonNullable<TemplateData["root"]> {
  return {
    ...has("device", DeviceName),
    ...has("sizeGiB", Ebs?.VolumeSize),
    ...has("type", Ebs?.VolumeType as string | undefined),
    ...has("iops", Ebs?.Iops),
    ...has("encrypted", Ebs?.Encrypted),
    ...has("deleteOnTermination", Ebs?.DeleteOnTermination),
  };
}

function furtherOf(primary: LaunchTemplateInstanceNetworkInterfaceSpecification): object {
  const { DeviceIndex: _index, Groups, AssociatePublicIpAddress, DeleteOnTermination: _ends, ...others } = primary;
  return others;
}

function furtherOfRoot({ Ebs }: LaunchTemplateBlockDeviceMapping): object {
  const { VolumeSize, VolumeType: _type, Iops, Encrypted, DeleteOnTermination, ...others } = Ebs ?? {};
  return others;
}

/** What is there and says something: EC2 answers some members as empty lists. */
function namesOf(members: object): readonly string[] {
  return Object.entries(members).flatMap(([name, value]) =>
    value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [name],
  );
}

function has<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: Value });
}
