import type {
  CreatePolicyCommandInput,
  CreatePolicyCommandOutput,
  DeletePolicyCommandInput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  ListPoliciesCommandInput,
  ListPoliciesCommandOutput,
  ListPolicyTagsCommandInput,
  ListPolicyTagsCommandOutput,
  Policy,
  TagPolicyCommandInput,
  UntagPolicyCommandInput,
} from "@aws-sdk/client-iam";
import { AWS_MANAGED_POLICIES } from "./aws-managed-policies.ts";
import { type Answer, type IamContext, iamArn } from "./context.ts";
import { iamError, required } from "./errors.ts";
import { checkedDescription, checkedName, checkedPath, checkedPathPrefix } from "./names.ts";
import { page } from "./pages.ts";
import { checkIdentityPolicy, policySize } from "./policy-document.ts";
import { nameKey, type PolicyRecord } from "./state.ts";
import { mergedTags, withoutTags } from "./tag-list.ts";

const MAX_SIZE = 6144;
const MAX_POLICIES = 1500;

/** What a policy's ARN stands for, AWS's own and the account's alike. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** Of the version in force. */
  readonly document: string;
  /** Undefined for AWS's own. */
  readonly record: PolicyRecord | undefined;
}

export function managedPolicy(arn: string, context: IamContext): ManagedPolicy | undefined {
  const own = /^arn:[^:]+:iam::aws:policy(\/.*)$/.exec(arn);
  if (own !== null) {
    const found = AWS_MANAGED_POLICIES.find((policy) => `${policy.path}${policy.name}` === own[1]);
    return found === undefined ? undefined : { ...found, arn, record: undefined };
  }
  const record = context.state.policies[nameKey(arn.slice(arn.lastIndexOf("/") + 1))];
  if (record === undefined || policyArn(record, context) !== arn) return undefined;
  return { arn, name: record.policyName, path: record.path, document: documentInForce(record), record };
}

/** @throws NoSuchEntity */
export function policyByArn(arn: string, context: IamContext): ManagedPolicy {
  const found = managedPolicy(arn, context);
  if (found === undefined) throw iamError("NoSuchEntity", `Policy ${arn} was not found.`);
  return found;
}

/** The account's own policy; AWS's can't be changed. */
export function ownPolicy(arn: string | undefined, context: IamContext): PolicyRecord {
  const checked = checkedPolicyArn(arn);
  const { record } = policyByArn(checked, context);
  if (record === undefined) {
    throw iamError("AccessDenied", `The policy ${checked} is managed by AWS and can't be changed.`);
  }
  return record;
}

export function checkedPolicyArn(arn: string | undefined): string {
  const text = required(arn, "policyArn");
  if (!/^arn:[^:]+:iam::(?:aws|\d{12}):policy\/.+$/.test(text)) {
    throw iamError("InvalidInput", `ARN ${text} is not valid.`);
  }
  return text;
}

export function policyArn(policy: PolicyRecord, context: IamContext): string {
  return iamArn(context, "policy", policy.path, policy.policyName);
}

export function checkedManagedDocument(document: string | undefined): string {
  const checked = checkIdentityPolicy(required(document, "policyDocument"));
  if (policySize(checked) > MAX_SIZE)
    throw iamError("LimitExceeded", `Cannot exceed quota for PolicySize: ${MAX_SIZE}`);
  return checked;
}

export function CreatePolicy(input: CreatePolicyCommandInput, context: IamContext): Answer<CreatePolicyCommandOutput> {
  const { policies } = context.state;
  const policyName = checkedName(input.PolicyName, "policyName", 128);
  const createdAt = context.clock.now();
  const policy: PolicyRecord = {
    policyName,
    policyId: `ANPA${context.random.base32(17)}`,
    path: checkedPath(input.Path),
    createdAt,
    updatedAt: createdAt,
    defaultVersionId: "v1",
    lastVersion: 1,
    versions: [{ versionId: "v1", document: checkedManagedDocument(input.PolicyDocument), createdAt }],
    tags: mergedTags([], input.Tags, "TagsPerManagedPolicy"),
    ...checkedDescription(input.Description),
  };
  if (policies[nameKey(policyName)] !== undefined) {
    throw iamError(
      "EntityAlreadyExists",
      `A policy called ${policyName} already exists. Duplicate names are not allowed.`,
    );
  }
  if (Object.keys(policies).length >= MAX_POLICIES) {
    throw iamError("LimitExceeded", `Cannot exceed quota for PoliciesPerAccount: ${MAX_POLICIES}`);
  }
  policies[nameKey(policyName)] = policy;
  return { Policy: { ...policyAnswer(policy, context), Description: undefined } };
}

export function GetPolicy(input: GetPolicyCommandInput, context: IamContext): Answer<GetPolicyCommandOutput> {
  const found = policyByArn(checkedPolicyArn(input.PolicyArn), context);
  return { Policy: found.record === undefined ? awsPolicyAnswer(found, context) : policyAnswer(found.record, context) };
}

export function ListPolicies(input: ListPoliciesCommandInput, context: IamContext): Answer<ListPoliciesCommandOutput> {
  const prefix = checkedPathPrefix(input.PathPrefix);
  const scope = input.Scope ?? "All";
  const own =
    scope === "AWS" ? [] : Object.values(context.state.policies).map((policy) => policyAnswer(policy, context));
  const aws =
    scope === "Local"
      ? []
      : AWS_MANAGED_POLICIES.map((policy) => {
          const arn = `arn:${context.partition}:iam::aws:policy${policy.path}${policy.name}`;
          return awsPolicyAnswer({ ...policy, arn, record: undefined }, context);
        });
  const matching = [...own, ...aws]
    .filter((policy) => policy.Path?.startsWith(prefix) === true)
    .filter((policy) => input.OnlyAttached !== true || (policy.AttachmentCount ?? 0) > 0)
    .filter((policy) =>
      input.PolicyUsageFilter === "PermissionsBoundary" ? (policy.PermissionsBoundaryUsageCount ?? 0) > 0 : true,
    );
  const { items, ...rest } = page(matching, (policy) => policy.Arn ?? "", input, context.pageSize);
  return { Policies: items.map(({ Tags: _tags, Description: _description, ...policy }) => policy), ...rest };
}

export function DeletePolicy(input: DeletePolicyCommandInput, context: IamContext): object {
  const policy = ownPolicy(input.PolicyArn, context);
  const { attached, boundaries } = usage(policyArn(policy, context), context);
  if (attached + boundaries > 0) {
    throw iamError("DeleteConflict", "Cannot delete a policy attached to entities.");
  }
  if (policy.versions.length > 1) {
    throw iamError(
      "DeleteConflict",
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  delete context.state.policies[nameKey(policy.policyName)];
  return {};
}

export function TagPolicy(input: TagPolicyCommandInput, context: IamContext): object {
  const policy = ownPolicy(input.PolicyArn, context);
  const tags = mergedTags(policy.tags, required(input.Tags, "tags"), "TagsPerManagedPolicy");
  context.state.policies[nameKey(policy.policyName)] = { ...policy, tags };
  return {};
}

export function UntagPolicy(input: UntagPolicyCommandInput, context: IamContext): object {
  const policy = ownPolicy(input.PolicyArn, context);
  const tags = withoutTags(policy.tags, input.TagKeys);
  context.state.policies[nameKey(policy.policyName)] = { ...policy, tags };
  return {};
}

export function ListPolicyTags(
  input: ListPolicyTagsCommandInput,
  context: IamContext,
): Answer<ListPolicyTagsCommandOutput> {
  const { tags } = ownPolicy(input.PolicyArn, context);
  const { items, ...rest } = page(tags, (tag) => tag.Key, input, context.pageSize);
  return { Tags: [...items], ...rest };
}

function documentInForce(policy: PolicyRecord): string {
  return policy.versions.find((version) => version.versionId === policy.defaultVersionId)?.document ?? "";
}

function policyAnswer(policy: PolicyRecord, context: IamContext): Policy {
  const Arn = policyArn(policy, context);
  const { attached, boundaries } = usage(Arn, context);
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    Tags: policy.tags.length === 0 ? undefined : [...policy.tags],
  };
}

const AWS_POLICY_DATE = Date.UTC(2015, 1, 6, 18, 40);

function awsPolicyAnswer({ arn, name, path }: ManagedPolicy, context: IamContext): Policy {
  const { attached, boundaries } = usage(arn, context);
  return {
    PolicyName: name,
    PolicyId: `ANPAI${name
      .toUpperCase()
      .replace(/[^A-Z]/g, "")
      .padEnd(16, "A")
      .slice(0, 16)}`,
    Arn: arn,
    Path: path,
    DefaultVersionId: "v1",
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: true,
    CreateDate: new Date(AWS_POLICY_DATE),
    UpdateDate: new Date(AWS_POLICY_DATE),
  };
}

function usage(arn: string, { state }: IamContext): { readonly attached: number; readonly boundaries: number } {
  const roles = Object.values(state.roles);
  return {
    attached: roles.filter((role) => role.attachedPolicies.includes(arn)).length,
    boundaries: roles.filter((role) => role.permissionsBoundary === arn).length,
  };
}
