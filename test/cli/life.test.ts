import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { changingWrites } from "../../cli/demo/stage.ts";
import { loopback } from "./loopback.ts";
import { fleetkeeper } from "./terminal.ts";

const acme = "test/harness/cloud.fleet.yaml";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function edited(from: string | RegExp, to: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "fleet-")), "edited.fleet.yaml");
  await writeFile(file, (await readFile(acme, "utf8")).replace(from, to));
  return file;
}

test("a file is planned, pushed, made real, found in order, and told of", async () => {
  await using cloud = await loopback();
  const planned = await cloud.type(["plan", "-f", acme, "-o", "json"]);
  expect(planned.exit).toBe(2);
  expect(changingWrites(cloud.aws.calls.all()).map(({ operation }) => operation)).toEqual(["CreateBucket"]);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    version: 1,
    fleet: "acme",
    unknown: [],
    notManaged: expect.any(Array),
  });

  expect((await cloud.type(["push", acme])).stdout).toBe(`${acme}: sequence 1 is in force for the next run\n`);
  expect((await cloud.type(["push", acme])).stdout).toBe(`${acme}: sequence 1 was there already\n`);
  expect((await cloud.type("status")).stderr).toContain("NoStatus");
  expect((await cloud.type("reconcile")).exit).toBe(0);
  expect((await cloud.type("plan")).exit).toBe(0);
  const status = await cloud.type("status");
  expect(status.exit).toBe(0);
  expect(status.stdout).toMatch(/^Ready +True .*AllAsDeclared/m);
  expect((await cloud.type("history")).stdout).toMatch(/Ready \d+ applied/);
});

test("drift that a person causes is planned, healed and recorded with what stood before", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  const drifts = cloud.person.drifts("acme", "acme-gitlab-cache", "acme-machine");
  for (const { cause } of drifts) await cause();
  const plan = await cloud.type("plan -o json");
  expect(plan.exit).toBe(2);
  const shown: readonly { kind: string; name: string }[] = JSON.parse(plan.stdout).actions;
  expect(shown.map(({ kind, name }) => `${kind}/${name}`)).toEqual(
    expect.arrayContaining(drifts.map(({ shows }) => shows)),
  );
  expect((await cloud.type("reconcile")).exit).toBe(0);
  for (const { healed } of drifts) expect(await healed()).toBe(true);
  const history = JSON.parse((await cloud.type("history -o json --limit 1")).stdout);
  expect(JSON.stringify(history.records[0].actions)).toContain("ingress[tcp 8080 from 0.0.0.0/0]");
});

test("a suspended fleet is looked at and not touched, until it is resumed", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  expect((await cloud.type(["suspend", "--for", "2h", "--reason", "moving house"])).exit).toBe(0);
  const [openPort] = cloud.person.drifts("acme", "acme-gitlab-cache", "acme-machine");
  await openPort?.cause();
  const held = await cloud.type("reconcile");
  expect(held.exit).toBe(2);
  expect(held.stdout).toContain("Suspended");
  expect(await openPort?.healed()).toBe(false);
  expect((await cloud.type("status")).stdout).toMatch(/^Suspended +True .*moving house/m);
  expect((await cloud.type("resume")).exit).toBe(0);
  expect((await cloud.type("reconcile")).exit).toBe(0);
  expect(await openPort?.healed()).toBe(true);
});

test("an older sequence is refused, a reset starts over, and a bad file leaves the last good one in force", async () => {
  await using cloud = await loopback();
  await cloud.type(["push", acme, "--sequence", "7"]);
  const stale = await cloud.type(["push", await edited("days: 14", "days: 15"), "--sequence", "6"]);
  expect(stale.exit).toBe(1);
  expect(stale.stderr).toContain("StaleRevision");
  const bad = await cloud.type(["push", await edited("mode: Enforce", "mode: Enforced"), "--sequence", "8"]);
  expect(bad.exit).toBe(1);
  expect(bad.stderr).toContain("InvalidFile");
  expect(bad.stderr).toContain("spec.mode");
  expect((await cloud.type("reconcile")).exit).toBe(0);
  expect((await cloud.type(["push", acme, "--sequence", "1", "--reset-sequence"])).exit).toBe(0);
});

test.each([
  ["a bucket that doesn't exist", ["status", "--bucket", "no-such-bucket"], "BucketMissing"],
  ["a fleet that was never pushed", ["status", "--fleet", "nobody"], "NoStatus"],
  ["a plan without any fleet", ["plan"], "NoFleet"],
  ["a limit that isn't a number", ["history", "--fleet", "acme", "--limit", "x"], "InvalidArgument"],
  ["a duration without a unit", ["suspend", "--fleet", "acme", "--for", "2", "--reason", "x"], "InvalidArgument"],
])("%s is a clear message with what to do, and no stack trace", async (_, line, code) => {
  await using cloud = await loopback();
  // Options given twice: the last one counts, and loopback puts its own last.
  const overridden = line.includes("--bucket") ? [...line] : undefined;
  const ran =
    overridden === undefined
      ? await cloud.type(line)
      : await fleetkeeper([...overridden, "--endpoint-url", cloud.url], { AWS_REGION: "eu-central-1" });
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toContain(code);
  expect(ran.stderr).not.toMatch(/^\s+at /m);
});

test("access that is denied is named with the action, and nothing is half-written", async () => {
  await using cloud = await loopback();
  cloud.aws.faults.add({ operation: "PutObject", effect: { type: "error", code: "AccessDenied", status: 403 } });
  const ran = await cloud.type(["push", acme]);
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toMatch(/AccessDenied/);
  cloud.aws.faults.clear();
  expect((await cloud.type("plan")).stderr).toContain("NoFleet");
});

test("missing credentials are said in words, before anything is asked of AWS", async () => {
  await using cloud = await loopback();
  vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  const ran = await cloud.type("status --fleet acme");
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toMatch(/[Cc]redentials/);
  expect(ran.stderr).not.toMatch(/^\s+at /m);
});

test("a file for another region or account is refused before anything is made", async () => {
  await using cloud = await loopback();
  const elsewhere = await cloud.type([
    "reconcile",
    "-f",
    await edited('accountId: "123456789012"', 'accountId: "210987654321"'),
  ]);
  expect(elsewhere.exit).not.toBe(0);
  expect((await cloud.type("status")).stdout).toContain("the file is for account 210987654321");
  expect(cloud.aws.calls.all().filter(({ operation }) => /^Create(?!Bucket)/.test(operation))).toEqual([]);
});
