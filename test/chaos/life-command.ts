import fc from "fast-check";
import { anyHistory, type History } from "./history.ts";
import type { Outcome } from "./outcome.ts";
import { play } from "./play.ts";

export interface LifeOptions {
  /** Histories to play, each in a world of its own. */
  readonly worlds: number;
  readonly seed: number;
  readonly write: (line: string) => void;
  readonly progress: (text: string) => void;
}

interface Summary {
  readonly worlds: number;
  readonly runs: number;
  readonly faults: number;
  readonly crashes: number;
  readonly violations: number;
}

/** A failing history as fast-check shrank it, for the regression file. */
export interface Failing {
  readonly history: History;
  readonly violations: readonly string[];
}

/**
 * Plays random histories of one fleet: files, faults, crashes, two reconcilers, people, clocks. Stops at the first that breaks a
 * property and shrinks it.
 */
export async function playLives(
  { worlds, seed }: Pick<LifeOptions, "worlds" | "seed">,
  each: (summary: Summary) => void = () => {},
): Promise<{ readonly summary: Summary; readonly failing: Failing | undefined }> {
  let summary: Summary = { worlds: 0, runs: 0, faults: 0, crashes: 0, violations: 0 };
  const property = fc.asyncProperty(anyHistory, async (history) => {
    const { runs, faults, crashes, violations } = await played(history);
    summary = {
      worlds: summary.worlds + 1,
      runs: summary.runs + runs,
      faults: summary.faults + faults,
      crashes: summary.crashes + crashes,
      violations: summary.violations + violations.length,
    };
    each(summary);
    return violations.length === 0;
  });
  const details = await fc.check(property, { numRuns: worlds, seed });
  const history = details.counterexample?.[0];
  if (history === undefined) return { summary, failing: undefined };
  return { summary, failing: { history, violations: (await played(history)).violations } };
}

/** A reconciler that throws has broken its first promise. */
async function played(history: History): Promise<Outcome> {
  try {
    return await play(history);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { runs: 0, faults: 0, crashes: 0, violations: [`threw: ${text}`] };
  }
}

/** `npm run chaos`. @returns whether every property held */
export async function runLives(options: LifeOptions): Promise<boolean> {
  const { summary, failing } = await playLives(options, ({ worlds, runs }) =>
    options.progress(`${worlds} of ${options.worlds} worlds, ${runs} runs`),
  );
  const { worlds, runs, faults, crashes, violations } = summary;
  options.progress("");
  if (failing !== undefined) {
    options.write("A history that breaks a property; add it to test/chaos/regressions.ts once it is understood:");
    options.write(JSON.stringify(failing.history));
    for (const violation of failing.violations) options.write(`  ${violation}`);
  }
  options.write(
    `worlds ${worlds}, runs ${runs}, faults ${faults}, crashes ${crashes}, violations ${violations}, seed ${options.seed}`,
  );
  return failing === undefined;
}
