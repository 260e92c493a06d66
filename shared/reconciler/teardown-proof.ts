import type { MachinesReader } from "../aws/machines-port.ts";
import type { Readers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import { iamPath } from "../desired/names.ts";
import { fleetTag, kindTag, nameTag } from "../resources/common/tags.ts";
import { hostTokens, recordMark } from "../resources/host/desired.ts";
import { dataVolumeName, keptVolumeName, nextVolumeName } from "../resources/host/volume-swap.ts";
import type { Ledger } from "../resources/machines/ledger.ts";
import { parseMachineName } from "../resources/machines/machine-name.ts";

/** Something of a fleet's that is there. */
export interface Remnant {
  /** `volume`, `bucket`, `security-group` ... */
  readonly sort: string;
  readonly id: string;
  /** By what it was recognised: a tag, a path, a name. */
  readonly by: string;
  /** Why it is there on purpose; missing: it ought to be gone. */
  readonly retained?: string;
  /** How to remove it by hand. */
  readonly remove: string;
}

export interface TeardownProof {
  readonly remnants: readonly Remnant[];
  /** What was looked through, so that nothing found means something. */
  readonly listings: readonly string[];
}

export interface ProofPorts {
  readonly readers: Readers;
  readonly machines: MachinesReader;
  readonly ledger: Ledger;
}

/**
 * Everything of a fleet's that still is, by tag, path, profile, group, client token and key pair's name: asked anew, and of
 * AWS alone. A listing that fails throws: half a proof is none.
 */
export async function proveGone(ports: ProofPorts, fleet: Fleet): Promise<TeardownProof> {
  const found = await Promise.all([
    network(ports, fleet),
    pools(ports, fleet),
    roles(ports, fleet),
    instances(ports, fleet),
    storage(ports, fleet),
    addresses(ports, fleet),
    buckets(ports, fleet),
  ]);
  return {
    remnants: found.flat(),
    listings: [
      "instances and spot requests by tag, profile, group and client token",
      "volumes, snapshots, network interfaces, addresses and groups by tag",
      "launch templates and Auto Scaling groups by tag",
      "key pairs by the names that this fleet's managers gave",
      "roles and profiles by path",
      "the file's record and buckets by name",
    ],
  };
}

function tagged(fleet: Fleet): string {
  return `tag ${fleetTag}=${fleet.metadata.name}`;
}

async function network({ readers }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const groups = await readers.network.groupsTagged({ [fleetTag]: fleet.metadata.name });
  return groups.map(({ id }) => ({
    sort: "security-group",
    id,
    by: tagged(fleet),
    remove: `aws ec2 delete-security-group --group-id ${id}`,
  }));
}

async function pools({ readers: { pool } }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const mark = { [fleetTag]: fleet.metadata.name };
  const [groups, templates] = await Promise.all([pool.groupsTagged(mark), pool.templatesTagged(mark)]);
  return [
    ...groups.map(({ name }) => ({
      sort: "auto-scaling-group",
      id: name,
      by: tagged(fleet),
      remove: `aws autoscaling delete-auto-scaling-group --force-delete --auto-scaling-group-name ${name}`,
    })),
    ...templates.map(({ id }) => ({
      sort: "launch-template",
      id,
      by: tagged(fleet),
      remove: `aws ec2 delete-launch-template --launch-template-id ${id}`,
    })),
  ];
}

async function roles({ readers: { iam } }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const path = iamPath(fleet.metadata.name);
  const [names, profiles] = await Promise.all([iam.roleNamesBelow(path), iam.profileNamesBelow(path)]);
  return [
    ...names.map((id) => ({ sort: "role", id, by: `path ${path}`, remove: `aws iam delete-role --role-name ${id}` })),
    ...profiles.map((id) => ({
      sort: "instance-profile",
      id,
      by: `path ${path}`,
      remove: `aws iam delete-instance-profile --instance-profile-name ${id}`,
    })),
  ];
}

async function instances({ readers, machines, ledger }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const { name } = fleet.metadata;
  const [listed, requests, keyPairs, launched] = await Promise.all([
    machines.instances(),
    machines.spotRequests(),
    machines.keyPairs(),
    readers.host.instancesOfTokens(hostTokens(name)),
  ]);
  const { groupIds, templates } = ledger.identity;
  const path = `instance-profile${iamPath(name)}`;
  const why = (one: (typeof listed)[number] | (typeof requests)[number]): string | undefined => {
    if (one.tags[fleetTag] === name) return tagged(fleet);
    if (one.profileArn?.includes(`:${path}`) === true) return `profile ${one.profileArn}`;
    const group = one.groupIds.find((id) => groupIds.includes(id));
    return group === undefined ? undefined : `group ${group}`;
  };
  const tokens = launched.filter(({ state }) => state !== "terminated" && state !== "shutting-down");
  const remnants = new Map<string, Remnant>();
  for (const { id } of tokens) remnants.set(id, instance(id, "the client token of its launch"));
  for (const one of listed) {
    const by = why(one);
    if (by !== undefined) remnants.set(one.id, instance(one.id, by));
  }
  for (const one of requests) {
    const by = why(one);
    const remove = `aws ec2 cancel-spot-instance-requests --spot-instance-request-ids ${one.id}`;
    if (by !== undefined) remnants.set(one.id, { sort: "spot-request", id: one.id, by, remove });
  }
  for (const { name: id } of keyPairs) {
    const template = parseMachineName(id)?.template;
    if (template === undefined || !templates.includes(template)) continue;
    const remove = `aws ec2 delete-key-pair --key-name ${id}`;
    remnants.set(id, { sort: "key-pair", id, by: `name ${template}`, remove });
  }
  return [...remnants.values()];
}

function instance(id: string, by: string): Remnant {
  return { sort: "instance", id, by, remove: `aws ec2 terminate-instances --instance-ids ${id}` };
}

async function storage({ readers, machines }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const mark = { [fleetTag]: fleet.metadata.name };
  const [volumes, interfaces, snapshots] = await Promise.all([
    readers.host.volumesTagged(mark),
    machines.networkInterfaces(mark),
    readers.snapshots.tagged(mark),
  ]);
  const backups = fleet.spec.host?.backups?.deletionPolicy ?? "Retain";
  return [
    ...volumes
      .filter(({ state }) => state !== "deleting" && state !== "deleted")
      .map(({ id, tags, sizeGiB, type, zone }): Remnant => {
        const remove = `aws ec2 delete-volume --volume-id ${id}`;
        const remnant = { sort: "volume", id, by: tagged(fleet), remove };
        const name = tags[nameTag] ?? "";
        if (tags[kindTag] === "host" && (name === keptVolumeName || name === nextVolumeName)) {
          return { ...remnant, retained: `${name}, of a restore by a snapshot (${sizeGiB} GiB ${type} in ${zone})` };
        }
        if (tags[kindTag] !== "host" || name !== dataVolumeName) return remnant;
        const policy = fleet.spec.host?.dataVolume.deletionPolicy ?? "Retain";
        return { ...remnant, retained: `GitLab's data (${sizeGiB} GiB ${type} in ${zone}): ${retainedBy(policy)}` };
      }),
    ...snapshots.map(({ id, volumeId }) => ({
      sort: "snapshot",
      id,
      by: tagged(fleet),
      retained: `of ${volumeId}, with a backup: ${retainedBy(backups)}`,
      remove: `aws ec2 delete-snapshot --snapshot-id ${id}`,
    })),
    ...interfaces.map(({ id }) => ({
      sort: "network-interface",
      id,
      by: tagged(fleet),
      remove: `aws ec2 delete-network-interface --network-interface-id ${id}`,
    })),
  ];
}

function retainedBy(policy: string): string {
  return policy === "Delete" ? "--data wasn't given" : `its deletionPolicy is ${policy}`;
}

async function addresses({ readers }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const { name } = fleet.metadata;
  const dns = fleet.spec.host?.dns;
  const [owned, records = []] = await Promise.all([
    readers.host.addressesTagged({ [fleetTag]: name }),
    dns === undefined ? [] : readers.dns.recordsOf(dns.zoneId, dns.name.toLowerCase()),
  ]);
  return [
    ...owned.map(({ allocationId }) => ({
      sort: "address",
      id: allocationId,
      by: tagged(fleet),
      remove: `aws ec2 release-address --allocation-id ${allocationId}`,
    })),
    ...records
      .filter(({ mark }) => mark === recordMark(name))
      .map((record) => ({
        sort: "record",
        id: `${record.name} ${record.type}`,
        by: `set identifier ${recordMark(name)}`,
        remove: `aws route53 change-resource-record-sets --hosted-zone-id ${dns?.zoneId ?? ""} (DELETE ${record.name})`,
      })),
  ];
}

async function buckets({ readers: { bucket } }: ProofPorts, fleet: Fleet): Promise<readonly Remnant[]> {
  const { cache, host, accountId } = fleet.spec;
  const named = [
    { id: cache.bucket, policy: cache.deletionPolicy, what: "the runners' cache" },
    ...(host?.backups === undefined
      ? []
      : [{ id: host.backups.bucket, policy: host.backups.deletionPolicy, what: "GitLab's backups" }]),
  ];
  const found = await Promise.all(
    named.map(async ({ id, policy, what }): Promise<Remnant | undefined> => {
      if ((await bucket.head(id, accountId)) === undefined) return undefined;
      const tags = (await bucket.tags(id, accountId)) ?? {};
      if (tags[fleetTag] !== fleet.metadata.name) return undefined;
      const remove = `aws s3 rb --force s3://${id} (old versions first, where it has them)`;
      return { sort: "bucket", id, by: tagged(fleet), retained: `${what}: ${retainedBy(policy)}`, remove };
    }),
  );
  return found.filter((one) => one !== undefined);
}
