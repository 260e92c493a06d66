import fc from "fast-check";
import { removeHosts, type SavedWorld } from "../../harness/saved-world.ts";
import type { Outcome } from "../outcome.ts";
import { anyHostHistory, type HostHistory } from "./history.ts";
import { playHost } from "./play.ts";
import { hostRegressions } from "./regressions.ts";
import { settledHost } from "./settled-host.ts";

export interface HostLifeOptions {
  /** Histories to play, each in a world of its own. */
  readonly worlds: number;
  readonly seed: number;
  readonly write: (line: string) => void;
  readonly progress: (text: string) => void;
}

/** A failing history as fast-check shrank it, for the regression file. */
interface Failing {
  readonly history: HostHistory;
  readonly violations: readonly string[];
}

const none: Outcome = { runs: 0, faults: 0, crashes: 0, violations: [] };

/** Plays random lives of a fleet with a host. Stops at the first that breaks a property and shrinks it. */
export async function playHostLives(
  { worlds, seed }: Pick<HostLifeOptions, "worlds" | "seed">,
  base: SavedWorld,
  each: (worlds: number, total: Outcome) => void = () => {},
): Promise<{ readonly worlds: number; readonly total: Outcome; readonly failing: Failing | undefined }> {
  let total = none;
  let played = 0;
  const property = fc.asyncProperty(anyHostHistory, async (history) => {
    const outcome = await outcomeOf(history, base);
    played += 1;
    total = {
      runs: total.runs + outcome.runs,
      faults: total.faults + outcome.faults,
      crashes: total.crashes + outcome.crashes,
      violations: [...total.violations, ...outcome.violations],
    };
    each(played, total);
    return outcome.violations.length === 0;
  });
  const details = await fc.check(property, { numRuns: worlds, seed, interruptAfterTimeLimit: 3_600_000 });
  const history = details.counterexample?.[0];
  if (history === undefined) return { worlds: played, total, failing: undefined };
  return { worlds: played, total, failing: { history, violations: (await outcomeOf(history, base)).violations } };
}

/** A reconciler that throws has broken its first promise. */
async function outcomeOf(history: HostHistory, base: SavedWorld): Promise<Outcome> {
  try {
    return await playHost(history, base);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...none, violations: [`threw: ${text}`] };
  }
}

/** `npm run chaos -- --hosts N`. @returns whether every property held */
export async function runHostLives(options: HostLifeOptions): Promise<boolean> {
  options.progress("making the host that lives begin with");
  const base = await settledHost();
  try {
    for (const { why, history } of hostRegressions) {
      const { violations } = await outcomeOf(history, base);
      if (violations.length === 0) continue;
      options.write(`no longer mended: ${why}\n  ${violations.join("\n  ")}`);
      return false;
    }
    const { worlds, total, failing } = await playHostLives(options, base, (done, { runs }) =>
      options.progress(`${done} of ${options.worlds} worlds, ${runs} runs`),
    );
    options.progress("");
    if (failing !== undefined) {
      options.write(
        "A history that breaks a property; add it to test/chaos/hosts/regressions.ts once it is understood:",
      );
      options.write(JSON.stringify(failing.history));
      for (const violation of failing.violations) options.write(`  ${violation}`);
    }
    const { runs, faults, crashes, violations } = total;
    options.write(
      `worlds ${worlds}, runs ${runs}, faults ${faults}, crashes ${crashes}, violations ${violations.length}, seed ${options.seed}`,
    );
    return failing === undefined;
  } finally {
    removeHosts(base);
  }
}
