import { expect, test } from "vitest";
import { crashEverywhere } from "../harness/crash.ts";
import { drift } from "./drift.ts";
import { fleetScenario } from "./fleet-crash.ts";

test("killed before or after any single call of its first run, the sample fleet ends the same and complete", async () => {
  const report = await crashEverywhere(fleetScenario());
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBe(2 * report.calls + 1);
  expect(report.calls).toBeGreaterThan(80);
});

test("killed before or after any single call of a healing run, the sample fleet ends the same and healed", async () => {
  const report = await crashEverywhere(fleetScenario(drift));
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBe(2 * report.calls + 1);
  expect(report.calls).toBeGreaterThan(40);
});
