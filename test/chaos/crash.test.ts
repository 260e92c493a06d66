import { expect, test } from "vitest";
import { crashEverywhere } from "../harness/crash.ts";
import { deletingScenario } from "./crash-delete.ts";
import { fleetScenario } from "./fleet-crash.ts";

test("killed at every so many calls of its first run, the sample fleet ends the same and complete", async () => {
  const report = await crashEverywhere(
    fleetScenario(),
    ({ at, when }) => (2 * at + (when === "after" ? 1 : 0)) % 17 === 0,
  );
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(8);
});

test("killed at every so many calls of a run that replaces and deletes, a fleet ends the same", async () => {
  const report = await crashEverywhere(
    deletingScenario(),
    ({ at, when }) => (2 * at + (when === "after" ? 1 : 0)) % 19 === 0,
  );
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(5);
});
