import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import { Failure } from "../engine/failure.ts";
import { toFailure } from "./classify.ts";

export interface Identity {
  /** 12 digits. */
  readonly accountId: string;
  readonly arn: string;
}

export interface IdentityReader {
  /** Whose credentials these are. Needs no permission. */
  whoAmI(): Promise<Identity>;
}

/** Asks once: the credentials of a client are one principal's, however often they are renewed. A failure isn't kept. */
export function identityReader(sts: STSClient): IdentityReader {
  let known: Identity | undefined;
  return {
    async whoAmI() {
      if (known !== undefined) return known;
      try {
        const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
        if (Account === undefined || Arn === undefined) throw incomplete("GetCallerIdentity names no account");
        known = { accountId: Account, arn: Arn };
        return known;
      } catch (error) {
        throw toFailure(error, "asking whose credentials these are");
      }
    },
  };
}

function incomplete(message: string): Failure {
  return new Failure({ code: "IncompleteAnswer", class: "retry", message });
}
