import { CreateRoleCommand, IAMClient, PutRolePolicyCommand, TagRoleCommand } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { VirtualClock } from "../../sandbox/clock.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import type { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { iamService } from "../../sandbox/services/iam/service.ts";
import { isAlreadyThere } from "../../shared/aws/classify.ts";
import { accountLines } from "./account.ts";
import { type CrashScenario, type CrashWorld, crashEverywhere } from "./crash.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});

/** Makes a role, its policy and a tag; `finishes` half-made ones or takes a role that exists for a finished one. */
function roleMaker(finishes: boolean): CrashScenario<CrashWorld> {
  const run = async (_: CrashWorld, requestHandler: SandboxHandler) => {
    const iam = new IAMClient({
      region: "eu-central-1",
      credentials: { accessKeyId: "AKIDSANDBOX", secretAccessKey: "s" },
      requestHandler,
    });
    try {
      await iam.send(new CreateRoleCommand({ RoleName: "host", AssumeRolePolicyDocument: trust }));
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
      if (!finishes) return;
    }
    await iam.send(new PutRolePolicyCommand({ RoleName: "host", PolicyName: "p", PolicyDocument: policy }));
    await iam.send(new TagRoleCommand({ RoleName: "host", Tags: [{ Key: "k", Value: "v" }] }));
  };
  return {
    make: () => ({ sandbox: new Sandbox({ services: [iamService()], clock: new VirtualClock() }) }),
    run,
    recover: run,
    end: (world) => accountLines(world.sandbox, "none"),
  };
}

test("a run that finishes what it finds half-made comes to the same end wherever it died", async () => {
  const report = await crashEverywhere(roleMaker(true));
  expect(report).toEqual({ calls: 3, worlds: 7, failures: [] });
});

test("a run that takes half-made for finished is caught, at the very calls where it dies", async () => {
  const report = await crashEverywhere(roleMaker(false));
  expect(report.failures.map(({ at, when, why }) => `${when} ${at}: ${why}`)).toEqual([
    "after 1: another end",
    "before 2: another end",
    "after 2: another end",
    "before 3: another end",
  ]);
  expect(report.failures[0]?.operation).toBe("iam CreateRole");
  expect(report.failures[0]?.detail).toContain('- iam.roles.=host.tags.*.Value = "v"');
});
