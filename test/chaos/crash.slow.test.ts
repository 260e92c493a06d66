import { expect, test } from "vitest";
import { crashEverywhere } from "../harness/crash.ts";
import { deletingScenario } from "./crash-delete.ts";
import { drift } from "./drift.ts";
import { fleetScenario } from "./fleet-crash.ts";

const anHour = 3_600_000;

test(
  "killed before or after any single call of its first run, the sample fleet ends the same and complete",
  async () => {
    const report = await crashEverywhere(fleetScenario());
    expect(report.failures).toEqual([]);
    expect(report.worlds).toBe(2 * report.calls + 1);
    expect(report.calls).toBeGreaterThan(80);
  },
  anHour,
);

test(
  "killed before or after any single call of a healing run, the sample fleet ends the same and healed",
  async () => {
    const report = await crashEverywhere(fleetScenario(drift));
    expect(report.failures).toEqual([]);
    expect(report.worlds).toBe(2 * report.calls + 1);
    expect(report.calls).toBeGreaterThan(40);
  },
  anHour,
);

test(
  "killed before or after any single call of a run that replaces and deletes, a fleet ends the same",
  async () => {
    const report = await crashEverywhere(deletingScenario());
    expect(report.failures).toEqual([]);
    expect(report.worlds).toBe(2 * report.calls + 1);
    expect(report.calls).toBeGreaterThan(40);
  },
  anHour,
);
