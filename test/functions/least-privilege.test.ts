import { readdirSync, readFileSync } from "node:fs";
import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  EC2Client,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { DeleteBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParameterCommand, SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { evaluate, parsePolicy } from "../../sandbox/iam-enforcement/evaluate.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { resources, synthesise, type Templates } from "../infra/synthesis.ts";
import { credentialsOf } from "./deployed.ts";
import { account, region } from "./environment.ts";
import { objectCreated, tick } from "./events.ts";
import { FunctionWorld, rootSettings } from "./function-world.ts";
import { parseUse, refusals, type Use, usesOf } from "./proof.ts";
import { unusedActions, unusedByRole, unusedStatements } from "./unused-actions.ts";

const stateBucket = `fleetkeeper-state-${account}-${region}`;

/** Once, by whichever test comes first. */
let synthesised: Templates | undefined;
const templates = (): Templates => {
  synthesised ??= synthesise();
  return synthesised;
};

/** Every call is judged by the roles of the templates. */
async function lived(): Promise<FunctionWorld> {
  const world = await FunctionWorld.open({ templates: templates() });
  await world.push("acme", await sampleFile("acme"));
  world.deliver("dispatch", objectCreated("fleets/acme/desired.yaml", stateBucket));
  await world.settle();
  await world.pass(3);
  return world;
}

const isRefusal = { name: expect.stringMatching(/^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/) };

test("a life through the handlers needs nothing that the roles don't allow, and uses what they do", async () => {
  const world = await lived();
  for (let round = 0; round < 3; round += 1) {
    world.deliver("dispatch", tick(`tick-${round}`));
    await world.pass(5);
  }
  await world.call("plan", { fleet: "acme" });
  const { judgements } = world.enforcement;
  expect(refusals(judgements)).toEqual([]);
  const used = new Set(
    [...usesOf(judgements).map(parseUse), ...proven()].map(({ role, action }) => `${role} ${action}`),
  );
  for (const role of ["fleetkeeper-reconcile-worker", "fleetkeeper-plan-worker", "fleetkeeper-dispatch"]) {
    const unused = allowedActions(role).filter((action) => !used.has(`${role} ${action}`));
    const unlisted = unused.filter((action) => !(action in unusedActions) && !(`${role} ${action}` in unusedByRole));
    expect(unlisted).toEqual([]);
  }
  expect(Object.keys(unusedByRole).filter((line) => used.has(line))).toEqual([]);
});

test("every action that a role is allowed is used by some judged suite, or listed with what needs it", () => {
  const used = new Set(proven().map(({ action }) => action));
  const allowed = new Set(roles().flatMap(allowedActions));
  expect([...allowed].filter((action) => !used.has(action) && !(action in unusedActions)).sort()).toEqual([]);
  for (const [action, reason] of Object.entries(unusedActions)) {
    expect(allowed).toContain(action);
    expect(reason.length).toBeGreaterThan(10);
  }
});

test("every statement of every role has allowed a call of some judged suite, or is listed with what needs it", () => {
  const used = new Set(proven().map(({ role, statement }) => `${role} ${statement}`));
  const unused = roles().flatMap((role) =>
    allowing(role)
      .filter(({ actions }) => !actions.every((action) => action in unusedActions))
      // A number is at the end of what settings repeat for a fleet whose buckets have names of their own.
      .map(({ name }) => `${role} ${name.replace(/\d+$/, "")}`)
      .filter((line) => !used.has(line)),
  );
  expect(unused.filter((line) => !(line in unusedStatements))).toEqual([]);
  for (const [line, reason] of Object.entries(unusedStatements)) {
    expect(unused, "used, or there isn't such a statement").toContain(line);
    expect(reason.length).toBeGreaterThan(10);
  }
});

test("nothing that is listed as unused is used by a judged suite", () => {
  const used = new Set(proven().map(({ action }) => action));
  expect(Object.keys(unusedActions).filter((action) => used.has(action))).toEqual([]);
});

test("a worker is refused everything that isn't its fleet's, and what deletes what runs", async () => {
  const world = await lived();
  const { Reservations = [] } = await new EC2Client(rootSettings(world.sandbox)).send(new DescribeInstancesCommand({}));
  const host =
    Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId = "" }) => InstanceId)[0] ?? "";
  expect(host).toMatch(/^i-/);
  const as = (role: string, fleet?: string) => {
    const settings = { ...rootSettings(world.sandbox), credentials: credentialsOf(world.sandbox, role, fleet) };
    return {
      ec2: new EC2Client(settings),
      iam: new IAMClient(settings),
      s3: new S3Client({ ...settings, forcePathStyle: true }),
      ssm: new SSMClient(settings),
      sts: new STSClient(settings),
    };
  };
  const worker = as("fleetkeeper-reconcile-worker", "acme");
  const other = as("fleetkeeper-reconcile-worker", "tiny");
  const planner = as("fleetkeeper-plan-worker", "acme");
  const nobody = as("fleetkeeper-reconcile-worker");
  const machine = as("acme-machine");
  const desired = { Bucket: stateBucket, Key: "fleets/acme/desired.yaml" };
  const command = { InstanceIds: [host], Parameters: {} };
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const role = { RoleName: "acme-extra", Path: "/fleetkeeper/acme/", AssumeRolePolicyDocument: trust };
  const tags = [{ Key: "fleetkeeper:fleet", Value: "acme" }];
  const admin = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
  const workerArn = `arn:aws:iam::${account}:role/fleetkeeper-reconcile-worker`;
  const refused: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["another fleet's instance", () => other.ec2.send(new StopInstancesCommand({ InstanceIds: [host] }))],
    ["a session of no fleet", () => nobody.ec2.send(new StopInstancesCommand({ InstanceIds: [host] }))],
    ["the host's end", () => worker.ec2.send(new TerminateInstancesCommand({ InstanceIds: [host] }))],
    [
      "a mark on the host",
      () =>
        worker.ec2.send(
          new CreateTagsCommand({ Resources: [host], Tags: [{ Key: "fleetkeeper:fleet", Value: "tiny" }] }),
        ),
    ],
    [
      "a shell on the host",
      () => worker.ssm.send(new SendCommandCommand({ ...command, DocumentName: "AWS-RunShellScript" })),
    ],
    ["other documents", () => worker.ssm.send(new SendCommandCommand({ ...command, DocumentName: "somebody-elses" }))],
    [
      "another fleet's host",
      () => other.ssm.send(new SendCommandCommand({ ...command, DocumentName: "fleetkeeper-facts" })),
    ],
    [
      "a writing document by a plan",
      () => planner.ssm.send(new SendCommandCommand({ ...command, DocumentName: "fleetkeeper-compose" })),
    ],
    [
      "a write by a plan",
      () => planner.s3.send(new PutObjectCommand({ Bucket: stateBucket, Key: "fleets/acme/status.json", Body: "x" })),
    ],
    [
      "a group by a plan",
      () =>
        planner.ec2.send(
          new CreateSecurityGroupCommand({
            GroupName: "x",
            Description: "x",
            VpcId: "vpc-0a1b2c3d4e5f60718",
            TagSpecifications: [{ ResourceType: "security-group", Tags: tags }],
          }),
        ),
    ],
    [
      "a group without the mark",
      () =>
        worker.ec2.send(
          new CreateSecurityGroupCommand({ GroupName: "x", Description: "x", VpcId: "vpc-0a1b2c3d4e5f60718" }),
        ),
    ],
    ["the state bucket's deletion", () => worker.s3.send(new DeleteBucketCommand({ Bucket: stateBucket }))],
    ["the cache's deletion", () => worker.s3.send(new DeleteBucketCommand({ Bucket: "acme-gitlab-cache" }))],
    ["the file itself", () => worker.s3.send(new PutObjectCommand({ ...desired, Body: "x" }))],
    ["another fleet's state", () => other.s3.send(new GetObjectCommand(desired))],
    ["a role without the boundary", () => worker.iam.send(new CreateRoleCommand({ ...role, Tags: tags }))],
    [
      "a role outside its path",
      () =>
        worker.iam.send(
          new CreateRoleCommand({
            ...role,
            Path: "/",
            Tags: tags,
            PermissionsBoundary: `arn:aws:iam::${account}:policy/fleetkeeper-boundary`,
          }),
        ),
    ],
    [
      "a policy of its own role",
      () =>
        worker.iam.send(
          new PutRolePolicyCommand({
            RoleName: "fleetkeeper-reconcile-worker",
            PolicyName: "x",
            PolicyDocument: admin,
          }),
        ),
    ],
    [
      "a managed policy for its roles",
      () =>
        worker.iam.send(
          new AttachRolePolicyCommand({
            RoleName: "acme-host",
            PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
          }),
        ),
    ],
    [
      "passing a role elsewhere",
      () =>
        worker.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "acme-host", RoleName: "admins" })),
    ],
    [
      "a secret from a machine",
      () => machine.ssm.send(new GetParameterCommand({ Name: "/fleetkeeper/acme/secrets/smtp", WithDecryption: true })),
    ],
    [
      "a worker of nobody's",
      () => as("fleetkeeper-reconcile").sts.send(new AssumeRoleCommand({ RoleArn: workerArn, RoleSessionName: "x1" })),
    ],
    [
      "a worker by the plan function",
      () =>
        as("fleetkeeper-plan").sts.send(
          new AssumeRoleCommand({ RoleArn: workerArn, RoleSessionName: "x1", Tags: [{ Key: "fleet", Value: "acme" }] }),
        ),
    ],
  ];
  for (const [name, call] of refused) await expect(call(), name).rejects.toMatchObject(isRefusal);
  const hostRole = as("acme-host");
  await expect(
    hostRole.ssm.send(new GetParameterCommand({ Name: "/fleetkeeper/tiny/secrets/smtp", WithDecryption: true })),
  ).rejects.toMatchObject(isRefusal);
  await expect(hostRole.s3.send(new GetObjectCommand(desired))).rejects.toMatchObject(isRefusal);
});

test("who marks a machine can't terminate it", () => {
  const context = new Map([
    ["aws:principaltag/fleet", ["acme"]],
    ["aws:resourcetag/fleetkeeper:fleet", ["acme"]],
    ["aws:resourcetag/fleetkeeper:orphan", ["suspect"]],
    ["aws:tagkeys", ["fleetkeeper:orphan"]],
  ]);
  const resource = `arn:aws:ec2:${region}:${account}:instance/i-0123456789abcdef0`;
  const policies = policiesOf("fleetkeeper-reconcile-worker").map(({ area, document }) => parsePolicy(area, document));
  const may = (action: string) => evaluate({ policies, limits: [] }, { action, resource, context }).allowed;
  expect(may("ec2:CreateTags")).toBe(true);
  expect(may("ec2:TerminateInstances")).toBe(false);
});

/** What the judged suites have used: each holds its file of `proofs` to what it really uses. */
function proven(): readonly Use[] {
  const folder = new URL("proofs/", import.meta.url);
  return readdirSync(folder)
    .flatMap((name) => readFileSync(new URL(name, folder), "utf8").trim().split("\n"))
    .map(parseUse);
}

function roles(): readonly string[] {
  return resources(templates(), "AWS::IAM::Role")
    .map(({ Properties }) => String(Properties["RoleName"]))
    .filter((role) => policiesOf(role).length > 0);
}

/** The documents of a role's policies, as text, each with the area that its name ends in. */
function policiesOf(role: string): readonly { readonly area: string; readonly document: string }[] {
  return resources(templates(), "AWS::IAM::ManagedPolicy").flatMap(({ Properties }) => {
    const [, owner, area = ""] = /^(.*)-([a-z]+)$/.exec(String(Properties["ManagedPolicyName"])) ?? [];
    return owner === role ? [{ area, document: JSON.stringify(Properties["PolicyDocument"]) }] : [];
  });
}

/** Statements that allow something, by `area/Sid`. */
function allowing(role: string): readonly { readonly name: string; readonly actions: readonly string[] }[] {
  return policiesOf(role).flatMap(({ area, document }) =>
    parsePolicy(area, document).statements.flatMap(({ Sid = "", Effect, Action = [] }) =>
      Effect === "Allow" ? [{ name: `${area}/${Sid}`, actions: [Action].flat() }] : [],
    ),
  );
}

function allowedActions(role: string): readonly string[] {
  return [...new Set(allowing(role).flatMap(({ actions }) => actions))].sort();
}
