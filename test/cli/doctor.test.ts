import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
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
