import type { ActionDraft, Change } from "../../engine/action.ts";
import { fieldChange } from "../common/field-change.ts";
import { ownershipOf } from "../common/ownership.ts";
import { policyChanges } from "../common/policy-diff.ts";
import type { Policy, PolicyDocument } from "../common/policy-document.ts";
import { type Tags, tagChanges } from "../common/tags.ts";

/** A role as the file asks for it. What is missing here (a boundary that no file names) is neither compared nor written. */
export type RoleDesired = {
  readonly type: "role";
  readonly name: string;
  readonly path: string;
  readonly trust: PolicyDocument;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly permissionsBoundary?: string;
  /** Inline policies by name: all of them. */
  readonly policies: { readonly [name: string]: PolicyDocument };
  /** ARNs of attached policies: all of them. */
  readonly attachments: readonly string[];
  readonly tags: Tags;
  readonly adopt: boolean;
};

export type RoleState = {
  readonly type: "role";
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly trust: Policy;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly permissionsBoundary?: string;
  readonly policies: { readonly [name: string]: Policy };
  readonly attachments: readonly string[];
  readonly tags: Tags;
  /** Instances that live by it, through any profile; only looked for where it left the file. */
  readonly usedBy?: readonly string[];
};

/** The one comparison: what it doesn't name, apply doesn't write. */
export function roleChanges(observed: RoleState | undefined, desired: RoleDesired): readonly Change[] {
  const { permissionsBoundary: boundary } = desired;
  return [
    ...fieldChange("path", observed?.path, desired.path),
    ...policyChanges("trust", observed?.trust, desired.trust),
    ...fieldChange("description", observed?.description, desired.description),
    ...fieldChange("maxSessionSeconds", observed?.maxSessionSeconds, desired.maxSessionSeconds),
    ...(boundary === undefined ? [] : fieldChange("permissionsBoundary", observed?.permissionsBoundary, boundary)),
    ...setOfPolicies(observed?.policies ?? {}, desired.policies),
    ...setOfAttachments(observed?.attachments ?? [], desired.attachments),
    ...tagChanges(observed?.tags ?? {}, desired.tags),
  ];
}

export function diffRole(
  target: ActionDraft["target"],
  observed: RoleState | undefined,
  desired: RoleDesired,
  marked: boolean,
): readonly ActionDraft[] {
  const changes = roleChanges(observed, desired);
  if (observed === undefined) {
    const reason = `role ${desired.name} doesn't exist`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none" }];
  }
  const ownership = ownershipOf(marked, desired.adopt);
  if (changes.length === 0 && ownership === "ours") return [];
  if (changes.some((change) => change.path === "path")) {
    const reason = `role ${desired.name} has the path ${observed.path}, and a path can't be changed`;
    return [{ target, verb: "replace", changes, risk: "destructive", reason, ownership }];
  }
  const verb = ownership === "ours" ? "update" : "adopt";
  return [{ target, verb, changes, risk: "safe", reason: reasonOf(desired, changes, verb), ownership }];
}

function reasonOf(desired: RoleDesired, changes: readonly Change[], verb: "update" | "adopt"): string {
  if (verb === "adopt") return `role ${desired.name} exists and isn't marked as this fleet's`;
  const extra = changes.find((change) => change.to === undefined)?.path;
  if (extra !== undefined) return `role ${desired.name} has ${extra}, which the file doesn't give it`;
  return `role ${desired.name} differs in ${[...new Set(changes.map((change) => headOf(change.path)))].join(", ")}`;
}

/** `policy[machines]` of `policy[machines].statement[RunInstances].resource`. */
export function headOf(path: string): string {
  return /^[A-Za-z]+(\[[^\]]*\])?/.exec(path)?.[0] ?? path;
}

function setOfPolicies(
  observed: { readonly [name: string]: Policy },
  desired: { readonly [name: string]: PolicyDocument },
): readonly Change[] {
  const names = [...new Set([...Object.keys(desired), ...Object.keys(observed)])];
  return names.flatMap((name) => policyChanges(`policy[${name}]`, observed[name], desired[name]));
}

function setOfAttachments(observed: readonly string[], desired: readonly string[]): readonly Change[] {
  return [
    ...desired.filter((arn) => !observed.includes(arn)).map((arn) => ({ path: `attachment[${arn}]`, to: arn })),
    ...observed.filter((arn) => !desired.includes(arn)).map((arn) => ({ path: `attachment[${arn}]`, from: arn })),
  ];
}
