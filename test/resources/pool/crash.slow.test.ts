import { expect, test } from "vitest";
import { crashEverywhere } from "../../harness/crash.ts";
import { healingPool, pooling, removingPool } from "./pool-crash.ts";

test.each([
  ["makes a pool", pooling],
  ["heals a pool with running instances", healingPool],
  ["removes a pool with running instances", removingPool],
] as const)(
  "killed before or after any single call of a run that %s, it ends the same",
  async (_what, scenario) => {
    const report = await crashEverywhere(scenario());
    expect(report.failures).toEqual([]);
    expect(report.worlds).toBe(2 * report.calls + 1);
    expect(report.calls).toBeGreaterThan(15);
  },
  3_600_000,
);
