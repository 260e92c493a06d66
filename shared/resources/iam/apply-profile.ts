import type { IamWriter } from "../../aws/iam-port.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import { changedTags } from "../common/tags.ts";
import type { ProfileDesired, ProfileState } from "./profile.ts";

export async function createProfile(
  iam: IamWriter,
  desired: ProfileDesired,
  isOurs: (tags: ProfileState["tags"]) => boolean,
): Promise<void> {
  const { name, path, role } = desired;
  const made = await iam.createProfile({ name, path, tags: desired.tags });
  if (made === "created") return iam.addRoleToProfile(name, role);
  const existing = await iam.profile(name);
  if (existing === undefined || existing.path !== path || !isOurs(existing.tags)) {
    throw notOwned(name, existing !== undefined);
  }
  await setRole(iam, name, existing.roles, role);
}

/** Writes what the changes name, and nothing else. */
export async function updateProfile(
  iam: IamWriter,
  desired: ProfileDesired,
  observed: ProfileState,
  changes: readonly Change[],
): Promise<void> {
  const tags = changedTags(changes);
  if (Object.keys(tags).length > 0) await iam.tagProfile(desired.name, tags);
  if (changes.some((change) => change.path === "role")) {
    await setRole(iam, desired.name, observed.roles, desired.role);
  }
}

export async function deleteProfile(iam: IamWriter, observed: ProfileState): Promise<void> {
  for (const role of observed.roles) await iam.removeRoleFromProfile(observed.name, role);
  await iam.deleteProfile(observed.name);
}

/** A profile holds one role at most, so the wrong one goes first. */
async function setRole(iam: IamWriter, profile: string, roles: readonly string[], wanted: string): Promise<void> {
  for (const role of roles) if (role !== wanted) await iam.removeRoleFromProfile(profile, role);
  if (!roles.includes(wanted)) await iam.addRoleToProfile(profile, wanted);
}

function notOwned(name: string, seen: boolean): Failure {
  return new Failure({
    code: "NotOwned",
    // Not seen yet is no proof that it is another's.
    class: seen ? "terminal" : "retry",
    message: `instance profile ${name} exists and isn't marked as this fleet's`,
    hint: "Set `adopt: true` for its role, or give the role another name in the file.",
  });
}
