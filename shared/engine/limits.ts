import type { Risk } from "./action.ts";

/** The engine's numbers. Durations in milliseconds. docs/engine.md repeats them; a test holds the two equal. */
export interface Limits {
  /** Rounds of observe, plan and apply in one run. */
  readonly rounds: number;
  /** Actions applied at once. */
  readonly concurrency: number;
  /** Most actions of each risk that one run applies. */
  readonly maxima: Readonly<Record<Risk, number>>;
  /** First back-off; doubled with every failure in a row, up to `backoffCap`, then drawn at random from zero to it. */
  readonly backoffBase: number;
  readonly backoffCap: number;
  /** How often the same drift of one resource is healed within `healWindow` before it counts as fought over. */
  readonly heals: number;
  /** How often drift of any sort of one resource is healed within `healWindow`. */
  readonly healsOfAnySort: number;
  readonly healWindow: number;
  /** How often a target may be found changed right before its action, in one run, before that counts as a failure. */
  readonly outdated: number;
  /** How long one run may wait, all in all, for back-offs and operations that end soon. */
  readonly patience: number;
  /** No work is started when less than this is left of the deadline or the lease. */
  readonly margin: number;
  /** How often a run that is about to leave serves notes that others left. */
  readonly passes: number;
}

export const defaultLimits: Limits = {
  rounds: 8,
  concurrency: 8,
  maxima: { safe: 500, disruptive: 20, destructive: 10 },
  backoffBase: 2_000,
  backoffCap: 15 * 60_000,
  heals: 5,
  healsOfAnySort: 20,
  healWindow: 60 * 60_000,
  outdated: 3,
  patience: 20_000,
  margin: 15_000,
  passes: 3,
};
