import type { HostVolumeRecord, InstanceRecord } from "../../aws/host-port.ts";
import type { Tags } from "../common/tags.ts";
import { nameTag } from "../common/tags.ts";
import { dataDevice, dataVolumeTag } from "./desired.ts";

/** Names of a fleet's data volumes: the one in use, the one that is to take its place, and those that were replaced. */
export const dataVolumeName = "volume/data";
export const nextVolumeName = "volume/data-next";
export const keptVolumeName = "volume/data-before";

/** On a volume that was made of a snapshot: which one, and the volume whose place it takes (`none`: there was none). */
export const sourceTag = "fleetkeeper:from-snapshot";
export const replacesTag = "fleetkeeper:replaces";

/**
 * On the host, how far a swap has come, with the snapshot: `begun snap-1` (a run changes nothing of the host any more),
 * `emptied snap-1` (GitLab's container is gone, so that no boot starts it on other data), `done snap-1`.
 */
export const swapTag = "fleetkeeper:volume-swap";

/** The snapshot of a swap that isn't finished. */
export function swapUnderWay(tags: Tags): string | undefined {
  return /^(?:begun|emptied) (\S+)$/.exec(tags[swapTag] ?? "")?.[1];
}

export interface SwapSeen {
  /** The fleet's host, where it has one that hasn't ended. */
  readonly instance: InstanceRecord | undefined;
  /** The fleet's volumes by all three names, but those that are being deleted. */
  readonly volumes: readonly HostVolumeRecord[];
}

/** A data volume's place is given to one that is made of a snapshot. */
export interface Swap {
  readonly snapshot: string;
  /** Id of the volume that goes; `none` where there isn't any. It is kept. */
  readonly replaces: string;
  /** Whether the volume was made already. */
  readonly begun: boolean;
}

/** What comes next. Each changes one thing, and is found undone or done by the next look. */
export type SwapStep =
  | { readonly step: "create" }
  | { readonly step: "wait"; readonly for: string }
  /** Marks the host: from here on it is finished, by whoever repeats the command. */
  | { readonly step: "begin"; readonly instance: string }
  /** GitLab's container goes. */
  | { readonly step: "empty"; readonly instance: string }
  | { readonly step: "stop" | "start" | "finish"; readonly instance: string }
  | { readonly step: "detach"; readonly volume: string; readonly instance: string }
  | { readonly step: "adopt"; readonly volume: string }
  | { readonly step: "keep"; readonly volume: string; readonly next: string }
  | { readonly step: "attach" | "remember"; readonly volume: string; readonly instance: string }
  | { readonly step: "failed"; readonly why: string }
  | { readonly step: "over"; readonly volume: string };

/** The swap to this snapshot that was begun and isn't over, else a new one. */
export function swapTo(snapshot: string, seen: SwapSeen): Swap {
  const { instance, volumes } = seen;
  const named = volumes.filter(({ tags }) => tags[nameTag] === dataVolumeName);
  const open = swapUnderWay(instance?.tags ?? {}) === snapshot || named.length > 1;
  const of = volumes.filter(({ tags }) => tags[sourceTag] === snapshot);
  // The volume in use may be of an earlier restore of the same snapshot: the newest is the one that no other replaces.
  const newest = of.filter(({ id }) => !of.some(({ tags }) => tags[replacesTag] === id));
  const made =
    of.find(({ tags }) => tags[nameTag] === nextVolumeName) ??
    (open ? newest.find(({ tags }) => tags[nameTag] === dataVolumeName) : undefined);
  if (made !== undefined) return { snapshot, replaces: made.tags[replacesTag] ?? "none", begun: true };
  const inUse = volumes.find((one) => isIn(one, instance)) ?? named[0];
  return { snapshot, replaces: inUse?.id ?? instance?.tags[dataVolumeTag] ?? "none", begun: false };
}

/** Whether this swap has ended: its volume has the place of the one that it was to replace. */
export function isSwapped({ snapshot, replaces }: Omit<Swap, "begun">, { instance, volumes }: SwapSeen): boolean {
  const next = volumes.find(({ tags }) => tags[sourceTag] === snapshot && tags[replacesTag] === replaces);
  const before = volumes.find(({ id }) => id === replaces);
  const settled = next?.tags[nameTag] === dataVolumeName && before?.tags[nameTag] !== dataVolumeName;
  return settled && swapUnderWay(instance?.tags ?? {}) === undefined;
}

/** Total and pure; made anew from what was seen, so whoever dies in between is gone on from. */
export function nextSwapStep({ snapshot, replaces }: Swap, seen: SwapSeen): SwapStep {
  const { instance, volumes } = seen;
  const next = volumes.find(({ tags }) => tags[sourceTag] === snapshot && tags[replacesTag] === replaces);
  const before = volumes.find(({ id }) => id === replaces);
  if (next === undefined) return { step: "create" };
  if (next.state === "creating") return { step: "wait", for: `volume ${next.id} is being made` };
  if (next.state === "error") return { step: "failed", why: `volume ${next.id} could not be made: delete it` };
  if (instance === undefined) return withoutHost(next, before);
  const { id, state } = instance;
  if (state === "pending" || state === "stopping" || state === "shutting-down")
    return { step: "wait", for: `host ${id} is ${state}` };
  if (isSwapped({ snapshot, replaces }, seen)) {
    return state === "stopped" && isIn(next, instance)
      ? { step: "start", instance: id }
      : { step: "over", volume: next.id };
  }
  if (swapUnderWay(instance.tags) !== snapshot) return { step: "begin", instance: id };
  if (instance.tags[swapTag] !== `emptied ${snapshot}`) {
    return state === "running" ? { step: "empty", instance: id } : { step: "start", instance: id };
  }
  return placed(next, before, seen.volumes, instance);
}

/** The host is emptied: it is stopped, the volumes change places, and only then their roles are sealed. */
function placed(
  next: HostVolumeRecord,
  before: HostVolumeRecord | undefined,
  volumes: readonly HostVolumeRecord[],
  instance: InstanceRecord,
): SwapStep {
  const { id } = instance;
  const other = volumes.find((one) => one.id !== next.id && isIn(one, instance));
  const inPlace = isIn(next, instance);
  if (instance.state === "running" && !inPlace) return { step: "stop", instance: id };
  if (other !== undefined) {
    return other.attachment?.state === "detaching"
      ? { step: "wait", for: `volume ${other.id} is being detached` }
      : { step: "detach", volume: other.id, instance: id };
  }
  // The new one first: two of the name are ambiguous and hold every run, none of it would be replaced by a blank one.
  if (next.tags[nameTag] !== dataVolumeName) return { step: "adopt", volume: next.id };
  if (before?.tags[nameTag] === dataVolumeName) return { step: "keep", volume: before.id, next: next.id };
  if (!inPlace) {
    return next.attachment === undefined
      ? { step: "attach", volume: next.id, instance: id }
      : { step: "failed", why: `volume ${next.id} is attached to ${next.attachment.instanceId}: detach it` };
  }
  if (next.attachment?.state !== "attached") return { step: "wait", for: `volume ${next.id} is being attached` };
  if (instance.tags[dataVolumeTag] !== next.id) return { step: "remember", volume: next.id, instance: id };
  return { step: "finish", instance: id };
}

/** No host: the next one is put on the volume that has the name. */
function withoutHost(next: HostVolumeRecord, before: HostVolumeRecord | undefined): SwapStep {
  if (before?.attachment !== undefined) return { step: "wait", for: `volume ${before.id} is still attached` };
  if (next.tags[nameTag] !== dataVolumeName) return { step: "adopt", volume: next.id };
  if (before?.tags[nameTag] === dataVolumeName) return { step: "keep", volume: before.id, next: next.id };
  return { step: "over", volume: next.id };
}

function isIn({ attachment }: HostVolumeRecord, instance: InstanceRecord | undefined): boolean {
  return instance !== undefined && attachment?.instanceId === instance.id && attachment.device === dataDevice;
}
