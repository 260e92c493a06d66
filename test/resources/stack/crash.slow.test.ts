import { expect, test } from "vitest";
import { crashEverywhere } from "../../harness/crash.ts";
import { hostScenario } from "../../harness/host-crash.ts";

/** Each point costs a host of its own, so some are taken here; `npm run chaos -- --host 1` dies at every one. */
const every = 97;

test("killed at calls all along the way from nothing to Ready, a run leaves one host with whole files and each service once", async () => {
  const scenario = hostScenario();
  try {
    const report = await crashEverywhere(
      scenario,
      ({ at, when }) => (2 * at + (when === "after" ? 1 : 0)) % every === 0,
    );
    expect(report.failures).toEqual([]);
    expect(report.calls).toBeGreaterThan(300);
    expect(report.worlds).toBeGreaterThan(6);
  } finally {
    await scenario.close();
  }
}, 3_600_000);
