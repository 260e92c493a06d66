import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from "@aws-sdk/client-sts";
import * as client from "@aws-sdk/client-sts";
import { defineService, type Service, type ServiceContext } from "../../service.ts";
import { AssumeRole } from "./assume-role.ts";
import { STS_STATE } from "./sessions.ts";
import type { StsState } from "./state.ts";

export function stsService(): Service {
  return defineService<typeof client>()({
    name: "sts",
    protocol: "awsQuery",
    client,
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    state: STS_STATE,
    operations: { AssumeRole, GetCallerIdentity },
    throttle: { code: "Throttling", status: 400 },
  });
}

/** Needs no permission, as in AWS. */
function GetCallerIdentity(
  _input: GetCallerIdentityCommandInput,
  { caller, state }: ServiceContext<StsState>,
): Omit<GetCallerIdentityCommandOutput, "$metadata"> {
  const session = state.sessions[caller.accessKeyId];
  return { Account: caller.account, Arn: caller.arn, UserId: session?.userId ?? caller.account };
}
