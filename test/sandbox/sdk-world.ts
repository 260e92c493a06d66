import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { expect } from "vitest";
import { VirtualClock } from "../../sandbox/clock.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { ServiceContext, StateKey } from "../../sandbox/service.ts";
import { ec2Service, ec2StateKey } from "../../sandbox/services/ec2/service.ts";
import type { Ec2Timing } from "../../sandbox/services/ec2/state.ts";
import { iamService, iamStateKey } from "../../sandbox/services/iam/service.ts";
import type { IamTiming } from "../../sandbox/services/iam/state.ts";
import { type SsmOptions, ssmService } from "../../sandbox/services/ssm/service.ts";
import { stsService } from "../../sandbox/services/sts/service.ts";
import { callerOfSession, STS_STATE } from "../../sandbox/services/sts/sessions.ts";

/** The embedded AWS on a virtual clock, with the real SDK's clients in the same process. */
export function sdkWorld(
  timing: { readonly ec2?: Partial<Ec2Timing>; readonly iam?: IamTiming; readonly ssm?: SsmOptions } = {},
) {
  const clock = new VirtualClock();
  const sandbox: Sandbox = new Sandbox({
    services: [ec2Service(timing.ec2), iamService(timing.iam), ssmService(timing.ssm), stsService()],
    clock,
    callerOf: (key) => callerOfSession(sandbox.state(STS_STATE), key, clock.now()),
  });
  // A service that is looked up by another before its first call must have its own timing all the same.
  sandbox.state(ec2StateKey(timing.ec2));
  sandbox.state(iamStateKey(timing.iam));
  const requestHandler = new SandboxHandler(sandbox);
  const config = (credentials: Credentials) => ({
    region: "eu-central-1",
    credentials,
    requestHandler,
    maxAttempts: 1,
  });
  const clientsOf = (credentials: Credentials = ROOT) => ({
    ec2: new EC2Client(config(credentials)),
    iam: new IAMClient(config(credentials)),
    ssm: new SSMClient(config(credentials)),
    sts: new STSClient(config(credentials)),
  });
  return { clock, sandbox, clientsOf, ...clientsOf() };
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const ROOT: Credentials = { accessKeyId: "AKIDSANDBOX", secretAccessKey: "secret" };

/** What an answer with this AWS error code rejects with; the SDK puts EC2's codes in `name`. */
export function awsError(name: string) {
  return expect.objectContaining({ name });
}

/** What an operation of a service would be handed, for what isn't an operation. */
export function contextOf<State extends object>(sandbox: Sandbox, key: StateKey<State>): ServiceContext<State> {
  const { clock, random, account, region } = sandbox;
  return {
    state: sandbox.state(key),
    stateOf: (other) => sandbox.state(other),
    clock,
    random,
    account,
    region,
    partition: "aws",
    caller: { accessKeyId: ROOT.accessKeyId, account, arn: `arn:aws:iam::${account}:root` },
    requestId: "00000000-0000-4000-8000-000000000000",
    pageSize: undefined,
  };
}
