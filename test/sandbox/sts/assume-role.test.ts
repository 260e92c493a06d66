import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { callerOfSession, STS_STATE } from "../../../sandbox/services/sts/sessions.ts";
import { awsError, sdkWorld } from "../sdk-world.ts";

const trust = (Action: readonly string[], more: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action, ...more }],
  });
const RoleArn = "arn:aws:iam::123456789012:role/worker";
const assume = (more: object = {}) => new AssumeRoleCommand({ RoleArn, RoleSessionName: "run-1", ...more });

async function worldWithRole(AssumeRolePolicyDocument: string, propagation = 0) {
  const world = sdkWorld({ iam: { propagation } });
  await world.iam.send(new CreateRoleCommand({ RoleName: "worker", AssumeRolePolicyDocument }));
  return world;
}

describe("who calls", () => {
  it("is the account's root for a key of nobody's", async () => {
    const { sts } = sdkWorld();
    const { $metadata: _metadata, ...identity } = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity).toEqual({
      Account: "123456789012",
      Arn: "arn:aws:iam::123456789012:root",
      UserId: "123456789012",
    });
  });

  it("is the session for a session's key", async () => {
    const { sts, clientsOf } = await worldWithRole(trust(["sts:AssumeRole"]));
    const { Credentials } = await sts.send(assume());
    const session = clientsOf({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    });
    const identity = await session.sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe("arn:aws:sts::123456789012:assumed-role/worker/run-1");
    expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:run-1$/);
  });

  it("is nobody once the session has ended", async () => {
    const { sts, clock, sandbox } = await worldWithRole(trust(["sts:AssumeRole"]));
    const { Credentials } = await sts.send(assume({ DurationSeconds: 900 }));
    const key = { accessKeyId: Credentials?.AccessKeyId ?? "", sessionToken: Credentials?.SessionToken };
    const state = sandbox.state(STS_STATE);
    expect(callerOfSession(state, key, clock.now())).toBeDefined();
    expect(() => callerOfSession(state, key, clock.now() + 900_000)).toThrow("expired");
  });
});

describe("assuming a role", () => {
  it("with tags needs leave to tag the session", async () => {
    const Tags = [{ Key: "fleet", Value: "acme" }];
    const without = await worldWithRole(trust(["sts:AssumeRole"]));
    await expect(without.sts.send(assume({ Tags }))).rejects.toEqual(awsError("AccessDenied"));
    const given = await worldWithRole(trust(["sts:AssumeRole", "sts:TagSession"]));
    const { Credentials } = await given.sts.send(assume({ Tags }));
    const session = given.sandbox.state(STS_STATE).sessions[Credentials?.AccessKeyId ?? ""];
    expect(session?.tags).toEqual(Tags);
  });

  it("is refused to whom the trust policy doesn't name, and for a role that isn't there", async () => {
    const other = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "210987654321" }, Action: "sts:AssumeRole" }],
    });
    const { sts } = await worldWithRole(other);
    await expect(sts.send(assume())).rejects.toEqual(awsError("AccessDenied"));
    const RoleArn = "arn:aws:iam::123456789012:role/none";
    await expect(sts.send(assume({ RoleArn }))).rejects.toEqual(awsError("AccessDenied"));
  });

  it("needs the external id that the policy asks for", async () => {
    const condition = { Condition: { StringEquals: { "sts:ExternalId": "x1" } } };
    const { sts } = await worldWithRole(trust(["sts:AssumeRole"], condition));
    await expect(sts.send(assume())).rejects.toEqual(awsError("AccessDenied"));
    await sts.send(assume({ ExternalId: "x1" }));
  });

  it("is refused until the new role has spread", async () => {
    const { sts, clock } = await worldWithRole(trust(["sts:AssumeRole"]), 5000);
    await expect(sts.send(assume())).rejects.toEqual(awsError("AccessDenied"));
    await clock.advance(5000);
    await sts.send(assume());
  });

  it("lasts no longer than the role allows", async () => {
    const { sts } = await worldWithRole(trust(["sts:AssumeRole"]));
    await expect(sts.send(assume({ DurationSeconds: 7200 }))).rejects.toEqual(awsError("ValidationError"));
  });
});
