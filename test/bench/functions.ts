import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, functionNames } from "../../functions/build.ts";
import { tick } from "../functions/events.ts";
import { FunctionWorld } from "../functions/function-world.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { type Bench, type Measurement, measured } from "./measurement.ts";
import { overlaps } from "./overlaps.ts";

const repeats = 5;
const eager = `
  await Promise.all(["ec2", "iam", "s3", "ssm"].map((name) => import("@aws-sdk/client-" + name)));
  await import("zod");
`;

/** Milliseconds that a fresh process takes for some imports, and its memory afterwards in MB: medians. */
function startOf(code: string): { readonly time: number; readonly memory: number } {
  const script = `const from = performance.now(); ${code}
    console.log(JSON.stringify({ time: performance.now() - from, memory: process.memoryUsage().rss / 1048576 }));`;
  const runs = Array.from({ length: repeats }, () => {
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    return JSON.parse(output) as { readonly time: number; readonly memory: number };
  });
  const median = (of: (run: (typeof runs)[number]) => number): number => {
    const sorted = runs.map(of).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { time: median(({ time }) => time), memory: median(({ memory }) => memory) };
}

interface Ticked {
  readonly calls: number;
  /** Of the processor, in milliseconds. */
  readonly time: number;
  /** Runs of one fleet at a time, or calls that change a fleet outside of its one lease. */
  readonly overlaps: number;
}

/** Fleets ticked at once, three times, through the handlers, every event twice and with every tenth call throttled. */
async function tickOf(count: number): Promise<Ticked> {
  const world = await FunctionWorld.open();
  const body = (await sampleFile("minimal")).replace("mode: Observe", "mode: Enforce");
  const names = Array.from({ length: count }, (_, index) => `fleet${index}`);
  for (const name of names) await world.push(name, body.replaceAll("tiny", name));
  world.sandbox.faults.add({ probability: 0.1, effect: { type: "throttle" } });
  world.sandbox.calls.clear();
  const before = process.cpuUsage();
  for (let ticks = 0; ticks < 3; ticks += 1) {
    // EventBridge delivers at least once, and Lambda's queue too.
    for (let copies = 0; copies < 2; copies += 1) world.deliver("dispatch", tick(`tick-${ticks}`));
    await world.settle();
    await world.pass(5);
  }
  const { user, system } = process.cpuUsage(before);
  const calls = world.sandbox.calls.count;
  world.sandbox.faults.clear();
  const unready = names.filter(
    (name) => !world.logged("RunEnded").some((line) => line["fleet"] === name && line["end"] === "Ready"),
  );
  if (unready.length > 0) throw new Error(`not Ready: ${unready.join(", ")}`);
  if (world.queue.deadLetters.length > 0) throw new Error("some invocations failed at every attempt");
  return { calls, time: (user + system) / 1000, overlaps: overlaps(world.sandbox.calls.all()) };
}

/** What the functions cost: cold starts against the naive way of importing, sizes, and many fleets at once. */
export const functionsBench: Bench = {
  name: "functions",
  async run(): Promise<readonly Measurement[]> {
    const folder = await mkdtemp(join(tmpdir(), "bundles-"));
    const results: Measurement[] = [];
    try {
      const naive = startOf(eager);
      for (const name of functionNames) {
        const chunks = await bundle(name, join(folder, name));
        const kilobytes = (some: typeof chunks) => Math.round(some.reduce((sum, { size }) => sum + size, 0) / 1024);
        const start = startOf(`await import(${JSON.stringify(join(folder, name, "handler.mjs"))});`);
        results.push(
          measured(`${name}: import over four clients and zod eagerly`, round(start.time / naive.time), "times", 0.25),
          measured(`${name}: chunks at start`, kilobytes(chunks.filter(({ atStart }) => atStart)), "KB", 300),
          measured(`${name}: all chunks`, kilobytes(chunks), "KB", 1536),
          measured(`${name}: memory at rest`, Math.round(start.memory), "MB", 128),
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await tickOf(1);
    const ten = await tickOf(10);
    const hundred = await tickOf(100);
    results.push(
      measured(
        "100 fleets ticked at once, throttled: calls over those of 10",
        round(hundred.calls / ten.calls),
        "times",
        13,
      ),
      measured(
        "100 fleets ticked at once: processor time over that of 10",
        round(hundred.time / ten.time),
        "times",
        15,
      ),
      measured("100 fleets ticked twice at once: runs of one fleet at a time beyond one", hundred.overlaps, "", 0),
    );
    return results;
  },
};

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
