import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  type IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { attempt, createOrExists, removeOrGone } from "./answer.ts";
import type { IamWriter } from "./iam-port.ts";
import { iamReader } from "./iam-reader.ts";
import { tagList } from "./tag-list.ts";

/** @param client one that may write; its reads serve the look at whose a taken name is */
export function iamWriter(client: IAMClient): IamWriter {
  return { ...iamReader(client), ...roleWriter(client), ...policyWriter(client), ...profileWriter(client) };
}

type RoleWriter = Pick<
  IamWriter,
  "createRole" | "deleteRole" | "putTrust" | "updateRole" | "putPermissionsBoundary" | "tagRole"
>;
type PolicyWriter = Pick<IamWriter, "putInlinePolicy" | "deleteInlinePolicy" | "attachPolicy" | "detachPolicy">;
type ProfileWriter = Pick<
  IamWriter,
  "createProfile" | "deleteProfile" | "addRoleToProfile" | "removeRoleFromProfile" | "tagProfile"
>;

function roleWriter(client: IAMClient): RoleWriter {
  return {
    createRole: (role) =>
      createOrExists(`creating role ${role.name}`, () =>
        client.send(
          new CreateRoleCommand({
            RoleName: role.name,
            Path: role.path,
            AssumeRolePolicyDocument: role.trust,
            Description: role.description,
            MaxSessionDuration: role.maxSessionSeconds,
            PermissionsBoundary: role.permissionsBoundary,
            Tags: tagList(role.tags),
          }),
        ),
      ),
    deleteRole: (name) =>
      removeOrGone(`deleting role ${name}`, () => client.send(new DeleteRoleCommand({ RoleName: name }))),
    async putTrust(role, trust) {
      await attempt(`setting the trust policy of role ${role}`, () =>
        client.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: trust })),
      );
    },
    async updateRole(role, { description, maxSessionSeconds }) {
      await attempt(`updating role ${role}`, () =>
        client.send(
          new UpdateRoleCommand({ RoleName: role, Description: description, MaxSessionDuration: maxSessionSeconds }),
        ),
      );
    },
    async putPermissionsBoundary(role, boundary) {
      await attempt(`setting the permissions boundary of role ${role}`, () =>
        client.send(new PutRolePermissionsBoundaryCommand({ RoleName: role, PermissionsBoundary: boundary })),
      );
    },
    async tagRole(role, tags) {
      await attempt(`tagging role ${role}`, () =>
        client.send(new TagRoleCommand({ RoleName: role, Tags: tagList(tags) })),
      );
    },
  };
}

function policyWriter(client: IAMClient): PolicyWriter {
  return {
    async putInlinePolicy(role, policy, document) {
      await attempt(`writing inline policy ${policy} of role ${role}`, () =>
        client.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: policy, PolicyDocument: document })),
      );
    },
    deleteInlinePolicy: (role, policy) =>
      removeOrGone(`deleting inline policy ${policy} of role ${role}`, () =>
        client.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: policy })),
      ),
    async attachPolicy(role, policyArn) {
      await attempt(`attaching ${policyArn} to role ${role}`, () =>
        client.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })),
      );
    },
    detachPolicy: (role, policyArn) =>
      removeOrGone(`detaching ${policyArn} from role ${role}`, () =>
        client.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })),
      ),
  };
}

function profileWriter(client: IAMClient): ProfileWriter {
  return {
    createProfile: (profile) =>
      createOrExists(`creating instance profile ${profile.name}`, () =>
        client.send(
          new CreateInstanceProfileCommand({
            InstanceProfileName: profile.name,
            Path: profile.path,
            Tags: tagList(profile.tags),
          }),
        ),
      ),
    deleteProfile: (name) =>
      removeOrGone(`deleting instance profile ${name}`, () =>
        client.send(new DeleteInstanceProfileCommand({ InstanceProfileName: name })),
      ),
    async addRoleToProfile(profile, role) {
      await attempt(`putting role ${role} into instance profile ${profile}`, () =>
        client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: profile, RoleName: role })),
      );
    },
    removeRoleFromProfile: (profile, role) =>
      removeOrGone(`taking role ${role} out of instance profile ${profile}`, () =>
        client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: profile, RoleName: role })),
      ),
    async tagProfile(profile, tags) {
      await attempt(`tagging instance profile ${profile}`, () =>
        client.send(new TagInstanceProfileCommand({ InstanceProfileName: profile, Tags: tagList(tags) })),
      );
    },
  };
}
