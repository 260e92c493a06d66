import {
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  type InstanceProfile,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfiles,
  paginateListInstanceProfilesForRole,
  paginateListRolePolicies,
  paginateListRoles,
  type Role,
} from "@aws-sdk/client-iam";
import { attempt, readOrAbsent, required } from "./answer.ts";
import type { IamReader, ProfileRecord, RoleRecord } from "./iam-port.ts";
import { allItems } from "./pages.ts";
import { tagsByKey } from "./tag-list.ts";

export function iamReader(client: IAMClient): IamReader {
  return {
    role: (name) =>
      readOrAbsent(`reading role ${name}`, async () => {
        const { Role } = await client.send(new GetRoleCommand({ RoleName: name }));
        return Role && roleRecord(Role);
      }),
    inlinePolicyNames: (role) =>
      readOrAbsent(`listing the inline policies of role ${role}`, () =>
        allItems(paginateListRolePolicies({ client }, { RoleName: role }), (page) => page.PolicyNames),
      ),
    inlinePolicy: (role, policy) =>
      readOrAbsent(`reading inline policy ${policy} of role ${role}`, async () => {
        const answer = await client.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: policy }));
        return answer.PolicyDocument;
      }),
    attachedPolicies: (role) =>
      readOrAbsent(`listing the policies attached to role ${role}`, async () => {
        const pages = paginateListAttachedRolePolicies({ client }, { RoleName: role });
        const policies = await allItems(pages, (page) => page.AttachedPolicies);
        return policies.map((policy) => required(policy.PolicyArn, "an attached policy's ARN"));
      }),
    profile: (name) =>
      readOrAbsent(`reading instance profile ${name}`, async () => {
        const { InstanceProfile } = await client.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
        return InstanceProfile && profileRecord(InstanceProfile);
      }),
    roleNamesBelow: (path) =>
      attempt(`listing roles below ${path}`, async () => {
        const roles = await allItems(paginateListRoles({ client }, { PathPrefix: path }), (page) => page.Roles);
        return roles.map((role) => required(role.RoleName, "a role's name"));
      }),
    profileNamesBelow: (path) =>
      attempt(`listing instance profiles below ${path}`, async () => {
        const pages = paginateListInstanceProfiles({ client }, { PathPrefix: path });
        const profiles = await allItems(pages, (page) => page.InstanceProfiles);
        return profiles.map((profile) => required(profile.InstanceProfileName, "a profile's name"));
      }),
    profilesOf: (role) =>
      readOrAbsent(`listing the instance profiles of role ${role}`, async () => {
        const pages = paginateListInstanceProfilesForRole({ client }, { RoleName: role });
        const profiles = await allItems(pages, (page) => page.InstanceProfiles);
        return profiles.map((profile) => ({
          name: required(profile.InstanceProfileName, "a profile's name"),
          arn: required(profile.Arn, "a profile's ARN"),
          path: required(profile.Path, "a profile's path"),
        }));
      }),
  };
}

function roleRecord(role: Role): RoleRecord {
  return {
    name: required(role.RoleName, "the role's name"),
    arn: required(role.Arn, "the role's ARN"),
    id: required(role.RoleId, "the role's id"),
    path: required(role.Path, "the role's path"),
    trust: required(role.AssumeRolePolicyDocument, "the role's trust policy"),
    description: role.Description ?? "",
    maxSessionSeconds: role.MaxSessionDuration ?? 3600,
    permissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: tagsByKey(role.Tags),
  };
}

function profileRecord(profile: InstanceProfile): ProfileRecord {
  return {
    name: required(profile.InstanceProfileName, "the profile's name"),
    arn: required(profile.Arn, "the profile's ARN"),
    id: required(profile.InstanceProfileId, "the profile's id"),
    path: required(profile.Path, "the profile's path"),
    roles: (profile.Roles ?? []).map((role) => required(role.RoleName, "the name of a profile's role")),
    tags: tagsByKey(profile.Tags),
  };
}
