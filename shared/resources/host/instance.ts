import type { InstanceRecord, MetadataSettings } from "../../aws/host-port.ts";
import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { fieldChange } from "../common/field-change.ts";
import { type Tags, tagChanges } from "../common/tags.ts";
import { type InstanceDesired, kind } from "./desired.ts";
import { growth, impossible, type VolumeShape } from "./volume-settings.ts";

export type InstanceState = {
  readonly type: "instance";
  readonly id: string;
  readonly state: "pending" | "running" | "stopping" | "stopped";
  readonly imageId: string;
  /** What the file's public parameter names now, or the code of why that isn't known. */
  readonly newestImage?: { readonly id: string } | { readonly unknown: string };
  readonly instanceType: string;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp?: string;
  readonly publicIp?: string;
  /** EC2 lent it: it isn't an Elastic IP. */
  readonly lentIp: boolean;
  readonly groupIds: readonly string[];
  readonly profile?: { readonly arn: string; readonly id: string };
  readonly metadata: MetadataSettings;
  readonly terminationProtection: boolean;
  /** Epoch milliseconds. */
  readonly launchedAt: number;
  readonly tags: Tags;
  readonly root?: VolumeShape & { readonly id: string; readonly tags: Tags };
};

export function instanceState(
  record: InstanceRecord & { readonly state: InstanceState["state"] },
  more: Pick<InstanceState, "terminationProtection" | "newestImage" | "root">,
): InstanceState {
  const { clientToken: _token, rootDevice: _root, ...rest } = record;
  return { type: "instance", ...rest, ...more };
}

/** What an approval must not outlive: not the address that a start brings, not a newer image, not a start under way. */
export function instanceFingerprint(observed: InstanceState) {
  const { newestImage: _newest, publicIp: _ip, lentIp: _lent, launchedAt: _at, state, ...rest } = observed;
  return { ...rest, up: isUp(state) };
}

function isUp(state: InstanceState["state"]): boolean {
  return state === "pending" || state === "running";
}

/** What the host gets from other kinds; a missing one isn't known yet, and nothing is compared with it. */
export interface HostInputs {
  readonly profile: { readonly arn: string; readonly id: string } | undefined;
  readonly groupIds: readonly string[] | undefined;
}

export const instanceNeeds: readonly Target[] = [
  { kind: "iam", name: "role/host" },
  { kind: "iam", name: "profile/host" },
  { kind: "network", name: "group/host" },
  { kind: "network", name: "group/egress" },
];

export function hostInputs(outputs: OutputsByTarget): HostInputs {
  const profile = outputs.get("iam/profile/host");
  const { arn, id } = { arn: profile?.["arn"], id: profile?.["id"] };
  const groups = ["host", "egress"].map((role) => outputs.get(`network/group/${role}`)?.["id"]);
  return {
    profile: arn === undefined ? undefined : { arn, id: id ?? "" },
    groupIds: groups.every((group) => group !== undefined) ? [...groups].sort() : undefined,
  };
}

export function diffInstance(
  target: Target,
  observed: InstanceState | undefined,
  desired: InstanceDesired,
  inputs: HostInputs,
): readonly ActionDraft[] {
  if (observed === undefined) return [creation(target, desired, inputs)];
  const base = { target, ownership: "ours", needs: instanceNeeds } as const;
  const drafts: ActionDraft[] = [];
  const moves = observed.vpcId !== desired.vpcId;
  // What changes under a running host.
  const down = !isUp(observed.state);
  const retype = fieldChange("instanceType", observed.instanceType, desired.instanceType);
  const changes = [
    ...(down ? [{ path: "state", from: observed.state, to: "running" } as const, ...retype] : []),
    ...fieldChange("terminationProtection", observed.terminationProtection, desired.terminationProtection),
    ...fieldChange("metadata.tokens", observed.metadata.tokens, desired.metadata.tokens),
    ...fieldChange("metadata.hopLimit", observed.metadata.hopLimit, desired.metadata.hopLimit),
    ...fieldChange("metadata.endpoint", observed.metadata.endpoint, desired.metadata.endpoint),
    ...profileChange(observed, inputs),
    ...(moves ? [] : groupChange(observed, inputs)),
    ...tagChanges(observed.tags, desired.tags),
    ...rootChanges(observed, desired),
  ];
  if (changes.length > 0) {
    const reason = down
      ? `host ${observed.id} is ${observed.state}`
      : `host ${observed.id} differs in ${changes.map(({ path }) => path).join(", ")}`;
    drafts.push({ ...base, verb: "update", changes, risk: "safe", reason });
  }
  if (retype.length > 0 && !down) {
    const reason = `host ${observed.id} is a ${observed.instanceType}; it stops and starts to become a ${desired.instanceType}`;
    drafts.push({ ...base, verb: "update", changes: retype, risk: "disruptive", reason });
  }
  if (moves) {
    const changes = fieldChange("vpcId", observed.vpcId, desired.vpcId);
    const reason = `host ${observed.id} is in another VPC than the file's`;
    drafts.push({ ...base, verb: "update", changes, risk: "safe", reason, refused: otherVpc(observed, desired) });
  }
  // What only another instance can have.
  const replacing = moves ? [] : replacements(observed, desired);
  if (replacing.length > 0) {
    const reason = `host ${observed.id} must be replaced on its data volume: ${replacing.map(({ path }) => path).join(", ")} can't change`;
    drafts.push({ ...base, verb: "replace", changes: replacing, risk: "destructive", reason });
  }
  const refusal = observed.root === undefined ? undefined : shrinking(observed.root, desired);
  if (refusal !== undefined) {
    const reason = `the root volume of ${observed.id} differs in what can't change`;
    drafts.push({ ...base, verb: "update", changes: refusal.changes, risk: "safe", reason, refused: refusal.why });
  }
  return drafts;
}

function otherVpc({ vpcId }: InstanceState, desired: InstanceDesired): string {
  return `a host can't leave its VPC with its machines, groups and addresses: it is in ${vpcId} and the file says ${desired.vpcId}. Go back, or make a fleet of another name there and restore a backup into it`;
}

function creation(target: Target, desired: InstanceDesired, { groupIds }: HostInputs): ActionDraft {
  const later = (path: string, from: string): Change => ({ path, knownAfterApply: from });
  const changes: readonly Change[] = [
    "id" in desired.image
      ? { path: "imageId", to: desired.image.id }
      : { path: "imageId", to: `the AMI behind ${desired.image.ssm}` },
    { path: "instanceType", to: desired.instanceType },
    { path: "subnetId", to: desired.subnetId },
    { path: "profile", to: desired.profileName },
    groupIds === undefined ? later("groupIds", "network/group/host.id") : { path: "groupIds", to: groupIds },
    { path: "metadata.tokens", to: desired.metadata.tokens },
    { path: "metadata.hopLimit", to: desired.metadata.hopLimit },
    { path: "terminationProtection", to: desired.terminationProtection },
    { path: "publicAddress", to: desired.publicAddress },
    ...Object.entries(desired.root).map(([key, to]): Change => ({ path: `rootVolume.${key}`, to })),
    ...tagChanges({}, desired.tags),
  ];
  const reason = "the fleet has no host";
  return { target, verb: "create", changes, risk: "safe", reason, ownership: "none", needs: instanceNeeds };
}

function profileChange({ profile }: InstanceState, inputs: HostInputs): readonly Change[] {
  const wanted = inputs.profile;
  if (wanted === undefined || (profile?.arn === wanted.arn && profile.id === wanted.id)) return [];
  // One of the same name made anew: the instance holds on to the one that is gone.
  const same = profile?.arn === wanted.arn;
  const from = same ? { from: `${profile?.arn} (${profile?.id})` } : profile === undefined ? {} : { from: profile.arn };
  return [{ path: "profile", ...from, to: same ? `${wanted.arn} (${wanted.id})` : wanted.arn }];
}

function groupChange({ groupIds }: InstanceState, inputs: HostInputs): readonly Change[] {
  const wanted = inputs.groupIds;
  if (wanted === undefined || wanted.join() === groupIds.join()) return [];
  return [{ path: "groupIds", from: groupIds, to: wanted }];
}

function rootChanges({ root }: InstanceState, desired: InstanceDesired): readonly Change[] {
  if (root === undefined) return [];
  const tags = tagChanges(root.tags, desired.rootTags).map((change) => ({
    ...change,
    path: `rootVolume.${change.path}`,
  }));
  return [...growth(root, desired.root, "rootVolume."), ...tags];
}

function shrinking(root: VolumeShape, desired: InstanceDesired) {
  // Another encryption is another root volume, and so another instance: see below.
  return impossible(root, { ...desired.root, encrypted: root.encrypted }, "rootVolume.");
}

function replacements(observed: InstanceState, desired: InstanceDesired): readonly Change[] {
  const image = wantedImage(observed, desired);
  return [
    ...(image === undefined ? [] : fieldChange("imageId", observed.imageId, image)),
    ...fieldChange("subnetId", observed.subnetId, desired.subnetId),
    // Lent or not is decided at the launch; an Elastic IP takes a lent one's place.
    ...(desired.elasticAddress || observed.state !== "running" || hasElastic(observed)
      ? []
      : fieldChange("publicAddress", observed.lentIp, desired.publicAddress)),
    ...(observed.root === undefined
      ? []
      : fieldChange("rootVolume.encrypted", observed.root.encrypted, desired.root.encrypted)),
  ];
}

/** An Elastic IP that the file doesn't ask for goes first: see `address`. */
function hasElastic({ publicIp, lentIp }: InstanceState): boolean {
  return publicIp !== undefined && !lentIp;
}

/** A parameter is resolved when an instance is made; what it names later counts where the file says so. */
function wantedImage({ newestImage }: InstanceState, { image, amiUpdates }: InstanceDesired): string | undefined {
  if ("id" in image) return image.id;
  return amiUpdates === "Replace" && newestImage !== undefined && "id" in newestImage ? newestImage.id : undefined;
}

/** The instance is protected from deletion in every run; only `fleetkeeper destroy` ends it. */
export function instanceDeletion(target: Target, { id }: InstanceState): ActionDraft {
  return {
    target,
    verb: "delete",
    changes: [{ path: "id", from: id }],
    risk: "destructive",
    reason: `host ${id} is this fleet's and the file doesn't ask for it`,
    ownership: "ours",
    protected: true,
  };
}

export const instanceTarget: Target = { kind, name: "instance" };
