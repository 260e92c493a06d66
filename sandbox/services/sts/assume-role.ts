import type { AssumeRoleCommandInput, AssumeRoleCommandOutput, Tag } from "@aws-sdk/client-sts";
import type { ServiceContext } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { propagatedRole } from "../iam/propagation.ts";
import { iamStateKey } from "../iam/service.ts";
import { openSession } from "./sessions.ts";
import type { SessionTag, StsState } from "./state.ts";
import { trusts } from "./trust.ts";

const MAX_TAGS = 50;
/** A role that another role's session assumes gets an hour at most. */
const CHAINED_LIMIT = 3600;

/** Gives out a session if the role's trust policy lets the caller in. Source: AssumeRole in the STS API reference. */
export function AssumeRole(
  input: AssumeRoleCommandInput,
  context: ServiceContext<StsState>,
): Omit<AssumeRoleCommandOutput, "$metadata"> {
  const { caller, state } = context;
  const roleArn = required(input.RoleArn, "roleArn");
  const sessionName = required(input.RoleSessionName, "roleSessionName");
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw constraint(sessionName, "roleSessionName", "satisfy regular expression pattern: [\\w+=,.@-]*");
  }
  const duration = input.DurationSeconds ?? 3600;
  if (duration < 900) throw constraint(duration, "durationSeconds", "have value greater than or equal to 900");
  if (duration > 43200) throw constraint(duration, "durationSeconds", "have value less than or equal to 43200");
  const parent = state.sessions[caller.accessKeyId];
  const handedOn = (parent?.tags ?? []).filter((tag) => parent?.transitiveTagKeys.includes(tag.Key));
  const tags = mergedTags(handedOn, input.Tags ?? []);

  const role = propagatedRole(roleArn, context.stateOf(iamStateKey()), context);
  const asking = {
    arn: caller.arn,
    account: caller.account,
    roleArn: parent?.roleArn,
    externalId: input.ExternalId,
    tags,
  };
  const allowed =
    role !== undefined &&
    trusts(role.trustPolicy, "sts:AssumeRole", asking) &&
    ((input.Tags ?? []).length === 0 || trusts(role.trustPolicy, "sts:TagSession", asking));
  if (!allowed) {
    throw new ServiceError(
      "AccessDenied",
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      { status: 403 },
    );
  }
  if (duration > role.maxSessionDuration) {
    throw validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  if (parent !== undefined && duration > CHAINED_LIMIT) {
    throw validation(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  const session = openSession(
    {
      role,
      sessionName,
      duration,
      tags,
      transitiveTagKeys: [...(parent?.transitiveTagKeys ?? []), ...(input.TransitiveTagKeys ?? [])],
      policy: input.Policy,
      policyArns: (input.PolicyArns ?? []).flatMap(({ arn }) => (arn === undefined ? [] : [arn])),
    },
    state,
    context,
  );
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    PackedPolicySize: input.Policy === undefined && tags.length === 0 ? undefined : 1,
  };
}

/** A tag handed on by the session that asks can't be set anew. */
function mergedTags(handedOn: readonly SessionTag[], asked: readonly Tag[]): readonly SessionTag[] {
  const taken = new Set(handedOn.map((tag) => tag.Key.toLowerCase()));
  const added = asked.map(({ Key, Value }): SessionTag => {
    const key = required(Key, "tags.member.key");
    if (key.length > 128) throw constraint(key, "tags.member.key", "have length less than or equal to 128");
    if (taken.has(key.toLowerCase())) {
      throw new ServiceError("InvalidParameterValue", "Duplicate tag keys found, or a transitive key was set again.");
    }
    taken.add(key.toLowerCase());
    return { Key: key, Value: required(Value, "tags.member.value") };
  });
  if (added.length > MAX_TAGS) {
    throw constraint(added.length, "tags", `have length less than or equal to ${MAX_TAGS}`);
  }
  return [...handedOn, ...added];
}

function required<T>(value: T | undefined, member: string): T {
  if (value !== undefined) return value;
  throw validation(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

function constraint(value: unknown, member: string, must: string): ServiceError {
  return validation(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must ${must}`,
  );
}

function validation(message: string): ServiceError {
  return new ServiceError("ValidationError", message);
}
