import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import { Failure } from "../engine/failure.ts";
import { toFailure } from "./classify.ts";
import { type AwsConfig, readerClient } from "./clients.ts";

export interface Worker {
  /** The role to assume. */
  readonly roleArn: string;
  /** Becomes the session tag `fleet`, to which the role's policies are bound. */
  readonly fleet: string;
  /** Shown in CloudTrail: 2 to 64 of `[\w+=,.@-]`. */
  readonly sessionName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A role that another role's session assumes gets an hour at most. Seconds. */
const longestChained = 3600;
/** Renewed this long before they end, in milliseconds: longer than any call may take. */
const renewBefore = 5 * 60_000;

/**
 * Credentials of one fleet's worker: a role assumed with the session tag `fleet`, so that what is done with them can't touch
 * another fleet (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html). One call an hour, whoever asks.
 */
export function workerCredentials(config: AwsConfig, worker: Worker): AwsCredentialIdentityProvider {
  let current: Promise<AwsCredentialIdentity> | undefined;
  let renewAt = Number.POSITIVE_INFINITY;
  return () => {
    if (current === undefined || worker.now() >= renewAt) {
      renewAt = Number.POSITIVE_INFINITY;
      const asked = assume(config, worker);
      current = asked;
      asked.then(
        ({ expiration }) => {
          if (expiration !== undefined) renewAt = expiration.getTime() - renewBefore;
        },
        () => {
          if (current === asked) current = undefined;
        },
      );
    }
    return current;
  };
}

async function assume(config: AwsConfig, worker: Worker): Promise<AwsCredentialIdentity> {
  const doing = `assuming the worker role of ${worker.fleet}`;
  try {
    const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
    const sts = readerClient(config, (settings) => new STSClient(settings), ["AssumeRole"]);
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: worker.roleArn,
        RoleSessionName: worker.sessionName,
        DurationSeconds: longestChained,
        Tags: [{ Key: "fleet", Value: worker.fleet }],
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
      throw new Failure({ code: "IncompleteAnswer", class: "retry", message: `${doing}: no credentials came` });
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  } catch (error) {
    throw toFailure(error, doing);
  }
}
