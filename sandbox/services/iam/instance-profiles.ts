import type {
  AddRoleToInstanceProfileCommandInput,
  CreateInstanceProfileCommandInput,
  CreateInstanceProfileCommandOutput,
  DeleteInstanceProfileCommandInput,
  GetInstanceProfileCommandInput,
  GetInstanceProfileCommandOutput,
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesCommandOutput,
  ListInstanceProfilesForRoleCommandInput,
  ListInstanceProfilesForRoleCommandOutput,
  ListInstanceProfileTagsCommandInput,
  ListInstanceProfileTagsCommandOutput,
  RemoveRoleFromInstanceProfileCommandInput,
  TagInstanceProfileCommandInput,
  UntagInstanceProfileCommandInput,
} from "@aws-sdk/client-iam";
import type { Answer, IamContext } from "./context.ts";
import { iamError, required } from "./errors.ts";
import { profileAnswer, profileNamed, putProfile, roleNamed } from "./lookup.ts";
import { checkedName, checkedPath, checkedPathPrefix } from "./names.ts";
import { page } from "./pages.ts";
import { type InstanceProfileRecord, nameKey } from "./state.ts";
import { mergedTags, withoutTags } from "./tag-list.ts";

const MAX_PROFILES = 1000;

export function CreateInstanceProfile(
  input: CreateInstanceProfileCommandInput,
  context: IamContext,
): Answer<CreateInstanceProfileCommandOutput> {
  const profileName = checkedName(input.InstanceProfileName, "instanceProfileName", 128);
  const profile: InstanceProfileRecord = {
    profileName,
    profileId: `AIPA${context.random.base32(17)}`,
    path: checkedPath(input.Path),
    createdAt: context.clock.now(),
    tags: mergedTags([], input.Tags, "TagsPerInstanceProfile"),
  };
  const { instanceProfiles } = context.state;
  if (instanceProfiles[nameKey(profileName)] !== undefined) {
    throw iamError("EntityAlreadyExists", `Instance Profile ${profileName} already exists.`);
  }
  if (Object.keys(instanceProfiles).length >= MAX_PROFILES) {
    throw iamError("LimitExceeded", `Cannot exceed quota for InstanceProfilesPerAccount: ${MAX_PROFILES}`);
  }
  putProfile(context, profile);
  return { InstanceProfile: profileAnswer(profile, context, true) };
}

export function GetInstanceProfile(
  input: GetInstanceProfileCommandInput,
  context: IamContext,
): Answer<GetInstanceProfileCommandOutput> {
  return { InstanceProfile: profileAnswer(profileNamed(input.InstanceProfileName, context), context, true) };
}

export function DeleteInstanceProfile(input: DeleteInstanceProfileCommandInput, context: IamContext): object {
  const { profileName, roleName } = profileNamed(input.InstanceProfileName, context);
  if (roleName !== undefined) {
    throw iamError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
  }
  delete context.state.instanceProfiles[nameKey(profileName)];
  return {};
}

export function ListInstanceProfiles(
  input: ListInstanceProfilesCommandInput,
  context: IamContext,
): Answer<ListInstanceProfilesCommandOutput> {
  const prefix = checkedPathPrefix(input.PathPrefix);
  const profiles = Object.values(context.state.instanceProfiles).filter(({ path }) => path.startsWith(prefix));
  return pageOfProfiles(profiles, input, context);
}

export function ListInstanceProfilesForRole(
  input: ListInstanceProfilesForRoleCommandInput,
  context: IamContext,
): Answer<ListInstanceProfilesForRoleCommandOutput> {
  const role = roleNamed(input.RoleName, context);
  const profiles = Object.values(context.state.instanceProfiles).filter(({ roleName }) => roleName === role.roleName);
  return pageOfProfiles(profiles, input, context);
}

/** A profile holds one role. */
export function AddRoleToInstanceProfile(input: AddRoleToInstanceProfileCommandInput, context: IamContext): object {
  const profile = profileNamed(input.InstanceProfileName, context);
  const role = roleNamed(input.RoleName, context);
  if (profile.roleName !== undefined) {
    throw iamError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
  }
  putProfile(context, { ...profile, roleName: role.roleName, roleSince: context.clock.now() });
  return {};
}

export function RemoveRoleFromInstanceProfile(
  input: RemoveRoleFromInstanceProfileCommandInput,
  context: IamContext,
): object {
  const { roleName, roleSince: _since, ...profile } = profileNamed(input.InstanceProfileName, context);
  const role = roleNamed(input.RoleName, context);
  if (roleName !== role.roleName) {
    throw iamError("NoSuchEntity", `The role with name ${role.roleName} cannot be found.`);
  }
  putProfile(context, profile);
  return {};
}

export function TagInstanceProfile(input: TagInstanceProfileCommandInput, context: IamContext): object {
  const profile = profileNamed(input.InstanceProfileName, context);
  const tags = mergedTags(profile.tags, required(input.Tags, "tags"), "TagsPerInstanceProfile");
  putProfile(context, { ...profile, tags });
  return {};
}

export function UntagInstanceProfile(input: UntagInstanceProfileCommandInput, context: IamContext): object {
  const profile = profileNamed(input.InstanceProfileName, context);
  putProfile(context, { ...profile, tags: withoutTags(profile.tags, input.TagKeys) });
  return {};
}

export function ListInstanceProfileTags(
  input: ListInstanceProfileTagsCommandInput,
  context: IamContext,
): Answer<ListInstanceProfileTagsCommandOutput> {
  const { tags } = profileNamed(input.InstanceProfileName, context);
  const { items, ...rest } = page(tags, (tag) => tag.Key, input, context.pageSize);
  return { Tags: [...items], ...rest };
}

function pageOfProfiles(
  profiles: readonly InstanceProfileRecord[],
  input: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
  context: IamContext,
) {
  const { items, ...rest } = page(profiles, (profile) => nameKey(profile.profileName), input, context.pageSize);
  return { InstanceProfiles: items.map((profile) => profileAnswer(profile, context, false)), ...rest };
}
