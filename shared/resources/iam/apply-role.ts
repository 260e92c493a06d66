import type { IamWriter } from "../../aws/iam-port.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import { all } from "../common/ownership.ts";
import { renderPolicy } from "../common/policy-document.ts";
import { changedTags } from "../common/tags.ts";
import { headOf, type RoleDesired, type RoleState, roleChanges } from "./role.ts";

/** Makes the role with its mark, or goes on with one of ours that an earlier attempt left half-made. */
export async function createRole(
  iam: IamWriter,
  desired: RoleDesired,
  isOurs: (tags: RoleState["tags"]) => boolean,
): Promise<void> {
  const { name, path, description, maxSessionSeconds, permissionsBoundary, tags } = desired;
  const trust = renderPolicy(desired.trust);
  const made = await iam.createRole({ name, path, trust, description, maxSessionSeconds, permissionsBoundary, tags });
  if (made === "exists") await checkOurs(iam, desired, isOurs);
  const changes = roleChanges(undefined, desired);
  const left = made === "exists" ? changes : changes.filter(({ path }) => /^(policy|attachment)\[/.test(path));
  await updateRole(iam, desired, left);
}

async function checkOurs(iam: IamWriter, desired: RoleDesired, isOurs: (tags: RoleState["tags"]) => boolean) {
  const existing = await iam.role(desired.name);
  if (existing !== undefined && existing.path === desired.path && isOurs(existing.tags)) return;
  throw new Failure({
    code: "NotOwned",
    // Not seen yet is no proof that it is another's.
    class: existing === undefined ? "retry" : "terminal",
    message: `role ${desired.name} exists and isn't marked as this fleet's`,
    hint: "Set `adopt: true` for the role, or give it another name in the file.",
  });
}

/** Writes what the changes name, and nothing else. */
export async function updateRole(iam: IamWriter, desired: RoleDesired, changes: readonly Change[]): Promise<void> {
  const role = desired.name;
  const heads = new Set(changes.map((change) => headOf(change.path)));
  const tags = changedTags(changes);
  // The mark first: what is then left half-done is recognised as ours.
  if (Object.keys(tags).length > 0) await iam.tagRole(role, tags);
  // The boundary before what it bounds: who may change bounded roles only could not put a policy first.
  if (heads.has("permissionsBoundary") && desired.permissionsBoundary !== undefined) {
    await iam.putPermissionsBoundary(role, desired.permissionsBoundary);
  }
  const work: Promise<void>[] = [];
  if (heads.has("trust")) work.push(iam.putTrust(role, renderPolicy(desired.trust)));
  if (heads.has("description") || heads.has("maxSessionSeconds")) {
    // Always both: a duration that isn't said becomes one hour.
    const { description, maxSessionSeconds } = desired;
    work.push(iam.updateRole(role, { description, maxSessionSeconds }));
  }
  for (const head of heads) {
    const [, what, name] = /^(policy|attachment)\[(.*)\]$/.exec(head) ?? [];
    if (name === undefined) continue;
    if (what === "policy") work.push(setPolicy(iam, desired, name));
    else work.push(desired.attachments.includes(name) ? iam.attachPolicy(role, name) : iam.detachPolicy(role, name));
  }
  await all(work);
}

function setPolicy(iam: IamWriter, desired: RoleDesired, name: string): Promise<void> {
  const document = desired.policies[name];
  return document === undefined
    ? iam.deleteInlinePolicy(desired.name, name)
    : iam.putInlinePolicy(desired.name, name, renderPolicy(document));
}

/** IAM deletes a bare role only. A profile that is neither below our path nor the role's own keeps it, and so the role. */
export async function deleteRole(iam: IamWriter, observed: RoleState, path: string): Promise<void> {
  const profiles = (await iam.profilesOf(observed.name)) ?? [];
  const foreign = profiles.find(({ name, path: at }) => at !== path && name !== observed.name);
  if (foreign !== undefined) {
    throw new Failure({
      code: "InUse",
      class: "retry",
      message: `role ${observed.name} is in the instance profile ${foreign.name}, which isn't this fleet's`,
      hint: `Take it out: aws iam remove-role-from-instance-profile --instance-profile-name ${foreign.name} --role-name ${observed.name}`,
    });
  }
  await all([
    ...profiles.map((profile) => iam.removeRoleFromProfile(profile.name, observed.name)),
    ...Object.keys(observed.policies).map((policy) => iam.deleteInlinePolicy(observed.name, policy)),
    ...observed.attachments.map((policy) => iam.detachPolicy(observed.name, policy)),
  ]);
  await iam.deleteRole(observed.name);
}
