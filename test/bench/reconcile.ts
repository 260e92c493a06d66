import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";
import { group, runners } from "../resources/pool/pool-world.ts";
import { commandMemory } from "./command-memory.ts";
import { type Cost, cost } from "./cost.ts";
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
    const pooled = await poolCost();
    return [
      measured("no-op with a pool: critical path", pooled.path, "round trips", 16),
      measured("no-op with a pool: calls", pooled.calls, "calls", 50),
      measured("no-op with a pool: writes beside lease and heartbeat", pooled.writes, "writes", 0),
      measured("no-op: critical path", idle.path, "round trips", 6),
      measured("no-op: calls", idle.calls, "calls", 40),
      measured("no-op: writes beside lease and heartbeat", idle.writes, "writes", 0),
      measured("create: critical path", create.path, "round trips", 14),
      measured("create: calls", create.calls, "calls", 120),
      measured("resident memory of the command", await commandMemory(body), "MB", 256),
    ];
  },
};

/** The same with a docker-autoscaler fleet whose group has instances, looking for orphans included: a file with runners does. */
async function poolCost(): Promise<Cost> {
  const world = await FleetWorld.open();
  const body = (await sampleFile("cloud", "acme")).replace(
    "\n  garbageCollection:",
    `${runners}\n  garbageCollection:`,
  );
  const first = await world.reconciler();
  await world.push(first, "acme", body, 1);
  await ready(world, world.run(first, "acme"));
  const scaling = new AutoScaling(world.settings());
  await scaling.setDesiredCapacity({ AutoScalingGroupName: group, DesiredCapacity: 3 });
  await world.clock.sleep(60_000);
  const second = await world.reconciler();
  await ready(world, world.run(second, "acme"));
  return cost(world, () => ready(world, world.run(second, "acme")));
}
