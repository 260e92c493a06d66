import { STSClient } from "@aws-sdk/client-sts";
import { type AwsConfig, readerClient } from "./clients.ts";
import { type Identity, identityReader } from "./identity.ts";

/** Whose credentials a configuration has. @throws Failure */
export function callerIdentity(config: AwsConfig): Promise<Identity> {
  return identityReader(readerClient(config, (settings) => new STSClient(settings))).whoAmI();
}
