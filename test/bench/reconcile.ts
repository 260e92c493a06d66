import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";
import { commandMemory } from "./command-memory.ts";
import { cost } from "./cost.ts";
import { type Bench, type Measurement, measured } from "./measurement.ts";

export async function ready(world: FleetWorld, run: Promise<{ readonly end: string }>): Promise<void> {
  const { end } = await run;
  if (end !== "Ready") throw new Error(`the run ended ${end} after ${world.sandbox.calls.count} calls`);
}

/** What the sample without its host costs: from nothing, and when there is nothing to do. */
export const reconcileBench: Bench = {
  name: "reconcile",
  async run(): Promise<readonly Measurement[]> {
    const world = await FleetWorld.open();
    const body = await sampleFile("cloud", "acme");
    const first = await world.reconciler();
    await world.push(first, "acme", body, 1);
    const create = await cost(world, () => ready(world, world.run(first, "acme")));
    // A process of its own: nothing that the first one learnt makes the second one cheaper.
    const second = await world.reconciler();
    const idle = await cost(world, () => ready(world, world.run(second, "acme")));
    return [
      measured("no-op: critical path", idle.path, "round trips", 6),
      measured("no-op: calls", idle.calls, "calls", 40),
      measured("no-op: writes beside lease and heartbeat", idle.writes, "writes", 0),
      measured("create: critical path", create.path, "round trips", 14),
      measured("create: calls", create.calls, "calls", 120),
      measured("resident memory of the command", await commandMemory(body), "MB", 256),
    ];
  },
};
