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

export function identityReader(sts: STSClient): IdentityReader {
  return {
    async whoAmI() {
      try {
        const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
        if (Account === undefined || Arn === undefined) throw incomplete("GetCallerIdentity names no account");
        return { accountId: Account, arn: Arn };
      } catch (error) {
        throw toFailure(error, "asking whose credentials these are");
      }
    },
  };
}

function incomplete(message: string): Failure {
  return new Failure({ code: "IncompleteAnswer", class: "retry", message });
}
