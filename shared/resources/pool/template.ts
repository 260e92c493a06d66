import type { LaunchTemplateRecord, TemplateData, TemplateSettings } from "../../aws/pool-port.ts";
import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { Json } from "../../engine/json.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { ownershipOf } from "../common/ownership.ts";
import { type Tags, tagChanges } from "../common/tags.ts";
import { groupResource, kind, type TemplateDesired } from "./desired.ts";

/** The AMI that the file means today. */
export type Image = { readonly id: string; readonly rootDevice: string };

export type TemplateState = LaunchTemplateRecord & {
  readonly type: "template";
  /** Of the default version. */
  readonly data: TemplateData;
  /** Missing of one that the file doesn't ask for, and where it could not be looked up. */
  readonly image?: Image;
  readonly imageUnknown?: string;
};

const networkGroups = ["machine", "egress"] as const;

/** Everything that a version says. @throws Failure where a group isn't known yet */
export function settingsOf({ settings }: TemplateDesired, image: Image, outputs: OutputsByTarget): TemplateSettings {
  const groupIds = groupIdsOf(outputs);
  if (groupIds === undefined) {
    throw new Failure({
      code: "DependencyPending",
      class: "retry",
      message: "the machines' security groups aren't known yet",
    });
  }
  return { ...settings, imageId: image.id, groupIds, root: { ...settings.root, device: image.rootDevice } };
}

function groupIdsOf(outputs: OutputsByTarget): readonly string[] | undefined {
  const ids = networkGroups.flatMap((role) => outputs.get(`network/group/${role}`)?.["id"] ?? []);
  return ids.length === networkGroups.length ? ids.sort() : undefined;
}

export function diffTemplate(
  target: Target,
  observed: TemplateState | undefined,
  desired: TemplateDesired,
  marked: boolean,
  outputs: OutputsByTarget,
): readonly ActionDraft[] {
  const { imageUnknown: why } = observed ?? {};
  if (why !== undefined) throw new Failure({ code: "ImageUnknown", class: "unknown", message: why });
  const data = dataChanges(observed, desired, outputs);
  const tags = tagChanges(observed?.tags ?? {}, desired.tags);
  const needs = [
    ...networkGroups.map((role): Target => ({ kind: "network", name: `group/${role}` })),
    { kind: "iam", name: "profile/machine" },
  ];
  const { name } = desired;
  if (observed === undefined) {
    const changes = [{ path: "name", to: name }, ...data, ...tags];
    const reason = `launch template ${name} doesn't exist`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none", needs }];
  }
  const changes = [...data, ...tags];
  const ownership = ownershipOf(marked, desired.adopt);
  if (ownership === "ours" && changes.length === 0) return [];
  const verb = ownership === "ours" ? "update" : "adopt";
  const reason =
    verb === "adopt"
      ? `launch template ${name} (${observed.id}) exists and isn't marked as this fleet's`
      : `launch template ${name} differs in ${changes.map(({ path }) => path).join(", ")}${data.length === 0 ? "" : ": a new version, which what runs takes no notice of"}`;
  // What is launched next is made by it; what runs stays as it is.
  return [{ target, verb, changes, risk: "safe", reason, ownership, needs }];
}

/** A version is owned whole: user data or a key that somebody put in would be on every instance from now on. */
function dataChanges(
  observed: TemplateState | undefined,
  { settings }: TemplateDesired,
  outputs: OutputsByTarget,
): readonly Change[] {
  const had: Partial<TemplateData> = observed?.data ?? {};
  const image = observed?.image;
  const groups = groupIdsOf(outputs);
  const { root, metadata } = settings;
  return [
    ...(image === undefined ? [] : change("imageId", had.imageId, image.id)),
    ...change("instanceType", had.instanceType, settings.instanceType),
    ...change("profile", had.profileName, settings.profileName),
    ...(groups === undefined
      ? [{ path: "groups", knownAfterApply: "network/group/machine.id" }]
      : change("groups", had.groupIds, groups)),
    ...change("publicAddress", had.publicAddress, settings.publicAddress),
    ...change("metadata.tokens", had.metadata?.tokens, metadata.tokens),
    ...change("metadata.hopLimit", had.metadata?.hopLimit, metadata.hopLimit),
    ...change("metadata.endpoint", had.metadata?.endpoint, metadata.endpoint),
    ...(image === undefined ? [] : change("root.device", had.root?.device, image.rootDevice)),
    ...change("root.sizeGiB", had.root?.sizeGiB, root.sizeGiB),
    ...change("root.type", had.root?.type, root.type),
    ...(root.iops === undefined && had.root?.iops === undefined ? [] : change("root.iops", had.root?.iops, root.iops)),
    ...change("root.encrypted", had.root?.encrypted, root.encrypted),
    ...change("root.deleteOnTermination", had.root?.deleteOnTermination, root.deleteOnTermination),
    ...tagsOfParts("instanceTags", had.instanceTags ?? {}, settings.instanceTags),
    ...tagsOfParts("volumeTags", had.volumeTags ?? {}, settings.volumeTags),
    ...(had.others ?? []).map((name) => ({ path: `others[${name}]`, from: "set" })),
  ];
}

function tagsOfParts(part: string, had: Tags, wants: Tags): readonly Change[] {
  const keys = [...new Set([...Object.keys(wants), ...Object.keys(had)])];
  return keys.flatMap((key) => change(`${part}[${key}]`, had[key], wants[key]));
}

/** Of plain values and lists of them. */
export function change(path: string, from: Json | undefined, to: Json | undefined): readonly Change[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

/** Whether the action says anything but tags of the template itself. */
export function changesData(changes: readonly Change[]): boolean {
  return changes.some(({ path }) => !path.startsWith("tags["));
}

export function templateDeletion(target: Target, observed: TemplateState): ActionDraft {
  return {
    target,
    verb: "delete",
    changes: [{ path: "id", from: observed.id }],
    risk: "destructive",
    reason: `launch template ${observed.name} is this fleet's and the file doesn't ask for it`,
    ownership: "ours",
    needs: [{ kind, name: groupResource(observed.name) }],
  };
}
