import { STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { readerClient } from "../../shared/aws/clients.ts";
import { identityReader } from "../../shared/aws/identity.ts";
import { cannedAws } from "./wire.ts";

const identity = { accountId: "123456789012", arn: "arn:aws:iam::123456789012:user/ada" };

test("the caller's account and ARN are asked of STS", async () => {
  const body = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>${identity.arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
  const { config } = cannedAws([{ status: 200, body }]);
  const reader = identityReader(readerClient(config, (settings) => new STSClient(settings)));
  expect(await reader.whoAmI()).toEqual(identity);
});
