import type {
  AttachRolePolicyCommandInput,
  DetachRolePolicyCommandInput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
  ListEntitiesForPolicyCommandInput,
  ListEntitiesForPolicyCommandOutput,
} from "@aws-sdk/client-iam";
import type { Answer, IamContext } from "./context.ts";
import { iamError } from "./errors.ts";
import { putRole, roleNamed } from "./lookup.ts";
import { checkedPolicyArn, managedPolicy, policyByArn } from "./managed-policies.ts";
import { checkedPathPrefix } from "./names.ts";
import { page } from "./pages.ts";

const MAX_ATTACHED = 10;

/** Attaching twice is no error. */
export function AttachRolePolicy(input: AttachRolePolicyCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  const arn = checkedPolicyArn(input.PolicyArn);
  if (managedPolicy(arn, context) === undefined) {
    throw iamError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
  }
  if (role.attachedPolicies.includes(arn)) return {};
  if (role.attachedPolicies.length >= MAX_ATTACHED) {
    throw iamError("LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${MAX_ATTACHED}`);
  }
  putRole(context, { ...role, attachedPolicies: [...role.attachedPolicies, arn] });
  return {};
}

export function DetachRolePolicy(input: DetachRolePolicyCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  const arn = checkedPolicyArn(input.PolicyArn);
  if (!role.attachedPolicies.includes(arn)) throw iamError("NoSuchEntity", `Policy ${arn} was not found.`);
  putRole(context, { ...role, attachedPolicies: role.attachedPolicies.filter((other) => other !== arn) });
  return {};
}

export function ListAttachedRolePolicies(
  input: ListAttachedRolePoliciesCommandInput,
  context: IamContext,
): Answer<ListAttachedRolePoliciesCommandOutput> {
  const prefix = checkedPathPrefix(input.PathPrefix);
  const attached = roleNamed(input.RoleName, context)
    .attachedPolicies.map((arn) => policyByArn(arn, context))
    .filter((policy) => policy.path.startsWith(prefix));
  const { items, ...rest } = page(attached, (policy) => policy.arn, input, context.pageSize);
  return { AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })), ...rest };
}

/** Roles alone: this IAM has neither users nor groups. */
export function ListEntitiesForPolicy(
  input: ListEntitiesForPolicyCommandInput,
  context: IamContext,
): Answer<ListEntitiesForPolicyCommandOutput> {
  const { arn } = policyByArn(checkedPolicyArn(input.PolicyArn), context);
  const prefix = checkedPathPrefix(input.PathPrefix);
  const roles = Object.values(context.state.roles).filter((role) => {
    if (!role.path.startsWith(prefix)) return false;
    return input.PolicyUsageFilter === "PermissionsBoundary"
      ? role.permissionsBoundary === arn
      : role.attachedPolicies.includes(arn) ||
          (input.PolicyUsageFilter === undefined && role.permissionsBoundary === arn);
  });
  const { items, ...rest } = page(roles, (role) => role.roleName, input, context.pageSize);
  return {
    PolicyRoles: items.map((role) => ({ RoleName: role.roleName, RoleId: role.roleId })),
    PolicyUsers: [],
    PolicyGroups: [],
    ...rest,
  };
}
