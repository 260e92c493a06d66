import type { DnsReader } from "../../aws/dns-port.ts";
import type { HostReader, HostVolumeRecord, InstanceRecord } from "../../aws/host-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { Failure, failureWhile } from "../../engine/failure.ts";
import { absent, type Observation, type Operation, present, unknown } from "../../engine/observation.ts";
import { fleetTag, kindTag, nameTag } from "../common/tags.ts";
import { type AddressState, addressState } from "./address.ts";
import {
  type AddressDesired,
  dataVolumeTag,
  type HostDesired,
  hostTokens,
  type InstanceDesired,
  kind,
  recordMark,
  recordOfName,
} from "./desired.ts";
import { type InstanceState, instanceState } from "./instance.ts";
import { type RecordState, recordState } from "./record.ts";
import { isDataVolume, type VolumeState, volumeState } from "./volume.ts";
import { shapeOf } from "./volume-settings.ts";
import { dataVolumeName, swapUnderWay } from "./volume-swap.ts";

export type HostState = InstanceState | VolumeState | AddressState | RecordState;

type Seen = Observation<HostState>;

/** An instance of ours beside the one that is the host: `stale-instance/i-0a1b2c3d`. */
const stale = "stale-instance/";

/** How long a launch may go unlisted: EC2 is eventually consistent, mostly by seconds. */
const unlisted = 5 * 60_000;

export interface HostLook {
  readonly fleet: Fleet;
  readonly readers: { readonly host: HostReader; readonly dns: DnsReader };
  readonly desired: ReadonlyMap<string, HostDesired>;
  readonly inventory: readonly string[];
  readonly operations: ReadonlyMap<string, Operation>;
  readonly only: readonly string[] | undefined;
  readonly now: number;
}

/**
 * Instances are found by the client tokens of their launch, which nobody can change: one that lost its tags is still the
 * host, and no second one is made. The data volume is the one at its place on the host, else the one with our tags.
 */
export async function observeHost(look: HostLook): Promise<ReadonlyMap<string, Seen>> {
  const names = look.only ?? [...new Set([...look.desired.keys(), ...look.inventory])];
  const machine = names.filter((name) => !name.startsWith("dns/") && name !== "address");
  const parts = await Promise.all([
    machine.length === 0 ? new Map<string, Seen>() : seeMachine(look, machine),
    ...names
      .filter((name) => !machine.includes(name))
      .map(async (name) => new Map([[name, await (name === "address" ? seeAddress(look) : seeRecord(look, name))]])),
  ]);
  return new Map(parts.flatMap((part) => [...part]));
}

async function seeMachine(look: HostLook, names: readonly string[]): Promise<ReadonlyMap<string, Seen>> {
  const { host } = look.readers;
  try {
    const tokens = hostTokens(look.fleet.metadata.name);
    const [instances, newestImage] = await Promise.all([host.instancesOfTokens(tokens), newestImageOf(look)]);
    const order = [...instances].sort((a, b) => tokens.indexOf(a.clientToken) - tokens.indexOf(b.clientToken));
    const live = order.filter(isLive);
    const [record, ...others] = live;
    const [more, volumes] = await Promise.all([
      record === undefined ? undefined : host.terminationProtection(record.id),
      record === undefined ? [] : host.volumesOf(record.id),
    ]);
    const root = volumes.find(({ attachment }) => attachment?.device === record?.rootDevice);
    const state =
      record === undefined || more === undefined
        ? undefined
        : instanceState(record, {
            terminationProtection: more,
            ...(newestImage === undefined ? {} : { newestImage }),
            ...(root === undefined ? {} : { root: { id: root.id, tags: root.tags, ...shapeOf(root) } }),
          });
    const found = new Map<string, Seen>();
    found.set("instance", await instanceSeen(look, state, order, root));
    if (names.includes("volume/data")) found.set("volume/data", await seeDataVolume(look, record, volumes));
    const left = [
      ...new Set([...others.map(({ id }) => `${stale}${id}`), ...names.filter((n) => n.startsWith(stale))]),
    ];
    for (const name of left) {
      const other = others.find(({ id }) => name === `${stale}${id}`);
      found.set(name, other === undefined ? absent : present(instanceState(other, { terminationProtection: true })));
    }
    return new Map([...found].filter(([name]) => names.includes(name) || look.only === undefined));
  } catch (error) {
    const why = unknown(failureWhile("observing the host", error).message);
    return new Map(names.map((name) => [name, why]));
  }
}

type Live = InstanceRecord & { readonly state: InstanceState["state"] };

function isLive(record: InstanceRecord): record is Live {
  return record.state !== "terminated" && record.state !== "shutting-down";
}

async function instanceSeen(
  look: HostLook,
  state: InstanceState | undefined,
  records: readonly InstanceRecord[],
  root: HostVolumeRecord | undefined,
): Promise<Seen> {
  const operation = look.operations.get("instance");
  if (state !== undefined) {
    const waiting = await instanceWait(look, state, root);
    return waiting === undefined
      ? present(state)
      : { state: "present", value: state, operation: underWay(look, waiting, operation) };
  }
  const ending = records.find((record) => record.state === "shutting-down");
  if (ending !== undefined) {
    return { state: "absent", operation: underWay(look, { message: `host ${ending.id} is shutting down` }, operation) };
  }
  const launched = /^launch (i-\S+)$/.exec(operation?.token ?? "")?.[1];
  const recent = operation !== undefined && look.now - operation.startedAt < unlisted;
  // One that EC2 lists as ended is not lost: it is gone.
  if (launched !== undefined && recent && !records.some(({ id }) => id === launched)) {
    return unknown(`host ${launched} was launched and EC2 doesn't list it yet`);
  }
  return absent;
}

async function instanceWait(
  look: HostLook,
  { id, state, tags }: InstanceState,
  root: HostVolumeRecord | undefined,
): Promise<Wait | undefined> {
  const swap = swapOn(tags);
  if (swap !== undefined) return swap;
  if (state === "pending") return { message: `host ${id} is starting` };
  if (state === "stopping") return { message: `host ${id} is stopping` };
  const token = look.operations.get("instance")?.token;
  // EC2's listings may lag behind a start or a stop that was accepted.
  const modifies = token === "modify-root" && root !== undefined && (await look.readers.host.isModifying(root.id));
  return modifies ? { message: `the root volume of ${id} is being changed` } : undefined;
}

async function seeDataVolume(
  look: HostLook,
  record: Live | undefined,
  attached: readonly HostVolumeRecord[],
): Promise<Seen> {
  try {
    const remembered = record?.tags[dataVolumeTag];
    const inPlace = record === undefined ? undefined : attached.find((volume) => isDataVolume(volume, record.id));
    const found = inPlace ?? (await taggedVolume(look));
    const operation = look.operations.get("volume/data");
    if (found === undefined) {
      if (remembered === undefined) return absent;
      const lost = { type: "lost-volume", id: remembered } as const;
      const swap = swapOn(record?.tags ?? {});
      return swap === undefined
        ? present(lost)
        : { state: "present", value: lost, operation: underWay(look, swap, operation) };
    }
    const state = volumeState(found, remembered === found.id);
    const waiting = swapOn(record?.tags ?? {}) ?? (await volumeWait(look, found, operation));
    return waiting === undefined
      ? present(state)
      : { state: "present", value: state, operation: underWay(look, waiting, operation) };
  } catch (error) {
    return unknown(failureWhile("observing the data volume", error).message);
  }
}

async function taggedVolume(look: HostLook): Promise<HostVolumeRecord | undefined> {
  const tags = { [fleetTag]: look.fleet.metadata.name, [kindTag]: kind, [nameTag]: dataVolumeName };
  const volumes = (await look.readers.host.volumesTagged(tags)).filter(
    ({ state }) => state !== "deleting" && state !== "deleted",
  );
  if (volumes.length < 2) return volumes[0];
  throw new Failure({
    code: "AmbiguousVolume",
    class: "terminal",
    message: `${volumes.map(({ id }) => id).join(" and ")} all carry the data volume's tags`,
    hint: "Take the tag fleetkeeper:name off those that aren't GitLab's data.",
  });
}

async function volumeWait(
  look: HostLook,
  { id, state, attachment }: HostVolumeRecord,
  operation: Operation | undefined,
): Promise<Wait | undefined> {
  if (state === "creating") return { message: `data volume ${id} is being made` };
  if (attachment !== undefined && attachment.state !== "attached")
    return { message: `data volume ${id} is ${attachment.state}` };
  const modifies = operation?.token === "modify" && (await look.readers.host.isModifying(id));
  return modifies ? { message: `data volume ${id} is being changed` } : undefined;
}

/** What is waited for, and for how many milliseconds it isn't looked at again. */
interface Wait {
  readonly message: string;
  readonly wait?: number;
}

/** A person's restore, which runs leave alone until it is finished. It goes on by the person, so it is looked at less often. */
function swapOn(tags: Readonly<Record<string, string>>): Wait | undefined {
  const snapshot = swapUnderWay(tags);
  if (snapshot === undefined) return undefined;
  const message = `a restore of ${snapshot} was begun and isn't finished: fleetkeeper restore --snapshot ${snapshot} goes on with it`;
  return { message, wait: 5 * 60_000 };
}

/** Seen in the thing itself, so it is known also where the run that began it died. */
function underWay(look: HostLook, { message, wait = 5_000 }: Wait, before: Operation | undefined) {
  const startedAt = before?.startedAt ?? look.now;
  const token = before?.token ?? "seen";
  const notBefore = look.now + wait;
  return { state: "underWay", operation: { token, startedAt, notBefore, message } } as const;
}

/** Informational, unless the file says Replace: a parameter that can't be read doesn't make the host unknown. */
async function newestImageOf(look: HostLook): Promise<InstanceState["newestImage"]> {
  const desired = look.desired.get("instance") as InstanceDesired | undefined;
  // The check right before an apply needs it only where it is part of what is compared.
  if (desired === undefined || !("ssm" in desired.image)) return undefined;
  if (look.only !== undefined && desired.amiUpdates === "Report") return undefined;
  try {
    return { id: await look.readers.host.imageBehind(desired.image.ssm) };
  } catch (error) {
    return { unknown: failureWhile("reading the parameter", error).code };
  }
}

async function seeAddress(look: HostLook): Promise<Seen> {
  const desired = look.desired.get("address") as AddressDesired | undefined;
  try {
    if (desired?.allocationId !== undefined) {
      const given = await look.readers.host.address(desired.allocationId);
      return given === undefined ? absent : present(addressState(given));
    }
    const tags = { [fleetTag]: look.fleet.metadata.name, [kindTag]: kind };
    const found = await look.readers.host.addressesTagged(tags);
    // A second one is what a run left that died between allocating and learning the id.
    const [first] = [...found].sort(
      (a, b) =>
        Number(b.instanceId !== undefined) - Number(a.instanceId !== undefined) ||
        a.allocationId.localeCompare(b.allocationId),
    );
    return first === undefined ? absent : present(addressState(first));
  } catch (error) {
    return unknown(failureWhile("observing the address", error).message);
  }
}

async function seeRecord(look: HostLook, resource: string): Promise<Seen> {
  const named = recordOfName(resource);
  if (named === undefined) return absent;
  try {
    const { zoneId, name } = named;
    const records = await look.readers.dns.recordsOf(zoneId, name);
    if (records === undefined) {
      // A zone that is gone has no record of ours; one that the file names must be there.
      return look.desired.has(resource)
        ? unknown(`there is no hosted zone ${zoneId}: correct spec.host.dns.zoneId`)
        : absent;
    }
    const state = recordState(zoneId, name, recordMark(look.fleet.metadata.name), records);
    return state === undefined ? absent : present(state);
  } catch (error) {
    return unknown(failureWhile("observing the record", error).message);
  }
}
