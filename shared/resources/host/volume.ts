import type { HostVolumeRecord } from "../../aws/host-port.ts";
import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { type Tags, tagChanges } from "../common/tags.ts";
import { dataDevice, type VolumeDesired } from "./desired.ts";
import { instanceTarget } from "./instance.ts";
import { growth, impossible, shapeOf, type VolumeShape } from "./volume-settings.ts";

export type VolumeState =
  | {
      readonly type: "volume";
      readonly id: string;
      readonly zone: string;
      readonly state: string;
      readonly shape: VolumeShape;
      readonly attachment?: {
        readonly instanceId: string;
        readonly device: string;
        readonly state: string;
        readonly deleteOnTermination: boolean;
      };
      /** The instance it is attached to knows it by a tag of its own. */
      readonly remembered: boolean;
      readonly tags: Tags;
    }
  /** The host had a data volume of this id, and it isn't there any more. */
  | { readonly type: "lost-volume"; readonly id: string };

export type VolumeThere = Extract<VolumeState, { type: "volume" }>;

export function volumeState(record: HostVolumeRecord, remembered: boolean): VolumeThere {
  const { id, zone, state, attachment, tags } = record;
  return {
    type: "volume",
    id,
    zone,
    state,
    shape: shapeOf(record),
    ...(attachment === undefined ? {} : { attachment }),
    remembered,
    tags,
  };
}

export function volumeFingerprint(observed: VolumeState) {
  if (observed.type === "lost-volume") return observed;
  const { state: _state, attachment, ...rest } = observed;
  return { ...rest, attachedTo: attachment?.instanceId ?? null, goes: attachment?.deleteOnTermination ?? false };
}

export function diffVolume(
  target: Target,
  observed: VolumeState | undefined,
  desired: VolumeDesired,
  outputs: OutputsByTarget,
): readonly ActionDraft[] {
  if (observed?.type !== "volume") return [creation(target, observed, desired)];
  const base = { target, verb: "update", ownership: "ours" } as const;
  const drafts: ActionDraft[] = [];
  const refusal = impossible(observed.shape, desired.settings);
  if (refusal !== undefined) {
    const reason = `data volume ${observed.id} differs in what can't change`;
    drafts.push({ ...base, changes: refusal.changes, risk: "safe", reason, refused: refusal.why });
  }
  const changes = [
    ...growth(observed.shape, desired.settings),
    ...(observed.attachment?.deleteOnTermination === true
      ? [{ path: "deleteOnTermination", from: true, to: false } as const]
      : []),
    ...tagChanges(observed.tags, desired.tags),
  ];
  if (changes.length > 0) {
    const reason = `data volume ${observed.id} differs in ${changes.map(({ path }) => path).join(", ")}`;
    drafts.push({ ...base, changes, risk: "safe", reason });
  }
  return [...drafts, ...attaching(target, observed, outputs)];
}

function creation(target: Target, observed: VolumeState | undefined, desired: VolumeDesired): ActionDraft {
  const changes: readonly Change[] = [
    ...Object.entries(desired.settings).map(([path, to]): Change => ({ path, to })),
    ...tagChanges({}, desired.tags),
  ];
  const base = { target, verb: "create", changes, ownership: "none" } as const;
  if (observed === undefined) return { ...base, risk: "safe", reason: "the fleet has no data volume" };
  const reason = `data volume ${observed.id} is gone; a blank one starts a GitLab without data (fleetkeeper restore --snapshot goes back to a snapshot instead)`;
  return { ...base, risk: "destructive", reason };
}

function attaching(target: Target, observed: VolumeThere, outputs: OutputsByTarget): readonly ActionDraft[] {
  const host = outputs.get("host/instance")?.["id"];
  const { attachment } = observed;
  const needs = [instanceTarget];
  const base = { target, verb: "update", ownership: "ours", needs } as const;
  if (attachment === undefined) {
    const to = host === undefined ? { knownAfterApply: "host/instance.id" } : { to: host };
    const reason = `data volume ${observed.id} isn't attached to the host`;
    return [{ ...base, changes: [{ path: "attachedTo", ...to }], risk: "safe", reason }];
  }
  if (host !== undefined && attachment.instanceId !== host) {
    const reason = `data volume ${observed.id} is attached to ${attachment.instanceId}, which isn't the fleet's host`;
    const changes = [{ path: "attachedTo", from: attachment.instanceId, to: host }];
    return [{ ...base, changes, risk: "destructive", reason }];
  }
  if (host === undefined || observed.remembered) return [];
  const reason = `host ${host} doesn't carry the id of its data volume`;
  return [{ ...base, changes: [{ path: "remembered", from: false, to: true }], risk: "safe", reason }];
}

/** Data goes by `fleetkeeper destroy` alone. */
export function volumeDeletion(target: Target, { id }: VolumeState): ActionDraft {
  return {
    target,
    verb: "delete",
    changes: [{ path: "id", from: id }],
    risk: "destructive",
    reason: `data volume ${id} is this fleet's and the file doesn't ask for it`,
    ownership: "ours",
    protected: true,
  };
}

export function isDataVolume(volume: HostVolumeRecord, instanceId: string): boolean {
  return volume.attachment?.instanceId === instanceId && volume.attachment.device === dataDevice;
}
