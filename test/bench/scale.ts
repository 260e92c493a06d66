import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";
import { type Bench, type Measurement, measured } from "./measurement.ts";

interface Cost {
  readonly calls: number;
  /** Milliseconds of processor time. */
  readonly time: number;
}

/** A no-op reconcile of each of several fleets in one account. */
async function costOf(count: number): Promise<Cost> {
  const world = await FleetWorld.open();
  const reconciler = await world.reconciler();
  const names = Array.from({ length: count }, (_, index) => `fleet${index}`);
  for (const name of names) {
    await world.push(reconciler, name, await sampleFile("cloud", name), 1);
    const { end } = await world.run(reconciler, name);
    if (end !== "Ready") throw new Error(`${name} ended ${end}`);
  }
  world.sandbox.calls.clear();
  const before = process.cpuUsage();
  for (const name of names) await world.run(reconciler, name);
  const { user, system } = process.cpuUsage(before);
  return { calls: world.sandbox.calls.all().length, time: (user + system) / 1000 };
}

/** How calls and time grow with the number of fleets; both are held to grow no faster than the fleets. */
export const scaleBench: Bench = {
  name: "scale",
  async run(): Promise<readonly Measurement[]> {
    await costOf(1);
    const one = await costOf(1);
    const ten = await costOf(10);
    const hundred = await costOf(100);
    return [
      measured("10 fleets: calls over those of 1", round(ten.calls / one.calls), "times", 10),
      measured("100 fleets: calls over those of 1", round(hundred.calls / one.calls), "times", 100),
      measured("100 fleets: processor time over that of 10", round(hundred.time / ten.time), "times", 15),
    ];
  },
};

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
