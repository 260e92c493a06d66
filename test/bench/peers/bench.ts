import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { listen } from "../../../sandbox/listen.ts";
import { type Bench, type Measurement, measured } from "../measurement.ts";
import { lostManager, type Scene, terminatingManager } from "./scene.ts";

const run = promisify(execFile);
const root = new URL("../../../", import.meta.url).pathname;

/** What is left of a scene after somebody collected in it. */
interface Outcome {
  readonly calls: number;
  /** Milliseconds that the collector took, its own waiting left out. */
  readonly time: number;
  /** Of the embedded EC2's clock, from the first look to the last. */
  readonly minutes: number;
  readonly taggedLeft: number;
  readonly untaggedLeft: number;
  readonly busyKilled: number;
  readonly othersKilled: number;
  readonly keyPairsLeft: number;
}

type Collector = (scene: Scene) => Promise<number>;

/** Ours: runs every eight minutes, as many as it takes until six in a row find nothing to delete. */
const ours: Collector = async ({ world }) => {
  const before = performance.now();
  let deletions = 0;
  for (let idle = 0; idle < 6; idle += 1) {
    const deleted = (await world.runFor(8)).length;
    deletions += deleted;
    // The proof of a loss takes runs over the whole grace period, in which nothing is deleted.
    if (deleted > 0) idle = -1;
    if (deletions > 1_000) throw new Error("collection doesn't end");
  }
  return performance.now() - before;
};

/** cattle-ops' script with boto3 over HTTP, once, as the life cycle hook calls it. */
const cattleOps: Collector = async ({ world, manager }) => {
  const { url, close } = await listen(world.world.sandbox);
  try {
    const { stdout } = await run(
      `${root}.venv/bin/python`,
      [`${root}test/bench/peers/cattle-ops.py`, `${root}.venv/peers`, manager, "eu-central-1"],
      {
        env: {
          AWS_ENDPOINT_URL: url,
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          NAME_EXECUTOR_INSTANCE: "acme",
        },
      },
    );
    return (JSON.parse(stdout) as { readonly seconds: number }).seconds * 1000;
  } finally {
    await close();
  }
};

async function collected(make: () => Promise<Scene>, collector: Collector): Promise<Outcome> {
  const scene = await make();
  const { world, orphans, busy, others } = scene;
  world.world.sandbox.calls.clear();
  const from = world.world.clock.now();
  const time = Math.round(await collector(scene));
  const { count: calls } = world.world.sandbox.calls;
  const minutes = Math.round((world.world.clock.now() - from) / 60_000);
  await world.world.clock.advance(5 * 60_000);
  const living = new Set(await world.living());
  const left = (ids: readonly string[]) => ids.filter((id) => living.has(id)).length;
  const known = [...world.hosts.values()].flatMap(({ directories }) => [...directories.keys()]);
  const keys = (await world.keyPairs()).filter((name) => !known.includes(name));
  return {
    calls,
    time,
    minutes,
    taggedLeft: left(orphans.tagged),
    untaggedLeft: left(orphans.untagged),
    busyKilled: busy.length - left(busy),
    othersKilled: others.length - left(others),
    keyPairsLeft: keys.length,
  };
}

/** Ours and what another project uses for the same job, on the same machines of the same embedded EC2. */
export const peersBench: Bench = {
  name: "peers",
  async run(): Promise<readonly Measurement[]> {
    await run("bash", [`${root}.ci/peers`]);
    const results: Measurement[] = [];
    for (const [where, make] of [
      ["a lost manager", lostManager],
      ["a manager that is about to go", terminatingManager],
    ] as const) {
      for (const [who, collector] of [
        ["fleetkeeper", ours],
        ["cattle-ops", cattleOps],
      ] as const) {
        const outcome = await collected(make, collector);
        // Only ours is held to a limit; theirs is shown beside it.
        const limit = (value: number, most: number) => (who === "fleetkeeper" ? most : value);
        const row = (name: string, value: number, unit: string, most: number) =>
          results.push(measured(`${where}: ${name}, ${who}`, value, unit, limit(value, most)));
        row("orphans with tags left", outcome.taggedLeft, "machines", 0);
        row("orphans without tags left", outcome.untaggedLeft, "machines", 0);
        row("machines with a job terminated", outcome.busyKilled, "machines", 0);
        row("machines of others terminated", outcome.othersKilled, "machines", 0);
        row("key pairs of nothing left", outcome.keyPairsLeft, "key pairs", 0);
        row("minutes until it had nothing more to do", outcome.minutes, "minutes", 180);
        row("calls of AWS", outcome.calls, "calls", 1_000);
        row("time", outcome.time, "ms", 30_000);
      }
    }
    return results;
  },
};
