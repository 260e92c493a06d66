import type {
  DeleteRolePolicyCommandInput,
  GetRolePolicyCommandInput,
  GetRolePolicyCommandOutput,
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
  PutRolePolicyCommandInput,
} from "@aws-sdk/client-iam";
import type { Answer, IamContext } from "./context.ts";
import { iamError, required } from "./errors.ts";
import { putRole, roleNamed } from "./lookup.ts";
import { checkedName } from "./names.ts";
import { page } from "./pages.ts";
import { checkIdentityPolicy, encodedDocument, policySize } from "./policy-document.ts";
import type { NamedDocument } from "./state.ts";

const MAX_INLINE = 10_240;

/** Creates or replaces an inline policy. All of a role's inline policies share one size quota. */
export function PutRolePolicy(input: PutRolePolicyCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  const name = checkedName(input.PolicyName, "policyName", 128);
  const document = checkIdentityPolicy(required(input.PolicyDocument, "policyDocument"));
  const inlinePolicies = [...role.inlinePolicies.filter((policy) => policy.name !== name), { name, document }];
  const size = inlinePolicies.reduce((sum, policy) => sum + policySize(policy.document), 0);
  if (size > MAX_INLINE) {
    throw iamError("LimitExceeded", `Maximum policy size of ${MAX_INLINE} bytes exceeded for role ${role.roleName}`);
  }
  putRole(context, { ...role, inlinePolicies });
  return {};
}

export function GetRolePolicy(
  input: GetRolePolicyCommandInput,
  context: IamContext,
): Answer<GetRolePolicyCommandOutput> {
  const role = roleNamed(input.RoleName, context);
  const { name, document } = policyOf(role.inlinePolicies, input.PolicyName);
  return { RoleName: role.roleName, PolicyName: name, PolicyDocument: encodedDocument(document) };
}

export function ListRolePolicies(
  input: ListRolePoliciesCommandInput,
  context: IamContext,
): Answer<ListRolePoliciesCommandOutput> {
  const { inlinePolicies } = roleNamed(input.RoleName, context);
  const { items, ...rest } = page(inlinePolicies, (policy) => policy.name, input, context.pageSize);
  return { PolicyNames: items.map((policy) => policy.name), ...rest };
}

export function DeleteRolePolicy(input: DeleteRolePolicyCommandInput, context: IamContext): object {
  const role = roleNamed(input.RoleName, context);
  const going = policyOf(role.inlinePolicies, input.PolicyName);
  putRole(context, { ...role, inlinePolicies: role.inlinePolicies.filter((policy) => policy !== going) });
  return {};
}

function policyOf(policies: readonly NamedDocument[], policyName: string | undefined): NamedDocument {
  const name = checkedName(policyName, "policyName", 128);
  const found = policies.find((policy) => policy.name === name);
  if (found === undefined) throw iamError("NoSuchEntity", `The role policy with name ${name} cannot be found.`);
  return found;
}
