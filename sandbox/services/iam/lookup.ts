import type { InstanceProfile, Role } from "@aws-sdk/client-iam";
import { type IamContext, iamArn } from "./context.ts";
import { iamError } from "./errors.ts";
import { checkedName } from "./names.ts";
import { encodedDocument } from "./policy-document.ts";
import { type InstanceProfileRecord, nameKey, type RoleRecord } from "./state.ts";

export function roleNamed(name: string | undefined, { state }: IamContext): RoleRecord {
  const roleName = checkedName(name, "roleName", 64);
  const role = state.roles[nameKey(roleName)];
  if (role === undefined) throw iamError("NoSuchEntity", `The role with name ${roleName} cannot be found.`);
  return role;
}

export function profileNamed(name: string | undefined, { state }: IamContext): InstanceProfileRecord {
  const profileName = checkedName(name, "instanceProfileName", 128);
  const profile = state.instanceProfiles[nameKey(profileName)];
  if (profile === undefined) throw iamError("NoSuchEntity", `Instance Profile ${profileName} cannot be found.`);
  return profile;
}

/** Stores a changed role. */
export function putRole(context: IamContext, role: RoleRecord): void {
  context.state.roles[nameKey(role.roleName)] = role;
}

export function putProfile(context: IamContext, profile: InstanceProfileRecord): void {
  context.state.instanceProfiles[nameKey(profile.profileName)] = profile;
}

/** A role as the listings show it: without tags, boundary and last use, which GetRole alone gives. */
export function roleSummary(role: RoleRecord, context: IamContext): Role {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: iamArn(context, "role", role.path, role.roleName),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
  };
}

export function roleDetail(role: RoleRecord, context: IamContext): Role {
  return {
    ...roleSummary(role, context),
    PermissionsBoundary:
      role.permissionsBoundary === undefined
        ? undefined
        : { PermissionsBoundaryType: "PermissionsBoundaryPolicy", PermissionsBoundaryArn: role.permissionsBoundary },
    Tags: role.tags.length === 0 ? undefined : [...role.tags],
    RoleLastUsed: {},
  };
}

/** The listings leave the tags out here too. */
export function profileAnswer(profile: InstanceProfileRecord, context: IamContext, withTags: boolean): InstanceProfile {
  const role = profile.roleName === undefined ? undefined : context.state.roles[nameKey(profile.roleName)];
  return {
    Path: profile.path,
    InstanceProfileName: profile.profileName,
    InstanceProfileId: profile.profileId,
    Arn: iamArn(context, "instance-profile", profile.path, profile.profileName),
    CreateDate: new Date(profile.createdAt),
    Roles: role === undefined ? [] : [roleSummary(role, context)],
    Tags: withTags && profile.tags.length > 0 ? [...profile.tags] : undefined,
  };
}
