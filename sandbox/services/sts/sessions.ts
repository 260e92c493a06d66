import type { Caller, ServiceContext, StateKey } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { iamArn } from "../iam/context.ts";
import type { RoleRecord } from "../iam/state.ts";
import type { SessionRecord, SessionTag, StsState } from "./state.ts";

/** One for all regions: a session is good wherever it was given out. */
export const STS_STATE: StateKey<StsState> = { name: "sts", global: true, initial: () => ({ sessions: {} }) };

export interface SessionRequest {
  readonly role: RoleRecord;
  readonly sessionName: string;
  /** Seconds. */
  readonly duration: number;
  readonly tags?: readonly SessionTag[];
  readonly transitiveTagKeys?: readonly string[];
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[];
}

/** Credentials of a role, as AssumeRole and the instance metadata service give them out. */
export function openSession(
  request: SessionRequest,
  state: StsState,
  context: Pick<ServiceContext<object>, "random" | "clock" | "account" | "partition">,
): SessionRecord {
  const { role, sessionName } = request;
  const { random, account, partition } = context;
  const session: SessionRecord = {
    accessKeyId: `ASIA${random.base32(16)}`,
    secretAccessKey: random.base32(40),
    sessionToken: random.base32(120),
    expiresAt: context.clock.now() + request.duration * 1000,
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${role.roleName}/${sessionName}`,
    userId: `${role.roleId}:${sessionName}`,
    roleArn: iamArn(context, "role", role.path, role.roleName),
    roleName: role.roleName,
    tags: request.tags ?? [],
    transitiveTagKeys: request.transitiveTagKeys ?? [],
    policyArns: request.policyArns ?? [],
    ...(request.policy === undefined ? {} : { policy: request.policy }),
  };
  state.sessions[session.accessKeyId] = session;
  return session;
}

/**
 * Who a key belongs to; undefined for a key that no session has, which is a user's or the account's own.
 * @throws ExpiredToken, InvalidClientTokenId
 */
export function callerOfSession(
  state: StsState,
  key: { readonly accessKeyId: string; readonly sessionToken?: string | undefined },
  now: number,
): Caller | undefined {
  const session = state.sessions[key.accessKeyId];
  if (session === undefined) {
    if (!key.accessKeyId.startsWith("ASIA")) return undefined;
    throw new ServiceError("InvalidClientTokenId", "The security token included in the request is invalid.", {
      status: 403,
    });
  }
  if (session.sessionToken !== key.sessionToken) {
    throw new ServiceError("InvalidClientTokenId", "The security token included in the request is invalid.", {
      status: 403,
    });
  }
  if (session.expiresAt <= now) {
    throw new ServiceError("ExpiredToken", "The security token included in the request is expired", { status: 403 });
  }
  const { accessKeyId, sessionToken, account, arn } = session;
  return { accessKeyId, sessionToken, account, arn };
}
