import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ActionDraft } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { ApplyContext, ApplyResult, DiffContext, Health, Kind, Outputs } from "../../engine/kind.ts";
import { changedTags } from "../common/tags.ts";
import { addressDeletion, diffAddress } from "./address.ts";
import { createInstance, endHost, endInstance, updateInstance } from "./apply-instance.ts";
import { createVolume, endVolume, updateVolume } from "./apply-volume.ts";
import { type AddressDesired, type HostDesired, hostDesired, kind, type RecordDesired } from "./desired.ts";
import { diffInstance, hostInputs, type InstanceState, instanceDeletion, instanceFingerprint } from "./instance.ts";
import { type HostState, observeHost } from "./observe.ts";
import { diffRecord, recordDeletion, recordValue } from "./record.ts";
import { hostTeardown } from "./teardown.ts";
import { diffVolume, volumeDeletion, volumeFingerprint } from "./volume.ts";
import { swapUnderWay } from "./volume-swap.ts";

type HostReaders = Pick<Readers, "host" | "dns">;
type HostWriters = Pick<Writers, "host" | "dns">;

type Context = ApplyContext<Fleet, HostDesired, HostState, HostWriters>;

/** The instance that GitLab runs on, its data volume, its address and its record: docs/kinds.md says what is compared. */
export const hostKind: Kind<Fleet, HostReaders, HostWriters, HostDesired, HostState> = {
  kind,
  after: ["iam", "network"],
  desired: hostDesired,
  observe: ({ fleet, readers, inventory, operations, only, now }) =>
    observeHost({ fleet, readers, desired: hostDesired(fleet), inventory, operations, only, now }),
  diff,
  apply,
  outputs,
  fingerprinted(_name, observed) {
    switch (observed.type) {
      case "instance":
        return instanceFingerprint(observed);
      case "volume":
      case "lost-volume":
        return volumeFingerprint(observed);
      case "address":
      case "record":
        return observed;
    }
  },
  health: (_name, observed) => health(observed),
  teardown: hostTeardown,
};

function diff({
  name,
  desired,
  observed,
  outputs,
}: DiffContext<Fleet, HostDesired, HostState>): readonly ActionDraft[] {
  const target = { kind, name };
  if (desired === undefined) return observed === undefined ? [] : leftover(target, observed);
  switch (desired.type) {
    case "instance":
      return diffInstance(target, of("instance", observed), desired, hostInputs(outputs));
    case "volume":
      return diffVolume(target, of("volume", observed) ?? of("lost-volume", observed), desired, outputs);
    case "address":
      return diffAddress(target, of("address", observed), desired, outputs);
    case "record":
      return diffRecord(target, of("record", observed), desired, outputs);
  }
}

function leftover(target: ActionDraft["target"], observed: HostState): readonly ActionDraft[] {
  switch (observed.type) {
    case "instance":
      return [instanceDeletion(target, observed)];
    case "volume":
      return [volumeDeletion(target, observed)];
    case "lost-volume":
      return [];
    case "address":
      return [addressDeletion(target, observed)];
    case "record":
      return recordDeletion(target, observed);
  }
}

function of<Type extends HostState["type"]>(
  type: Type,
  observed: HostState | undefined,
): Extract<HostState, { type: Type }> | undefined {
  return observed?.type === type ? (observed as Extract<HostState, { type: Type }>) : undefined;
}

async function apply(context: Context): Promise<ApplyResult> {
  const { fleet, action, desired, observed, outputs, writers, now } = context;
  const { host } = writers;
  const fleetName = fleet.metadata.name;
  if (action.verb === "delete") return remove(context);
  switch (desired?.type) {
    case undefined:
      return { state: "done" };
    case "instance": {
      const instance = of("instance", observed);
      if (instance === undefined) return createInstance(host, fleetName, desired, outputs, now);
      if (action.verb === "replace") return endInstance(host, instance, outputs, now);
      return updateInstance(host, desired, instance, action.changes, outputs, now);
    }
    case "volume": {
      const volume = of("volume", observed);
      if (volume === undefined) return createVolume(host, fleetName, desired, now);
      return updateVolume(host, desired, volume, action.changes, outputs, now);
    }
    case "address":
      return putAddress(context, desired);
    case "record":
      return putRecord(context, desired);
  }
}

async function putAddress(
  { action, observed, outputs, writers: { host } }: Context,
  desired: AddressDesired,
): Promise<ApplyResult> {
  const address = of("address", observed) ?? (await host.allocateAddress(desired.tags));
  const { allocationId, publicIp } = address;
  const tags = changedTags(action.changes);
  if (observed !== undefined && Object.keys(tags).length > 0) await host.tag(allocationId, tags);
  if (action.changes.some(({ path }) => path === "instanceId")) {
    const instance = outputs.get("host/instance")?.["id"];
    if (instance === undefined) throw unknownYet("the host");
    await host.associateAddress(allocationId, instance);
  }
  return { state: "done", outputs: { allocationId, publicIp } };
}

async function putRecord({ outputs, writers }: Context, desired: RecordDesired): Promise<ApplyResult> {
  const value = recordValue(desired, outputs);
  if (value === undefined) throw unknownYet("the host's address");
  const { zoneId, name, ttlSeconds, mark } = desired;
  await writers.dns.putRecord(zoneId, { name, ttlSeconds, mark, values: [value] });
  return { state: "done" };
}

async function remove({ observed, outputs, writers, now }: Context): Promise<ApplyResult> {
  if (observed?.type === "instance") return endHost(writers.host, observed, outputs, now);
  if (observed?.type === "volume") return endVolume(writers.host, observed, now);
  if (observed?.type === "address") await writers.host.releaseAddress(observed.allocationId);
  if (observed?.type === "record" && observed.record !== undefined) {
    await writers.dns.removeRecord(observed.zoneId, { name: observed.name, ...observed.record });
  }
  return { state: "done" };
}

function unknownYet(what: string): Failure {
  return new Failure({ code: "DependencyPending", class: "retry", message: `${what} isn't known yet` });
}

/** Instants as decimal epoch milliseconds. */
function outputs(_name: string, observed: HostState): Outputs {
  switch (observed.type) {
    case "instance":
      return {
        id: observed.id,
        state: observed.state,
        zone: observed.zone,
        launchedAt: String(observed.launchedAt),
        ...(observed.privateIp === undefined ? {} : { privateIp: observed.privateIp }),
        ...(observed.publicIp === undefined ? {} : { publicIp: observed.publicIp }),
      };
    case "volume":
      return {
        id: observed.id,
        zone: observed.zone,
        sizeGiB: String(observed.shape.sizeGiB),
        encrypted: String(observed.shape.encrypted),
        keptOnTermination: String(observed.attachment?.deleteOnTermination !== true),
        ...(observed.attachment?.state === "attached" ? { attachedTo: observed.attachment.instanceId } : {}),
      };
    case "address":
      return { allocationId: observed.allocationId, publicIp: observed.publicIp };
    case "lost-volume":
    case "record":
      return {};
  }
}

function health(observed: HostState): Health {
  switch (observed.type) {
    case "instance":
      return instanceHealth(observed);
    case "volume":
      return observed.attachment?.state === "attached"
        ? { status: "Healthy" }
        : { status: "Progressing", message: `${observed.id} isn't attached` };
    case "lost-volume":
      return { status: "Degraded", message: `${observed.id} is gone` };
    case "address":
      return { status: "Healthy", message: observed.publicIp };
    case "record":
      return { status: "Healthy" };
  }
}

function instanceHealth({ id, state, imageId, newestImage, tags }: InstanceState): Health {
  const snapshot = swapUnderWay(tags);
  if (snapshot !== undefined) {
    return { status: "Degraded", message: `${id}: a restore of ${snapshot} was begun and isn't finished` };
  }
  if (state === "stopped" || state === "stopping") return { status: "Degraded", message: `${id} is ${state}` };
  if (state === "pending") return { status: "Progressing", message: `${id} is starting` };
  if (newestImage === undefined) return { status: "Healthy" };
  if ("unknown" in newestImage) {
    return { status: "Healthy", message: `whether there is a newer AMI isn't known (${newestImage.unknown})` };
  }
  if (newestImage.id === imageId) return { status: "Healthy" };
  return { status: "Healthy", message: `runs ${imageId}; the AMI behind the parameter is now ${newestImage.id}` };
}
