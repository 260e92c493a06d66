import { FleetStore } from "../../shared/store/fleet-store.ts";
import { accountLines } from "../harness/account.ts";
import type { CrashScenario } from "../harness/crash.ts";
import { FleetWorld, sampleFile, stateBucket } from "../harness/fleet-world.ts";

/** Longer than a dead holder's lease can last. */
export const afterLease = 21 * 60_000;

/** Runs until Ready, a few times at most. */
export async function settle(world: FleetWorld, fleet: string, connection?: Parameters<FleetWorld["reconciler"]>[0]) {
  const reconciler = await world.reconciler(connection);
  const ends: string[] = [];
  for (let runs = 1; runs <= 4; runs += 1) {
    const record = await world.run(reconciler, fleet);
    ends.push(record.failure === undefined ? record.end : `${record.end}: ${record.failure.message}`);
    if (record.end === "Ready") return runs;
    await world.clock.sleep(60_000);
  }
  throw new Error(`not Ready after ${ends.length} runs: ${ends.join("; ")}`);
}

/**
 * The sample fleet made from nothing, or healed after `before` has happened, by a run that may die.
 * @param file its text
 */
export function fleetScenario(
  before?: (world: FleetWorld) => Promise<void>,
  file: () => Promise<string> = () => sampleFile("cloud"),
): CrashScenario<FleetWorld> {
  const reports = new WeakMap<FleetWorld, readonly string[]>();
  return {
    async make() {
      const world = await FleetWorld.open();
      const reconciler = await world.reconciler();
      await world.push(reconciler, "acme", await file(), 1);
      if (before !== undefined) {
        await settle(world, "acme");
        await before(world);
      }
      return world;
    },
    run: async (world, handler) => world.run(await world.reconciler(handler), "acme"),
    async recover(world, handler) {
      await world.clock.sleep(afterLease);
      await settle(world, "acme", handler);
      const reconciler = await world.reconciler();
      world.sandbox.calls.clear();
      await world.run(reconciler, "acme");
      const writes = world.sandbox.calls.writes().map(({ operation, input }) => `${operation} ${String(input["Key"])}`);
      const { status, accepted } = await new FleetStore(reconciler.store).load("acme");
      const { conditions = [], resources = {} } = status?.value ?? {};
      reports.set(world, [
        `in force: ${accepted?.sequence}`,
        ...writes.map((write) => `the next run writes ${write}`),
        ...conditions.map(({ type, status: answer, reason }) => `${type} ${answer}: ${reason}`),
        ...Object.entries(resources).map(([key, { sync }]) => `${key} ${sync}`),
      ]);
    },
    end: (world) => [...(reports.get(world) ?? []), ...accountLines(world.sandbox, stateBucket)],
  };
}
