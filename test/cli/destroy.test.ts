import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { changingWrites } from "../../cli/demo/stage.ts";
import { loopback } from "./loopback.ts";

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

interface Shown {
  readonly actions: readonly { readonly id: string; readonly kind: string; readonly name: string }[];
}

test("a fleet is shown, approved by its name, taken down, proven gone, and started anew by a push", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  const before = changingWrites(cloud.aws.calls.all()).length;

  const planned = await cloud.type("destroy -o json");
  expect(planned.exit).toBe(2);
  const { actions } = JSON.parse(planned.stdout) as Shown;
  expect(actions.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual([
    "iam/profile/host",
    "iam/profile/machine",
    "iam/role/host",
    "iam/role/machine",
    "network/group/egress",
    "network/group/host",
    "network/group/machine",
  ]);
  expect(changingWrites(cloud.aws.calls.all()).length).toBe(before);
  expect((await cloud.type("destroy --confirm other")).stderr).toContain("NotConfirmed");
  expect((await cloud.type("destroy --approve 0123456789ab")).stderr).toContain("NoSuchAction");
  expect((await cloud.type("destroy --confirm acme --timeout soon")).stderr).toContain("--timeout must be a duration");

  const destroyed = await cloud.type("destroy --confirm acme");
  expect(destroyed).toMatchObject({ exit: 0 });
  expect(destroyed.stdout).toContain("bucket acme-gitlab-cache");
  expect(destroyed.stdout).toContain("nothing else is left");
  expect((await cloud.type("destroy")).stdout).toBe("acme is destroyed already\n");
  expect((await cloud.type("reconcile")).exit).toBe(0);
  expect((await cloud.type("reconcile")).stdout).toContain("0 applied");

  expect((await cloud.type(["reconcile", "-f", acme])).exit).toBe(0);
  expect((await cloud.type("plan")).exit).toBe(0);
});

test("approved in parts: what is approved goes, the schedule holds still and makes nothing anew, pushes wait", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  const { actions } = JSON.parse((await cloud.type("destroy -o json")).stdout) as Shown;
  const groups = actions.filter(({ kind }) => kind === "network").map(({ id }) => id);
  const some = await cloud.type(["destroy", "--approve", ...groups]);
  expect(some.exit).toBe(2);
  expect(some.stdout).toContain("ApprovalNeeded: approve it with: fleetkeeper destroy --approve");

  const tick = await cloud.type("reconcile --force");
  expect(tick.exit).toBe(2);
  expect(tick.stdout).toMatch(/held network\/group\/host create .* TearingDown/);
  expect((await cloud.type(["push", await edited("days: 14", "days: 15")])).stderr).toContain("TearingDown");

  const left = JSON.parse((await cloud.type("destroy -o json")).stdout) as { readonly end: string };
  expect(left.end).toBe("Held");
  expect(await cloud.type("destroy --confirm acme")).toMatchObject({ exit: 0 });
});

test("a teardown that is given up is undone by the next reconcile", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  const { actions } = JSON.parse((await cloud.type("destroy -o json")).stdout) as Shown;
  await cloud.type(["destroy", "--approve", ...actions.slice(0, 3).map(({ id }) => id)]);
  expect((await cloud.type("destroy --abandon")).stdout).toContain("given up");
  expect((await cloud.type("destroy --abandon")).stdout).toContain("no teardown is under way");
  expect((await cloud.type("reconcile")).exit).toBe(0);
});

test("what holds data goes only where the file says Delete and the command says --data", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", await edited("deletionPolicy: Retain", "deletionPolicy: Delete")]);
  const kinds = async (line: string) =>
    (JSON.parse((await cloud.type(line)).stdout) as Shown).actions.map(({ kind }) => kind);
  expect(await kinds("destroy -o json")).not.toContain("cache-bucket");
  expect(await kinds("destroy --data -o json")).toContain("cache-bucket");
  const destroyed = await cloud.type("destroy --data --confirm acme");
  expect(destroyed).toMatchObject({ exit: 0 });
  expect(destroyed.stdout).toContain("nothing is left");
});

test("a fleet that is only observed, or suspended, isn't taken down, and is told what to do", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  await cloud.type(["suspend", "--for", "2h", "--reason", "an audit"]);
  expect(await cloud.type("destroy --confirm acme")).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining("fleetkeeper resume"),
  });
  await cloud.type("resume");
  await cloud.type(["push", await edited("mode: Enforce", "mode: Observe")]);
  expect(await cloud.type("destroy --confirm acme")).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining("mode: Enforce"),
  });
  expect((await cloud.type("destroy --abandon")).stdout).toContain("no teardown is under way");
});

test("one deletion that is refused: its siblings go on, the run ends failed, and a later one finishes", async () => {
  await using cloud = await loopback();
  await cloud.type(["reconcile", "-f", acme]);
  const effect = { type: "error", code: "UnauthorizedOperation", status: 403 } as const;
  cloud.aws.faults.add({ service: "ec2", operation: "DeleteSecurityGroup", effect });
  const failed = await cloud.type("destroy --confirm acme");
  expect(failed.exit).toBe(1);
  expect(failed.stdout).toMatch(/applied iam\/role\/host delete|network\/group\/host/);
  cloud.aws.faults.clear();
  const finished = await cloud.type("destroy");
  expect(finished).toMatchObject({ exit: 0 });
});
