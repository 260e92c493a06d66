import type { ActionDraft, Change } from "../../engine/action.ts";
import { fieldChange } from "../common/field-change.ts";
import { ownershipOf } from "../common/ownership.ts";
import { type Tags, tagChanges } from "../common/tags.ts";

export type ProfileDesired = {
  readonly type: "profile";
  readonly name: string;
  readonly path: string;
  /** Name of the one role that it holds. */
  readonly role: string;
  /** Which of this kind's resources that role is. */
  readonly roleResource: string;
  readonly tags: Tags;
  readonly adopt: boolean;
};

export type ProfileState = {
  readonly type: "profile";
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly roles: readonly string[];
  readonly tags: Tags;
  /** Instances that live by it; only looked for where it left the file. */
  readonly usedBy?: readonly string[];
};

export function profileChanges(observed: ProfileState | undefined, desired: ProfileDesired): readonly Change[] {
  const roles = observed?.roles ?? [];
  const from = roles[0];
  return [
    ...fieldChange("path", observed?.path, desired.path),
    ...(roles.length === 1 && from === desired.role
      ? []
      : [{ path: "role", ...(from === undefined ? {} : { from }), to: desired.role }]),
    ...tagChanges(observed?.tags ?? {}, desired.tags),
  ];
}

export function diffProfile(
  target: ActionDraft["target"],
  observed: ProfileState | undefined,
  desired: ProfileDesired,
  marked: boolean,
): readonly ActionDraft[] {
  const changes = profileChanges(observed, desired);
  const needs = [{ kind: target.kind, name: desired.roleResource }];
  if (observed === undefined) {
    const reason = `instance profile ${desired.name} doesn't exist`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none", needs }];
  }
  const ownership = ownershipOf(marked, desired.adopt);
  if (changes.length === 0 && ownership === "ours") return [];
  if (changes.some((change) => change.path === "path")) {
    const reason = `instance profile ${desired.name} has the path ${observed.path}, and a path can't be changed`;
    return [{ target, verb: "replace", changes, risk: "destructive", reason, ownership, needs }];
  }
  const verb = ownership === "ours" ? "update" : "adopt";
  const reason =
    verb === "adopt"
      ? `instance profile ${desired.name} exists and isn't marked as this fleet's`
      : `instance profile ${desired.name} differs in ${changes.map((change) => change.path).join(", ")}`;
  return [{ target, verb, changes, risk: "safe", reason, ownership, needs }];
}
