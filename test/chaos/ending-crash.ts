import { accountLines } from "../harness/account.ts";
import type { CrashScenario, CrashWorld } from "../harness/crash.ts";
import { type Ending, endFleet, isOver } from "../harness/ending-fleet.ts";
import { FleetWorld, sampleFile, stateBucket } from "../harness/fleet-world.ts";
import { HostFleet } from "../harness/host-fleet.ts";
import { afterLease, settle } from "./fleet-crash.ts";

interface Made extends CrashWorld {
  readonly world: FleetWorld;
}

/** A made fleet, taken down by a process that may die, and after it by one that lives. */
export function endingScenario(make: () => Promise<FleetWorld>, ending: Ending): CrashScenario<Made> {
  return {
    async make() {
      const world = await make();
      return { world, sandbox: world.sandbox };
    },
    run: ({ world }, handler) => endFleet(world, "acme", { ...ending, handler }),
    async recover({ world }, handler) {
      await world.clock.sleep(afterLease);
      const { end, last } = await endFleet(world, "acme", { ...ending, handler });
      if (end !== "Gone") throw new Error(`${end}: ${JSON.stringify([last?.held, last?.unknown, last?.failure])}`);
      if (!(await isOver(world, "acme"))) throw new Error("the store doesn't say that it is over");
    },
    end: ({ sandbox }) => accountLines(sandbox, stateBucket),
  };
}

/** The fleet without a host, its cache to be deleted where `--data` says so. */
export async function cloudWithData(): Promise<FleetWorld> {
  const world = await FleetWorld.open();
  const body = (await sampleFile("cloud")).replace("deletionPolicy: Retain", "deletionPolicy: Delete");
  await world.push(await world.reconciler(), "acme", body, 1);
  await settle(world, "acme");
  return world;
}

/** Everything but what runs on the host, where no host runs. */
export const belowHost = ["iam", "network", "cache-bucket", "backup-bucket", "host", "machines"];

/** The fleet with its host, and all that holds data to be deleted where `--data` says so. */
export async function hostWithData(): Promise<FleetWorld> {
  const edit = (body: string) => body.replaceAll("deletionPolicy: Retain", "deletionPolicy: Delete");
  const fleet = await HostFleet.open(false, edit);
  await fleet.settle(6);
  return fleet.world;
}
