import { expect, test } from "vitest";
import { accountLines } from "../../harness/account.ts";
import { type CrashScenario, crashEverywhere } from "../../harness/crash.ts";
import { stateBucket } from "../../harness/fleet-world.ts";
import { HostFleet } from "../../harness/host-fleet.ts";

/** Longer than a dead holder's lease can last. */
const afterLease = 21 * 60_000;

interface CrashingFleet {
  readonly fleet: HostFleet;
  readonly sandbox: HostFleet["world"]["sandbox"];
}

const scenario: CrashScenario<CrashingFleet> = {
  async make() {
    const fleet = await HostFleet.open(false);
    return { fleet, sandbox: fleet.world.sandbox };
  },
  run: ({ fleet }, handler) => fleet.run({}, handler),
  async recover({ fleet }) {
    await fleet.world.clock.sleep(afterLease);
    await fleet.settle(6);
    await fleet.instance();
    await fleet.dataVolume();
  },
  end: ({ sandbox }) => accountLines(sandbox, stateBucket),
};

test("killed at every so many calls while it makes the host, a run leaves one host on one volume", async () => {
  const report = await crashEverywhere(scenario, ({ at, when }) => (2 * at + (when === "after" ? 1 : 0)) % 7 === 0);
  expect(report.failures).toEqual([]);
  expect(report.worlds).toBeGreaterThan(50);
});
