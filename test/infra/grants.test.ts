import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentNames } from "../../infra/fleetkeeper-app.ts";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import { installationOf, type RoleName } from "../../infra/installation.ts";
import type { Grant } from "../../infra/policies/grant.ts";
import { rolePolicies } from "../../infra/policies/role-policies.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { everything } from "./synthesis.ts";

const policies = rolePolicies(installationOf(settingsSchema.parse(everything)), documentNames(hostDocuments()));
const grantsOf = (role: RoleName): readonly Grant[] => Object.values(policies[role]).flat();
const allowedTo = (role: RoleName) =>
  new Set(grantsOf(role).flatMap(({ effect, actions }) => (effect === "Deny" ? [] : actions)));
const matches = (pattern: string, action: string) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i").test(action);

/** Actions that aren't named as the call. Source: service authorization reference of S3 and Lambda. */
const named: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
  "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:HeadBucket": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
  "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
};

const prefixes: Readonly<Record<string, string>> = { "auto-scaling": "autoscaling", "route-53": "route53" };

/** Calls that need no grant, or are deliberately given none, each with the reason. */
const ungranted: Readonly<Record<string, string>> = {
  "sts:GetCallerIdentity": "needs no permission",
  "iam:AttachRolePolicy": "no role of ours has a managed policy: one that is put on is taken off, never another put on",
  "ec2:DescribeInstanceTypeOfferings": "`doctor`, with a person's own credentials",
  "ec2:DescribeInstanceTypes": "`doctor`, with a person's own credentials",
  "ec2:DescribeVpcEndpoints": "`doctor`, with a person's own credentials",
  "ec2:DescribeRouteTables": "`doctor`, with a person's own credentials",
  "sns:GetTopicAttributes": "`doctor`, with a person's own credentials",
  "service-quotas:GetServiceQuota": "`doctor`, with a person's own credentials",
};

/** Every action that a file of shared/aws needs for the calls that it imports. */
function actionsIn(file: string): readonly string[] {
  const text = readFileSync(new URL(`../../shared/aws/${file}`, import.meta.url), "utf8");
  const found: string[] = [];
  for (const [, names = "", client = ""] of text.matchAll(
    /\{([^{}]*)\}\s*(?:from|= await import\()\s*"@aws-sdk\/client-([\w-]+)"/g,
  )) {
    for (const [, command, paginated] of names.matchAll(/\b(?:([A-Z]\w+)Command\b|paginate(\w+))/g)) {
      const call = `${prefixes[client] ?? client}:${command ?? paginated}`;
      found.push(named[call] ?? call);
    }
  }
  return [...new Set(found)].filter((action) => !(action in ungranted));
}

const files = readdirSync(new URL("../../shared/aws/", import.meta.url));
const somebody = new Set(Object.keys(policies).flatMap((role) => [...allowedTo(role as RoleName)]));

test("every call that the code can make of AWS has a grant in some role", () => {
  const calls = files.flatMap((file) => actionsIn(file).map((action) => ({ file, action })));
  expect(calls.length).toBeGreaterThan(80);
  expect(calls.filter(({ action }) => !somebody.has(action))).toEqual([]);
});

test("what readers ask is granted to who plans and to who reconciles, machines and their left-overs to the latter alone", () => {
  const readers = ["bucket-reader.ts", "dns.ts", "host-reader.ts", "iam-reader.ts", "probe.ts"];
  const reads = (file: string) => actionsIn(file).filter((action) => /:(Describe|Get|List)/.test(action));
  const asked = readers.flatMap(reads);
  // Machines are asked by the ask worker.
  const byOthers = ["ssm:DescribeInstanceInformation"];
  const missing = (role: RoleName, actions: readonly string[]) =>
    actions.filter((action) => !allowedTo(role).has(action) && !byOthers.includes(action));
  expect(missing("planWorker", asked)).toEqual([]);
  for (const role of ["reconcileWorker", "teardown"] as const)
    expect(missing(role, [...asked, ...reads("machines.ts")]), role).toEqual([]);
  expect(missing("planWorker", reads("machines.ts")).toSorted()).toEqual([
    "ec2:DescribeKeyPairs",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSpotInstanceRequests",
  ]);
  expect(allowedTo("askWorker")).toContain("ssm:DescribeInstanceInformation");
});

test("what writers write is granted to who reconciles or to people's role, and none of it to who plans", () => {
  const written = ["bucket-writer.ts", "host-writer.ts", "iam-writer.ts"].flatMap(actionsIn);
  const writes = written.filter((action) => !/:(Describe|Get|List)/.test(action));
  const may = new Set([...allowedTo("reconcileWorker"), ...allowedTo("teardown")]);
  expect(writes.filter((action) => !may.has(action))).toEqual([]);
  expect(writes.filter((action) => allowedTo("planWorker").has(action))).toEqual([]);
});

test("what collecting looks at and deletes is granted to collect, and nothing else that deletes is", () => {
  const asked = actionsIn("machines.ts").filter((action) => !/Tags$/.test(action));
  expect(asked.filter((action) => !allowedTo("collectWorker").has(action))).toEqual([]);
  const deletes = [...allowedTo("collectWorker")].filter((action) => /:(Cancel|Delete|Terminate|Release)/.test(action));
  expect(deletes.filter((action) => !asked.includes(action))).toEqual([]);
  expect(deletes.filter((action) => allowedTo("reconcileWorker").has(action))).toEqual([]);
});

test.each(Object.keys(policies) as RoleName[])("nothing that %s is granted is denied to it everywhere", (role) => {
  const always = grantsOf(role)
    .filter(({ effect, resources, conditions }) => effect === "Deny" && resources.includes("*") && !conditions)
    .flatMap(({ actions }) => actions);
  const vain = [...allowedTo(role)].filter((action) => always.some((pattern) => matches(pattern, action)));
  expect(vain).toEqual([]);
});
