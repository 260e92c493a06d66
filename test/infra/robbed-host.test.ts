import { expect, test } from "vitest";
import { account } from "../functions/environment.ts";
import { may } from "./simulated-worker.ts";

const instance = `arn:aws:ec2:eu-central-1:${account}:instance/i-0a1b2c3d4e5f60718`;
const profile = (fleet: string, name: string) =>
  `arn:aws:iam::${account}:instance-profile/fleetkeeper/${fleet}/${name}`;
const mark = { "aws:RequestTag/fleetkeeper:fleet": "acme", "aws:RequestTag/fleetkeeper:kind": "host" };
const asHost = (context: Readonly<Record<string, string>>) =>
  may("reconcileWorker", "acme", "ec2:CreateTags", instance, { ...mark, ...context });

test("a host that lost its tags is given them back, known by its instance profile", async () => {
  expect(await asHost({ "ec2:InstanceProfile": profile("acme", "acme-host") })).toBe(true);
});

test.each([
  ["a machine that docker-machine hasn't tagged", { "ec2:InstanceProfile": profile("acme", "acme-machine") }],
  ["an instance of another fleet", { "ec2:InstanceProfile": profile("shop", "shop-host") }],
  ["an instance without a profile", {}],
  [
    "one that carries another fleet's mark",
    { "ec2:InstanceProfile": profile("acme", "acme-host"), "aws:ResourceTag/fleetkeeper:fleet": "shop" },
  ],
] as const)("but %s is never made a host", async (_what, context) => {
  expect(await asHost(context)).toBe(false);
});
