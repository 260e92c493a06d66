import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { fleetkeeper } from "./terminal.ts";

const acme = "desired-state/acme.fleet.yaml";
const article = "test/resources/runner/samples/article.toml";

test("explain schedule shows the week of every fleet as a table and a plot", async () => {
  const { exit, stdout, stderr } = await fleetkeeper(["explain", "schedule", "-f", acme, "--week", "2026-11-24"]);
  expect([exit, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("build: idle machines by the hour");
  expect(stdout).toContain("█");
  expect(stdout).toMatch(/A week's idle machine-hours:\n {2}no jobs: \d/);
});

test("explain schedule as JSON has every hour", async () => {
  const { stdout } = await fleetkeeper(["explain", "schedule", "-f", acme, "--week", "2026-11-24", "-o", "json"]);
  expect(JSON.parse(stdout).schedules[0]).toMatchObject({ fleet: "build", hours: { length: 168 } });
});

test("explain schedule of a fleet that isn't there names those that are", async () => {
  const { exit, stderr } = await fleetkeeper(["explain", "schedule", "-f", acme, "--only", "bild"]);
  expect(exit).toBe(1);
  expect(stderr).toMatch(/no fleet bild[\s\S]*build/);
});

test("import turns the article's config.toml into YAML, and says what it left out", async () => {
  const { exit, stdout, stderr } = await fleetkeeper(["import", article]);
  expect(exit).toBe(0);
  expect(parse(stdout)).toMatchObject({
    runners: { manager: { concurrent: 20 }, fleets: [{ name: "gitlab-aws-autoscaler", executor: "docker+machine" }] },
  });
  expect(stderr).toContain("dropped: runners[gitlab-aws-autoscaler].cache.volumes: the runner ignores this key here");
  expect(stdout + stderr).not.toContain("sample-not-a-token");
});

test("import of a broken file tells the place and never the line", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "import-")), "config.toml");
  await writeFile(file, 'concurrent = 1\ntoken = "glrt-secret\n');
  const { exit, stdout, stderr } = await fleetkeeper(["import", file]);
  expect([exit, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("isn't TOML at line 2");
  expect(stderr).not.toContain("glrt-secret");
});

test("convert writes the new fleets and names what can't be carried over", async () => {
  const { exit, stdout, stderr } = await fleetkeeper(["convert", "--to", "docker-autoscaler", "-f", acme]);
  expect(exit).toBe(0);
  expect(parse(stdout)[0]).toMatchObject({ name: "build-auto", executor: "docker-autoscaler" });
  expect(stderr).toContain("build: machine.ami:");
});
