import * as client from "@aws-sdk/client-iam";
import { defineService, type Service, type StateKey } from "../../service.ts";
import * as attachments from "./attachments.ts";
import * as instanceProfiles from "./instance-profiles.ts";
import {
  CreatePolicy,
  DeletePolicy,
  GetPolicy,
  ListPolicies,
  ListPolicyTags,
  TagPolicy,
  UntagPolicy,
} from "./managed-policies.ts";
import * as policyVersions from "./policy-versions.ts";
import * as rolePolicies from "./role-policies.ts";
import * as roles from "./roles.ts";
import { DEFAULT_IAM_TIMING, emptyIamState, type IamState, type IamTiming } from "./state.ts";

const operations = {
  ...attachments,
  ...instanceProfiles,
  ...policyVersions,
  ...rolePolicies,
  ...roles,
  CreatePolicy,
  DeletePolicy,
  GetPolicy,
  ListPolicies,
  ListPolicyTags,
  TagPolicy,
  UntagPolicy,
};

/** IAM's state as other services find it. */
export function iamStateKey(timing: IamTiming = DEFAULT_IAM_TIMING): StateKey<IamState> {
  return { name: "iam", global: true, initial: () => emptyIamState(timing) };
}

export function iamService(timing?: IamTiming): Service {
  return defineService<typeof client>()({
    name: "iam",
    protocol: "awsQuery",
    client,
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    state: iamStateKey(timing),
    operations,
    throttle: { code: "Throttling", status: 400 },
  });
}
