import { expect, test } from "vitest";
import { fleetkeeper } from "./terminal.ts";

const acme = "desired-state/acme.fleet.yaml";

test("explain upgrade shows the stops from what runs to what the file wants", async () => {
  const { exit, stdout } = await fleetkeeper([
    "explain",
    "upgrade",
    "-f",
    acme,
    "--from",
    "18.8.11",
    "--postgresql",
    "16",
  ]);
  expect(exit).toBe(0);
  expect(stdout).toContain("1. GitLab 18.8.11 to 18.11.12 (required stop)");
  expect(stdout).toContain("2. PostgreSQL 16 to 17, with GitLab 18.11.12 (GitLab 19.0.0 needs it)");
  expect(stdout).toContain("to take it along, go to the last stop of GitLab 18 first");
});

test("explain upgrade within a major version has no need to take the runner along", async () => {
  const { stdout } = await fleetkeeper(["explain", "upgrade", "-f", acme, "--from", "19.2.7", "--postgresql", "17"]);
  expect(stdout).toContain("Runner: drained first, then 19.5 beside it.\nExpected downtime");
});

test("explain upgrade as JSON has every step as data", async () => {
  const { stdout } = await fleetkeeper([
    "explain",
    "upgrade",
    "-f",
    acme,
    "--from",
    "19.2.7",
    "--postgresql",
    "17",
    "-o",
    "json",
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, state: "path", steps: [{ kind: "version", from: "19.2.7" }] });
});

test("explain upgrade says why a path is refused, and exits with 2", async () => {
  const { exit, stdout } = await fleetkeeper(["explain", "upgrade", "-f", acme, "--from", "21.0.0"]);
  expect(exit).toBe(2);
  expect(stdout).toMatch(/Nothing is stopped:\n- GitLab 21\.0\.0 runs and can't go back to 19\./);
});

test("explain upgrade without a version that runs says what is missing", async () => {
  const { exit, stderr } = await fleetkeeper(["explain", "upgrade", "-f", acme]);
  expect(exit).toBe(1);
  expect(stderr).toContain("--from must be the version that runs");
});
