import { markOrphans } from "../../shared/resources/machines/marker.ts";
import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";
import { CollectedWorld } from "../resources/machines/collected-world.ts";
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

/** A look for orphans over a fleet of that many machines, all of them known. */
async function lookOf(count: number): Promise<Cost> {
  const world = await CollectedWorld.open();
  const host = await world.addHost();
  await world.createMachines(host, count);
  await world.world.clock.advance(3_600_000);
  const { calls } = world.world.sandbox;
  calls.clear();
  const before = process.cpuUsage();
  await markOrphans(await world.markingPorts(), world.fleet(), world.policy);
  const { user, system } = process.cpuUsage(before);
  return { calls: calls.count, time: (user + system) / 1000 };
}

/** How calls and time grow with fleets and with machines; they are held to grow no faster than those. */
export const scaleBench: Bench = {
  name: "scale",
  async run(): Promise<readonly Measurement[]> {
    return [...(await fleets()), ...(await machines())];
  },
};

/** A look reads a thousand machines a page, so that calls hardly grow. */
async function machines(): Promise<readonly Measurement[]> {
  await lookOf(10);
  const results: Measurement[] = [];
  for (const [count, most] of [
    [10, 30],
    [100, 30],
    [1_000, 40],
    [10_000, 120],
  ] as const) {
    const { calls, time } = await lookOf(count);
    const name = `a look for orphans among ${count.toLocaleString("en")} machines`;
    results.push(measured(`${name}: calls`, calls, "calls", most));
    results.push(measured(`${name}: processor time`, Math.round(time), "ms", 500 + count * 2));
  }
  return results;
}

async function fleets(): Promise<readonly Measurement[]> {
  await costOf(1);
  const one = await costOf(1);
  const ten = await costOf(10);
  const hundred = await costOf(100);
  return [
    measured("1 fleet at rest: calls", one.calls, "calls", 120),
    measured("10 fleets at rest: calls", ten.calls, "calls", 1_200),
    measured("100 fleets at rest: calls", hundred.calls, "calls", 12_000),
    measured("10 fleets: calls over those of 1", round(ten.calls / one.calls), "times", 10),
    measured("100 fleets: calls over those of 1", round(hundred.calls / one.calls), "times", 100),
    measured("100 fleets: processor time over that of 10", round(hundred.time / ten.time), "times", 15),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
