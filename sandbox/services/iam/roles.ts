import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  DeleteRolePermissionsBoundaryCommandInput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  ListRoleTagsCommandInput,
  ListRoleTagsCommandOutput,
  PutRolePermissionsBoundaryCommandInput,
  TagRoleCommandInput,
  UntagRoleCommandInput,
  UpdateAssumeRolePolicyCommandInput,
  UpdateRoleCommandInput,
  UpdateRoleDescriptionCommandInput,
  UpdateRoleDescriptionCommandOutput,
} from "@aws-sdk/client-iam";
import type { Answer, IamContext } from "./context.ts";
import { iamError, required } from "./errors.ts";
import { putRole, roleDetail, roleNamed, roleSummary } from "./lookup.ts";
import { managedPolicy } from "./managed-policies.ts";
import { checkedDescription, checkedName, checkedPath, checkedPathPrefix, checkedSessionDuration } from "./names.ts";
import { page } from "./pages.ts";
import { checkTrustPolicy, policySize } from "./policy-document.ts";
import { nameKey, type RoleRecord } from "./state.ts";
import { mergedTags, withoutTags } from "./tag-list.ts";

const MAX_ROLES = 1000;
const MAX_TRUST_POLICY = 2048;

export function CreateRole(input: CreateRoleCommandInput, context: IamContext): Answer<CreateRoleCommandOutput> {
  const { state } = context;
  const roleName = checkedName(input.RoleName, "roleName", 64);
  const path = checkedPath(input.Path);
  const role: RoleRecord = {
    roleName,
    path,
    roleId: `AROA${context.random.base32(17)}`,
    createdAt: context.clock.now(),
    trustPolicy: checkedTrust(input.AssumeRolePolicyDocument, context),
    maxSessionDuration: checkedSessionDuration(input.MaxSessionDuration),
    tags: mergedTags([], input.Tags, "TagsPerRole"),
    inlinePolicies: [],
    attachedPolicies: [],
    ...checkedDescription(input.Description),
    ...(input.PermissionsBoundary === undefined
      ? {}
      : { permissionsBoundary: checkedBoundary(input.PermissionsBoundary, context) }),
  };
  if (state.roles[nameKey(roleName)] !== undefined) {
    throw iamError("EntityAlreadyExists", `Role with name ${roleName} already exists.`);
  }
  if (Object.keys(state.roles).length >= MAX_ROLES) {
    throw iamError("LimitExceeded", `Cannot exceed quota for RolesPerAccount: ${MAX_ROLES}`);
  }
  putRole(context, role);
  const { RoleLastUsed: _unused, ...answer } = roleDetail(role, context);
  return { Role: answer };
}

export function GetRole(input: GetRoleCommandInput, context: IamContext): Answer<GetRoleCommandOutput> {
  return { Role: roleDetail(roleNamed(input.RoleName, context), context) };
}

export function ListRoles(input: ListRolesCommandInput, context: IamContext): Answer<ListRolesCommandOutput> {
  const prefix = checkedPathPrefix(input.PathPrefix);
  const roles = Object.values(context.state.roles).filter((role) => role.path.startsWith(prefix));
  const { items, ...rest } = page(roles, (role) => nameKey(role.roleName), input, context.pageSize);
  return { Roles: items.map((role) => roleSummary(role, context)), ...rest };
}

/** Refused while anything hangs on the role. */
export function DeleteRole(input: DeleteRoleCommandInput, context: IamContext): object {
  const { state } = context;
  const role = roleNamed(input.RoleName, context);
  const inProfile = Object.values(state.instanceProfiles).some((profile) => profile.roleName === role.roleName);
  if (inProfile) {
    throw iamError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
  }
  if (role.attachedPolicies.length > 0) {
    throw iamError("DeleteConflict", "Cannot delete entity, must detach all policies first.");
  }
  if (role.inlinePolicies.length > 0) {
    throw iamError("DeleteConflict", "Cannot delete entity, must delete policies first.");
  }
  delete state.roles[nameKey(role.roleName)];
  return {};
}

/** Sets what is given; the rest stays. */
export function UpdateRole(input: UpdateRoleCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  // A duration that isn't said becomes one hour again: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
  const duration = checkedSessionDuration(input.MaxSessionDuration);
  putRole(context, { ...withDescription(role, input.Description), maxSessionDuration: duration });
  return {};
}

export function UpdateRoleDescription(
  input: UpdateRoleDescriptionCommandInput,
  context: IamContext,
): Answer<UpdateRoleDescriptionCommandOutput> {
  const role = withDescription(roleNamed(input.RoleName, context), required(input.Description, "description"));
  putRole(context, role);
  return { Role: roleSummary(role, context) };
}

export function UpdateAssumeRolePolicy(input: UpdateAssumeRolePolicyCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  putRole(context, { ...role, trustPolicy: checkedTrust(input.PolicyDocument, context) });
  return {};
}

export function PutRolePermissionsBoundary(input: PutRolePermissionsBoundaryCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  const boundary = checkedBoundary(required(input.PermissionsBoundary, "permissionsBoundary"), context);
  putRole(context, { ...role, permissionsBoundary: boundary });
  return {};
}

export function DeleteRolePermissionsBoundary(
  input: DeleteRolePermissionsBoundaryCommandInput,
  context: IamContext,
): object {
  const { permissionsBoundary: old, ...role } = roleNamed(input.RoleName, context);
  if (old === undefined) {
    throw iamError("NoSuchEntity", `Role ${role.roleName} does not have a permissions boundary.`);
  }
  putRole(context, role);
  return {};
}

export function TagRole(input: TagRoleCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  putRole(context, { ...role, tags: mergedTags(role.tags, required(input.Tags, "tags"), "TagsPerRole") });
  return {};
}

export function UntagRole(input: UntagRoleCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  putRole(context, { ...role, tags: withoutTags(role.tags, input.TagKeys) });
  return {};
}

export function ListRoleTags(input: ListRoleTagsCommandInput, context: IamContext): Answer<ListRoleTagsCommandOutput> {
  const { tags } = roleNamed(input.RoleName, context);
  const { items, ...rest } = page(tags, (tag) => tag.Key, input, context.pageSize);
  return { Tags: [...items], ...rest };
}

function checkedTrust(document: string | undefined, context: IamContext): string {
  const checked = checkTrustPolicy(required(document, "assumeRolePolicyDocument"), context);
  if (policySize(checked) > MAX_TRUST_POLICY) {
    throw iamError("LimitExceeded", `Cannot exceed quota for ACLSizePerRole: ${MAX_TRUST_POLICY}`);
  }
  return checked;
}

function checkedBoundary(arn: string, context: IamContext): string {
  if (managedPolicy(arn, context) === undefined) {
    throw iamError("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`);
  }
  return arn;
}

/** An empty description removes the old one; none leaves it. */
function withDescription(role: RoleRecord, description: string | undefined): RoleRecord {
  if (description === undefined) return role;
  const { description: _old, ...rest } = role;
  return { ...rest, ...checkedDescription(description) };
}
