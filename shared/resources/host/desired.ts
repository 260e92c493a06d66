import type { MetadataSettings, VolumeSettings } from "../../aws/host-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { displayName } from "../../desired/names.ts";
import { type Tags, tagsOf } from "../common/tags.ts";

export const kind = "host";

/** Where the data volume is attached; on the host it is found by its id, not by this name. */
export const dataDevice = "/dev/sdf";

/** On the instance: which data volume it had, so that a volume which is gone isn't silently replaced by a blank one. */
export const dataVolumeTag = "fleetkeeper:data-volume";

export type InstanceDesired = {
  readonly type: "instance";
  readonly image: { readonly id: string } | { readonly ssm: string };
  readonly amiUpdates: "Report" | "Replace";
  readonly instanceType: string;
  readonly profileName: string;
  readonly subnetId: string;
  readonly vpcId: string;
  /** A public address lent by EC2. */
  readonly publicAddress: boolean;
  /** An Elastic IP: it takes the place of a lent one. */
  readonly elasticAddress: boolean;
  readonly terminationProtection: boolean;
  readonly metadata: MetadataSettings;
  readonly root: VolumeSettings;
  readonly tags: Tags;
  readonly rootTags: Tags;
};

export type VolumeDesired = {
  readonly type: "volume";
  readonly settings: VolumeSettings;
  readonly subnetId: string;
  readonly tags: Tags;
  readonly deletionPolicy: "Retain" | "Delete";
};

export type AddressDesired = {
  readonly type: "address";
  /** Missing: one is made. */
  readonly allocationId?: string;
  readonly tags: Tags;
};

export type RecordDesired = {
  readonly type: "record";
  readonly zoneId: string;
  readonly name: string;
  readonly ttlSeconds: number;
  /** Whose output the value is, as `resource` and `output`. */
  readonly from: "address.publicIp" | "instance.publicIp" | "instance.privateIp";
  readonly mark: string;
};

export type HostDesired = InstanceDesired | VolumeDesired | AddressDesired | RecordDesired;

/** Containers are one hop further away than the host itself. */
const metadata: MetadataSettings = { tokens: "required", hopLimit: 2, endpoint: "enabled" };

export function hostDesired(fleet: Fleet): ReadonlyMap<string, HostDesired> {
  const { host, network } = fleet.spec;
  const desired = new Map<string, HostDesired>();
  if (host === undefined) return desired;
  const { name } = fleet.metadata;
  desired.set("instance", {
    type: "instance",
    image: host.ami,
    amiUpdates: host.amiUpdates,
    instanceType: host.instanceType,
    profileName: fleet.spec.iam.hostRole.name,
    subnetId: network.hostSubnetId,
    vpcId: network.vpcId,
    publicAddress: host.publicAddress.type === "Dynamic",
    elasticAddress: host.publicAddress.type === "ElasticIp",
    terminationProtection: host.terminationProtection,
    metadata,
    root: settingsOf(host.rootVolume),
    tags: { Name: displayName(name, "host"), ...tagsOf(fleet, kind, "instance") },
    rootTags: { Name: displayName(name, "root"), ...tagsOf(fleet, kind, "volume/root") },
  });
  desired.set("volume/data", {
    type: "volume",
    settings: settingsOf(host.dataVolume),
    subnetId: network.hostSubnetId,
    tags: { Name: displayName(name, "data"), ...tagsOf(fleet, kind, "volume/data") },
    deletionPolicy: host.dataVolume.deletionPolicy,
  });
  if (host.publicAddress.type === "ElasticIp") {
    const { allocationId } = host.publicAddress;
    desired.set("address", {
      type: "address",
      ...(allocationId === undefined ? {} : { allocationId }),
      tags: { Name: displayName(name, "host"), ...tagsOf(fleet, kind, "address") },
    });
  }
  if (host.dns !== undefined) {
    const { zoneId, name: record, ttlSeconds } = host.dns;
    const from = {
      ElasticIp: "address.publicIp",
      Dynamic: "instance.publicIp",
      None: "instance.privateIp",
    } as const;
    desired.set(recordName(zoneId, record), {
      type: "record",
      zoneId,
      name: record.toLowerCase(),
      ttlSeconds,
      from: from[host.publicAddress.type],
      mark: recordMark(name),
    });
  }
  return desired;
}

function settingsOf(volume: VolumeSettings): VolumeSettings {
  const { sizeGiB, type, iops, throughputMiBps, encrypted, kmsKey } = volume;
  return {
    sizeGiB,
    type,
    encrypted,
    ...(iops === undefined ? {} : { iops }),
    ...(throughputMiBps === undefined ? {} : { throughputMiBps }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
  };
}

/** Zone and name are in the resource's name, so that a record which left the file can still be found. */
export function recordName(zoneId: string, name: string): string {
  return `dns/${zoneId}/${name.toLowerCase()}`;
}

export function recordOfName(name: string): { readonly zoneId: string; readonly name: string } | undefined {
  const [, zoneId, record] = /^dns\/([^/]+)\/(.+)$/.exec(name) ?? [];
  return zoneId === undefined || record === undefined ? undefined : { zoneId, name: record };
}

export function recordMark(fleet: string): string {
  return `fleetkeeper:${fleet}`;
}

/** How many hosts in a row can end within the time that EC2 remembers a client token. */
const generations = 32;

/**
 * Client tokens of the fleet's hosts, one generation after the other: the next is used once EC2 says that the one before
 * made an instance that has ended. They follow from the name alone, so that a run whose predecessor died finds what that made.
 */
export function hostTokens(fleet: string): readonly string[] {
  return Array.from({ length: generations }, (_, generation) => `fleetkeeper-${fleet}-host-${generation}`);
}

export function volumeTokens(fleet: string): readonly string[] {
  return Array.from({ length: generations }, (_, generation) => `fleetkeeper-${fleet}-data-${generation}`);
}
