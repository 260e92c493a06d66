import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { CreateInstanceProfileCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readersOf } from "../../shared/aws/access.ts";
import { accountReader } from "../../shared/aws/account.ts";
import { topicReader } from "../../shared/aws/topic-reader.ts";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { examine } from "../../shared/doctor/examine.ts";
import { loopback } from "./loopback.ts";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("doctor looks at everything by itself, writes nothing, and takes what it can't see for unknown", async () => {
  await using cloud = await loopback();
  cloud.aws.calls.clear();
  const { exit, stdout } = await cloud.type("doctor desired-state/acme.fleet.yaml -o json");
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { check: string; verdict: string }[] };
  const verdict = (start: string) => checks.find(({ check }) => check.startsWith(start))?.verdict;
  expect(verdict("credentials")).toBe("ok");
  expect(verdict("host subnet")).toBe("ok");
  expect(verdict("machine subnet")).toBe("ok");
  expect(verdict("spot service-linked role")).toBe("warning");
  expect(verdict("AMI of the host")).toBe("ok");
  expect(verdict("zones of machines")).toBe("ok");
  for (const name of [
    "role acme-host",
    "role acme-machine",
    "instance profile acme-host",
    "bucket acme-gitlab-cache",
    "security group fleetkeeper-acme-machine",
    "AMI of build",
    "AMI of next",
    "instance types of the host",
    "instance types of next",
  ]) {
    expect(verdict(name), name).toBe("ok");
  }
  expect(verdict("key pairs")).toBe("ok");
  // The embedded AWS doesn't model quotas.
  expect(verdict("spot quota")).toBe("unknown");
  expect(exit).toBe(2);
  expect(cloud.aws.calls.writes()).toEqual([]);
});

test("credentials of another account are wrong, and what to do is said", async () => {
  await using cloud = await loopback();
  const file = join(await mkdtemp(join(tmpdir(), "fleet-")), "other.fleet.yaml");
  const text = await readFile("desired-state/minimal.fleet.yaml", "utf8");
  await writeFile(file, text.replace("  region:", '  accountId: "999999999999"\n  region:'));
  const { exit, stdout } = await cloud.type(["doctor", file]);
  expect(exit).toBe(1);
  expect(stdout).toContain("wrong   credentials: they are of account 123456789012, and the file is for 999999999999");
  expect(stdout).toContain("to mend it: Use the other credentials.");
});

test("names that are taken are found before anything is made, and whose they are is told", async () => {
  await using cloud = await loopback();
  const settings = {
    region: "eu-central-1",
    endpoint: cloud.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const iam = new IAMClient(settings);
  const Principal = { Service: "ec2.amazonaws.com" };
  const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new CreateRoleCommand({ RoleName: "acme-host", AssumeRolePolicyDocument }));
  const Tags = [{ Key: "fleetkeeper:fleet", Value: "shop" }];
  await iam.send(
    new CreateRoleCommand({ RoleName: "acme-machine", Path: "/fleetkeeper/acme/", AssumeRolePolicyDocument, Tags }),
  );
  await cloud.person.makeBucket("acme-gitlab-cache");
  const { exit, stdout } = await cloud.type("doctor desired-state/acme.fleet.yaml");
  expect(exit).toBe(1);
  expect(stdout).toContain("wrong   role acme-host: the name is taken below /, and IAM knows a name once");
  expect(stdout).toContain("wrong   role acme-machine: it is the fleet shop's");
  expect(stdout).toContain("warning bucket acme-gitlab-cache: it is there without this fleet's mark");
});

test("what the fleet made itself is no trouble later", async () => {
  await using cloud = await loopback();
  await cloud.type("reconcile -f test/harness/cloud.fleet.yaml");
  const { stdout } = await cloud.type("doctor test/harness/cloud.fleet.yaml");
  expect(stdout).toContain("ok      role acme-host: is this fleet's already");
  expect(stdout).toContain("ok      bucket acme-gitlab-cache: is this fleet's already");
});

test("an AMI that isn't there and machines in one zone are told", async () => {
  await using cloud = await loopback();
  const file = join(await mkdtemp(join(tmpdir(), "fleet-")), "other.fleet.yaml");
  const text = await readFile("desired-state/acme.fleet.yaml", "utf8");
  await writeFile(
    file,
    text
      .replace(/ami: \{ ssm: [^}]+ \}/, "ami: { id: ami-0123456789abcdef0 }")
      .replace("      - subnet-0ccccccccccccccc3\n", ""),
  );
  const { stdout } = await cloud.type(["doctor", file]);
  expect(stdout).toContain("wrong   AMI of the host: this region has no ami-0123456789abcdef0");
  expect(stdout).toMatch(/warning zones of machines: all machines are in eu-central-1[abc]/);
});

/** The sample with some of its text replaced, as a file. */
async function changed(...changes: readonly (readonly [string | RegExp, string])[]): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "fleet-")), "changed.fleet.yaml");
  const text = await readFile("desired-state/acme.fleet.yaml", "utf8");
  await writeFile(
    file,
    changes.reduce((all, [from, to]) => all.replace(from, to), text),
  );
  return file;
}

test("what has no public address gets nowhere by an internet gateway: the host, and machines", async () => {
  await using cloud = await loopback();
  const host = await cloud.type([
    "doctor",
    await changed(["publicAddress: { type: ElasticIp }", "publicAddress: { type: None }"]),
  ]);
  expect(host.stdout).toContain(
    "wrong   host subnet subnet-0aaaaaaaaaaaaaaa1: its way out is an internet gateway, which takes nothing without a public address",
  );
  expect(host.exit).toBe(1);
  const shared = await changed(["- subnet-0ccccccccccccccc3", "- subnet-0aaaaaaaaaaaaaaa1"]);
  expect((await cloud.type(["doctor", shared])).stdout).toContain(
    "wrong   machine subnet subnet-0aaaaaaaaaaaaaaa1: its way",
  );
});

test("an image for another architecture, a type that is nowhere offered, and a group of somebody else's name are told", async () => {
  await using cloud = await loopback();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const ec2 = new EC2({ region: "eu-central-1", endpoint: cloud.url, credentials });
  await ec2.createSecurityGroup({
    GroupName: "fleetkeeper-acme-host",
    Description: "somebody else",
    VpcId: "vpc-0a1b2c3d4e5f60718",
  });
  const file = await changed(["instanceTypes: [m6i.large, m5.large]", "instanceTypes: [m6g.large, m99.huge]"]);
  const { exit, stdout } = await cloud.type(["doctor", file]);
  expect(exit).toBe(1);
  expect(stdout).toMatch(/wrong {3}AMI of next: ami-0a1b2c3d4e5f60718 is for x86_64, and m6g.large is arm64/);
  expect(stdout).toContain(
    "wrong   instance types of next: EC2 doesn't offer m99.huge in eu-central-1a, m99.huge in eu-central-1b",
  );
  expect(stdout).toContain("warning security group fleetkeeper-acme-host: it is there without this fleet's mark");
});

test("quotas are held against all that the file may have at once", async () => {
  await using cloud = await loopback();
  // The embedded AWS has no Service Quotas: here is who answers for it.
  const quotas: Readonly<Record<string, number>> = { "L-1216C47A": 64, "L-34B43A08": 32 };
  const server = createServer((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => {
      const { QuotaCode } = JSON.parse(text) as { readonly QuotaCode: string };
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify({ Quota: { QuotaCode, Value: quotas[QuotaCode] } }));
    });
  });
  const port = await new Promise((done) =>
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port)),
  );
  try {
    const aws = {
      region: "eu-central-1",
      endpoint: cloud.url,
      credentials: { accessKeyId: "t", secretAccessKey: "t" },
      version: "0",
    };
    const asked = accountReader({ ...aws, endpoint: `http://127.0.0.1:${port}` });
    const account = { ...accountReader(aws), quota: asked.quota };
    const parsed = parseFleet(await readFile("desired-state/acme.fleet.yaml", "utf8"), "acme");
    if (!parsed.ok) throw new Error("the sample is not valid");
    const readers = readersOf(aws, { clock: { now: Date.now, sleep: async () => undefined }, newId: () => "id" });
    const identify = async () => ({ accountId: "123456789012", arn: "me" });
    const found = await examine(parsed.fleet, account, readers, identify, topicReader(aws));
    const told = Object.fromEntries(found.map(({ check, verdict, message }) => [check, `${verdict}: ${message}`]));
    expect(told["on-demand quota"]).toBe("ok: 64 vCPUs, of which the file may want 4");
    // 20 machines of `build` and 10 of `next`, of 2 each.
    expect(told["spot quota"]).toBe("warning: 32 vCPUs, and the file may want 60 at once");
  } finally {
    server.close();
  }
});

describe("how agents are reached", () => {
  const vpc = "vpc-0a1b2c3d4e5f60718";
  const privateTable = "rtb-1a1b2c3d4e5f60718";
  const machines = "machine subnet subnet-0bbbbbbbbbbbbbbb2";

  /** A VPC whose private subnets have lost their NAT gateway. */
  async function closedOff() {
    const cloud = await loopback();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const ec2 = new EC2({ region: "eu-central-1", endpoint: cloud.url, credentials });
    await ec2.deleteRoute({ RouteTableId: privateTable, DestinationCidrBlock: "0.0.0.0/0" });
    const endpoint = (service: string, more: object = { VpcEndpointType: "Interface" }) =>
      ec2.createVpcEndpoint({ VpcId: vpc, ServiceName: `com.amazonaws.eu-central-1.${service}`, ...more });
    const told = async () => {
      await cloud.aws.clock.advance(120_000);
      const { exit, stdout } = await cloud.type("doctor desired-state/acme.fleet.yaml");
      const line = stdout.split("\n").find((one) => one.includes(machines)) ?? "";
      return { exit, line };
    };
    return { ec2, endpoint, told, [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose]() };
  }

  test("by a NAT or an internet gateway: which of them is told", async () => {
    await using cloud = await loopback();
    const { stdout } = await cloud.type("doctor desired-state/acme.fleet.yaml");
    expect(stdout).toMatch(/ok {6}host subnet subnet-0aaaaaaaaaaaaaaa1: in eu-central-1a, out by internet gateway/);
    expect(stdout).toMatch(/ok {6}machine subnet subnet-0bbbbbbbbbbbbbbb2: in eu-central-1a, out by NAT gateway/);
  });

  test("not at all without a route and an endpoint: it is wrong, and names what is missing", async () => {
    await using vpcs = await closedOff();
    const { exit, line } = await vpcs.told();
    expect(line).toContain(`wrong   ${machines}: it has no way out`);
    expect(line).toContain("ssm, ssmmessages, ec2messages, s3: the SSM agent can't be reached");
    expect(exit).toBe(1);
  });

  test("by VPC endpoints, once each of them is available", async () => {
    await using vpcs = await closedOff();
    for (const service of ["ssm", "ssmmessages"]) await vpcs.endpoint(service);
    await vpcs.endpoint("s3", { RouteTableIds: [privateTable] });
    expect((await vpcs.told()).line).toContain("leads from it to ec2messages: the SSM agent");
    await vpcs.endpoint("ec2messages");
    expect((await vpcs.told()).line).toContain(
      `warning ${machines}: it has no way out; the agent is reached by VPC endpoints, images and packages are not`,
    );
  });

  test("not by endpoints that don't lead from the subnet: without private DNS, or routed in another table", async () => {
    await using vpcs = await closedOff();
    for (const service of ["ssmmessages", "ec2messages"]) await vpcs.endpoint(service);
    await vpcs.endpoint("ssm", { VpcEndpointType: "Interface", PrivateDnsEnabled: false });
    await vpcs.endpoint("s3", { RouteTableIds: ["rtb-0a1b2c3d4e5f60718"] });
    expect((await vpcs.told()).line).toContain("leads from it to ssm, s3: the SSM agent can't be reached");
  });

  test("nobody knows where endpoints can't be listed: that is unknown, not wrong", async () => {
    await using cloud = await loopback();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const ec2 = new EC2({ region: "eu-central-1", endpoint: cloud.url, credentials });
    await ec2.deleteRoute({ RouteTableId: privateTable, DestinationCidrBlock: "0.0.0.0/0" });
    const effect = { type: "error", code: "UnauthorizedOperation", status: 403 } as const;
    cloud.aws.faults.add({ service: "ec2", operation: "DescribeVpcEndpoints", times: 99, effect });
    const { exit, stdout } = await cloud.type("doctor desired-state/acme.fleet.yaml");
    expect(stdout).toContain(`unknown ${machines}: `);
    expect(exit).toBe(2);
  });
});

test("an instance profile that is another fleet's, and a bucket of another account or region, are told", async () => {
  await using cloud = await loopback();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const iam = new IAMClient({ region: "eu-central-1", endpoint: cloud.url, credentials });
  const Tags = [{ Key: "fleetkeeper:fleet", Value: "shop" }];
  await iam.send(
    new CreateInstanceProfileCommand({ InstanceProfileName: "acme-host", Path: "/fleetkeeper/acme/", Tags }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "acme-machine" }));
  const us = new S3Client({ region: "us-west-2", endpoint: cloud.url, credentials, forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: "us-west-2" } as const;
  await us.send(new CreateBucketCommand({ Bucket: "acme-gitlab-backups", CreateBucketConfiguration }));
  const effect = { type: "error", code: "AccessDenied", status: 403 } as const;
  cloud.aws.faults.add({
    service: "s3",
    operation: "HeadBucket",
    input: { Bucket: "acme-gitlab-cache" },
    times: 99,
    effect,
  });
  const { exit, stdout } = await cloud.type("doctor desired-state/acme.fleet.yaml");
  expect(exit).toBe(1);
  expect(stdout).toContain("wrong   instance profile acme-host: it is the fleet shop's");
  expect(stdout).toContain(
    "wrong   instance profile acme-machine: the name is taken below /, and IAM knows a name once",
  );
  expect(stdout).toContain("wrong   bucket acme-gitlab-backups: it is in us-west-2, and the fleet in eu-central-1");
  expect(stdout).toContain("wrong   bucket acme-gitlab-cache: the name is another account's, or hidden from you");
});
