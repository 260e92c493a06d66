import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { collectionBound } from "../../shared/resources/machines/sweep.ts";
import { add, nothing, type Summary, shrink, summaryText } from "./gc.ts";
import { type Happening, interval, play, policy } from "./gc-history.ts";

/** A history that failed once: it is played by the fast suite for ever. */
export interface Regression {
  readonly seed: number;
  readonly what: string;
  readonly happenings: readonly Happening[];
}

const regressionFile = new URL("gc-regressions.json", import.meta.url);

export function readRegressions(): readonly Regression[] {
  return JSON.parse(readFileSync(regressionFile, "utf8"));
}

export interface GcOptions {
  readonly histories: number;
  readonly seed: number;
  readonly workers?: number;
  readonly write: (line: string) => void;
  readonly progress: (text: string) => void;
}

/**
 * Plays histories of fleets against marking and sweeping, on every core. Whatever fails is shrunk and kept in
 * gc-regressions.json.
 *
 * @returns true if no machine was killed that shouldn't be, and none stayed that should be collected
 */
export async function runGc({ histories, seed, workers, write, progress }: GcOptions): Promise<boolean> {
  const minutes = (orphans: number) => Math.ceil(collectionBound(policy, interval, orphans) / 60_000);
  write(
    `Bound once evidence is complete, with runs every ${interval / 60_000} minutes, a grace period of ` +
      `${policy.gracePeriod / 60_000} minutes and at most ${policy.perRunMaximum} a run: ${minutes(1)} minutes for ` +
      `one orphan, ${minutes(100)} for a hundred (to prove a manager's end, to age, three sightings, pacing).`,
  );
  const threads = Math.max(1, Math.min(workers ?? availableParallelism(), Math.ceil(histories / 500)));
  const shares = Array.from({ length: threads }, (_, index) => {
    const from = Math.floor((histories * index) / threads);
    return { seed: seed + from, count: Math.floor((histories * (index + 1)) / threads) - from };
  });
  const done: Summary[] = shares.map(() => nothing);
  await Promise.all(
    shares.map((share, index) =>
      inThread(share, (summary) => {
        done[index] = summary;
        progress(summaryText(done.reduce(add, nothing), seed));
      }),
    ),
  );
  const summary = done.reduce(add, nothing);
  const failures = summary.failures.slice(0, 5);
  if (failures.length > 0) keep(failures, write);
  write(summaryText(summary, seed));
  return summary.failures.length === 0;
}

async function inThread(
  share: { readonly seed: number; readonly count: number },
  report: (summary: Summary) => void,
): Promise<void> {
  const worker = new Worker(new URL("gc-worker.ts", import.meta.url), { workerData: share });
  await new Promise<void>((resolve, reject) => {
    worker.on("message", (message: { readonly progress?: Summary; readonly done?: Summary }) => {
      const summary = message.done ?? message.progress;
      if (summary !== undefined) report(summary);
      if (message.done !== undefined) resolve();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`a worker ended early, with ${code}`)));
  });
}

function keep(seeds: readonly number[], write: (line: string) => void): void {
  const known = readRegressions();
  const found = seeds.map((seed): Regression => {
    const happenings = shrink(seed);
    const outcome = play(happenings, seed);
    const killed = outcome.falseKills.map(({ id, why }) => `killed ${id}, which was ${why}`);
    const what = [...killed, ...outcome.leaks.map((leak) => `kept ${leak}`)].join("; ");
    write(`seed ${seed}: ${what}`);
    for (const [name, wait] of happenings) write(`  after ${Math.round(wait / 1000)}s: ${name}`);
    return { seed, what, happenings };
  });
  const all = [...known, ...found.filter(({ seed }) => !known.some((old) => old.seed === seed))];
  writeFileSync(regressionFile, `${JSON.stringify(all, null, 2)}\n`);
  write("kept in test/chaos/gc-regressions.json");
}
