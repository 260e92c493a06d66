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

/** Where a file says that its fleet lives. */
export interface Place {
  readonly region: string;
  /** 12 digits; left out, any account will do. */
  readonly accountId?: string | undefined;
}

/**
 * Refuses to go on with credentials of another account, or against another region, than the file says: what isn't found
 * there would be made there.
 * @param region that the clients were made for
 */
export function checkPlace(identity: Identity, region: string, place: Place): void {
  if (place.accountId !== undefined && place.accountId !== identity.accountId) {
    throw new Failure({
      code: "WrongAccount",
      class: "terminal",
      message: `the file is for account ${place.accountId}, the credentials (${identity.arn}) are of account ${identity.accountId}`,
      hint: "Use credentials of the fleet's own account (AWS_PROFILE), or correct `spec.accountId`.",
    });
  }
  if (place.region !== region) {
    throw new Failure({
      code: "WrongRegion",
      class: "terminal",
      message: `the file is for region ${place.region}, the command was given ${region}`,
      hint: `Use --region ${place.region} (or AWS_REGION), or correct \`spec.region\`.`,
    });
  }
}

function incomplete(message: string): Failure {
  return new Failure({ code: "IncompleteAnswer", class: "retry", message });
}
