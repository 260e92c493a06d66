import type {
  CreatePolicyVersionCommandInput,
  CreatePolicyVersionCommandOutput,
  DeletePolicyVersionCommandInput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
  ListPolicyVersionsCommandInput,
  ListPolicyVersionsCommandOutput,
  SetDefaultPolicyVersionCommandInput,
} from "@aws-sdk/client-iam";
import type { Answer, IamContext } from "./context.ts";
import { iamError, required } from "./errors.ts";
import { checkedManagedDocument, checkedPolicyArn, ownPolicy, policyByArn } from "./managed-policies.ts";
import { page } from "./pages.ts";
import { encodedDocument } from "./policy-document.ts";
import { nameKey, type PolicyRecord, type PolicyVersionRecord } from "./state.ts";

const MAX_VERSIONS = 5;

export function CreatePolicyVersion(
  input: CreatePolicyVersionCommandInput,
  context: IamContext,
): Answer<CreatePolicyVersionCommandOutput> {
  const policy = ownPolicy(input.PolicyArn, context);
  const document = checkedManagedDocument(input.PolicyDocument);
  if (policy.versions.length >= MAX_VERSIONS) {
    throw iamError(
      "LimitExceeded",
      "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    );
  }
  const createdAt = context.clock.now();
  const lastVersion = policy.lastVersion + 1;
  const version: PolicyVersionRecord = { versionId: `v${lastVersion}`, document, createdAt };
  const isDefault = input.SetAsDefault === true;
  put(context, {
    ...policy,
    lastVersion,
    updatedAt: createdAt,
    defaultVersionId: isDefault ? version.versionId : policy.defaultVersionId,
    versions: [...policy.versions, version],
  });
  return {
    PolicyVersion: { VersionId: version.versionId, IsDefaultVersion: isDefault, CreateDate: new Date(createdAt) },
  };
}

export function GetPolicyVersion(
  input: GetPolicyVersionCommandInput,
  context: IamContext,
): Answer<GetPolicyVersionCommandOutput> {
  const found = policyByArn(checkedPolicyArn(input.PolicyArn), context);
  const versionId = required(input.VersionId, "versionId");
  const known = found.record?.versions ?? [{ versionId: "v1", document: found.document, createdAt: 0 }];
  const version = known.find((candidate) => candidate.versionId === versionId);
  if (version === undefined) throw noVersion(found.arn, versionId);
  return {
    PolicyVersion: {
      Document: encodedDocument(version.document),
      VersionId: version.versionId,
      IsDefaultVersion: found.record === undefined || found.record.defaultVersionId === versionId,
      CreateDate: new Date(version.createdAt),
    },
  };
}

export function ListPolicyVersions(
  input: ListPolicyVersionsCommandInput,
  context: IamContext,
): Answer<ListPolicyVersionsCommandOutput> {
  const found = policyByArn(checkedPolicyArn(input.PolicyArn), context);
  const versions = found.record?.versions ?? [{ versionId: "v1", document: "", createdAt: 0 }];
  const { items, ...rest } = page(versions, ({ versionId }) => versionId.padStart(12), input, context.pageSize);
  const Versions = items.map(({ versionId, createdAt }) => ({
    VersionId: versionId,
    IsDefaultVersion: found.record === undefined || versionId === found.record.defaultVersionId,
    CreateDate: new Date(createdAt),
  }));
  return { Versions, ...rest };
}

export function SetDefaultPolicyVersion(input: SetDefaultPolicyVersionCommandInput, context: IamContext): object {
  const policy = ownPolicy(input.PolicyArn, context);
  const { versionId } = versionOf(policy, input);
  put(context, { ...policy, defaultVersionId: versionId, updatedAt: context.clock.now() });
  return {};
}

export function DeletePolicyVersion(input: DeletePolicyVersionCommandInput, context: IamContext): object {
  const policy = ownPolicy(input.PolicyArn, context);
  const going = versionOf(policy, input);
  if (going.versionId === policy.defaultVersionId) {
    throw iamError("DeleteConflict", "Cannot delete the default version of a policy.");
  }
  put(context, { ...policy, versions: policy.versions.filter((version) => version !== going) });
  return {};
}

function versionOf(policy: PolicyRecord, input: SetDefaultPolicyVersionCommandInput): PolicyVersionRecord {
  const versionId = required(input.VersionId, "versionId");
  const found = policy.versions.find((version) => version.versionId === versionId);
  if (found === undefined) throw noVersion(input.PolicyArn ?? "", versionId);
  return found;
}

function noVersion(arn: string, versionId: string): Error {
  return iamError("NoSuchEntity", `Policy ${arn} version ${versionId} does not exist or is not attachable.`);
}

function put(context: IamContext, policy: PolicyRecord): void {
  context.state.policies[nameKey(policy.policyName)] = policy;
}
