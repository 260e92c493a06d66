import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
