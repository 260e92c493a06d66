import { STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { readerClient } from "../../shared/aws/clients.ts";
import { checkPlace, identityReader } from "../../shared/aws/identity.ts";
import { cannedAws } from "./wire.ts";

const identity = { accountId: "123456789012", arn: "arn:aws:iam::123456789012:user/ada" };

test("the caller's account and ARN are asked of STS", async () => {
  const body = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>${identity.arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
  const { config } = cannedAws([{ status: 200, body }]);
  const reader = identityReader(readerClient(config, (settings) => new STSClient(settings)));
  expect(await reader.whoAmI()).toEqual(identity);
});

test("credentials of another account are refused with both accounts named", () => {
  expect(() => checkPlace(identity, "eu-central-1", { region: "eu-central-1", accountId: "999999999999" })).toThrow(
    expect.objectContaining({ code: "WrongAccount", message: expect.stringMatching(/999999999999.*123456789012/) }),
  );
});

test("another region than the file's is refused", () => {
  expect(() => checkPlace(identity, "us-east-1", { region: "eu-central-1" })).toThrow(
    expect.objectContaining({ code: "WrongRegion", hint: expect.stringContaining("--region eu-central-1") }),
  );
});

test("the file's own account and region are let through, and a file without an account fits any", () => {
  checkPlace(identity, "eu-central-1", { region: "eu-central-1", accountId: "123456789012" });
  checkPlace(identity, "eu-central-1", { region: "eu-central-1" });
});
