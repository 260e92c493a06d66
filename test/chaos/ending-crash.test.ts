import { expect, test } from "vitest";
import { crashEverywhere } from "../harness/crash.ts";
import { cloudWithData, endingScenario } from "./ending-crash.ts";

test("killed at every so many calls, destroy goes on with the next call, leaves nothing and loses nothing retained", async () => {
  const report = await crashEverywhere(
    endingScenario(cloudWithData, {}),
    ({ at, when }) => (2 * at + (when === "after" ? 1 : 0)) % 47 === 3,
  );
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(4);
});
