import { gzipSync } from "node:zlib";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { VirtualClock } from "../../sandbox/clock.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { iamService } from "../../sandbox/services/iam/service.ts";
import { lookAtOutput, lookAtSandbox, Taint } from "./taint.ts";

const secretOf = (taint: Taint) => taint.plant("runner token");

test.each([
  ["plain", (secret: string) => `token=${secret}`],
  ["plain", (secret: string) => secret.slice(3, 30)],
  ["plain", (secret: string) => ({ nested: [{ deep: secret }] })],
  ["plain", (secret: string) => new Error("outer", { cause: new Error(`bad token ${secret}`) })],
  ["plain", (secret: string) => Buffer.from(`bytes ${secret}`)],
  ["hex", (secret: string) => Buffer.from(secret).toString("hex")],
  ["percent", (secret: string) => [...secret].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("")],
  ["base64", (secret: string) => Buffer.from(secret).toString("base64")],
  ["base64", (secret: string) => Buffer.from(`x${secret}`).toString("base64")],
  ["base64", (secret: string) => Buffer.from(`xy${secret}z`).toString("base64")],
  ["plain", (secret: string) => gzipSync(`config: ${secret}`).toString("base64")],
])("a secret written %s is found", (encoding, write) => {
  const taint = new Taint();
  taint.look("plan", write(secretOf(taint)));
  expect(taint.leaks()[0]).toMatchObject({ secret: "runner token", encoding });
  expect(taint.leaks()[0]?.channel).toMatch(/^plan/);
});

test("what holds no secret isn't suspected, another one's secret neither", () => {
  const taint = new Taint();
  secretOf(taint);
  taint.look("plan", { password: "***", token: "glrt-redacted", text: "x".repeat(10_000) });
  taint.look("status", new Taint("other").plant("runner token"));
  expect(taint.leaks()).toEqual([]);
});

test("a secret is found in a call's input and in what a service keeps, unless it belongs there", async () => {
  const taint = new Taint();
  const sandbox = new Sandbox({ services: [iamService()], clock: new VirtualClock() });
  const iam = new IAMClient({
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDSANDBOX", secretAccessKey: "s" },
    requestHandler: new SandboxHandler(sandbox),
  });
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  await iam.send(
    new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: trust, Description: secretOf(taint) }),
  );
  lookAtSandbox(taint, sandbox, { allowedCall: () => true, allowedState: () => true });
  expect(taint.leaks()).toEqual([]);
  lookAtSandbox(taint, sandbox);
  const channels = taint.leaks().map(({ channel }) => channel);
  expect(channels).toContain("call 1: iam CreateRole");
  expect(channels.some((channel) => channel.startsWith("state iam"))).toBe(true);
});

test("a secret printed to a terminal is found, and the terminal works again afterwards", async () => {
  const taint = new Taint();
  const before = process.stdout.write;
  await lookAtOutput(taint, async () => {
    process.stdout.write(secretOf(taint).slice(0, 20));
    process.stdout.write(secretOf(taint).slice(20));
  });
  expect(process.stdout.write).toBe(before);
  expect(taint.leaks()).toMatchObject([{ channel: "stdout" }]);
});
