import { expect, test } from "vitest";
import { crashEverywhere } from "../../harness/crash.ts";
import { healingPool, pooling, removingPool } from "./pool-crash.ts";

const some =
  (share: number) =>
  ({ at, when }: { readonly at: number; readonly when: string }) =>
    (2 * at + (when === "after" ? 1 : 0)) % share === 0;

test("killed at every so many calls while a pool is made, the fleet ends with one template and one group", async () => {
  const report = await crashEverywhere(pooling(), some(9));
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(5);
});

test("killed at every so many calls while a pool is healed, it ends as declared and what runs goes on", async () => {
  const report = await crashEverywhere(healingPool(), some(9));
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(5);
});

test("killed at every so many calls while a pool is removed, nothing of it is left", async () => {
  const report = await crashEverywhere(removingPool(), some(11));
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(5);
});
