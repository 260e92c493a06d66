import type { Risk } from "./action.ts";

/** The engine's numbers. Durations in milliseconds. {@link limitDescriptions} says what each means. */
export interface Limits {
  readonly rounds: number;
  readonly concurrency: number;
  readonly maxima: Readonly<Record<Risk, number>>;
  readonly backoffBase: number;
  readonly backoffCap: number;
  readonly heals: number;
  readonly healsOfAnySort: number;
  readonly healWindow: number;
  readonly outdated: number;
  readonly patience: number;
  readonly margin: number;
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

interface LimitDescription {
  readonly means: string;
  /** With its unit. */
  show(limits: Limits): string;
}

/** The source of the table in docs/engine.md. */
export const limitDescriptions: Readonly<Record<keyof Limits, LimitDescription>> = {
  rounds: { means: "Rounds of observe, plan and apply in one run.", show: ({ rounds }) => String(rounds) },
  concurrency: { means: "Actions applied at once.", show: ({ concurrency }) => String(concurrency) },
  maxima: {
    means: "Most actions of each risk that one run begins.",
    show: ({ maxima }) => `${maxima.safe} safe, ${maxima.disruptive} disruptive, ${maxima.destructive} destructive`,
  },
  backoffBase: {
    means:
      "Ceiling of the first back-off. It doubles with every failure in a row; the wait is drawn between zero and it.",
    show: ({ backoffBase }) => duration(backoffBase),
  },
  backoffCap: { means: "Where that ceiling stops growing.", show: ({ backoffCap }) => duration(backoffCap) },
  heals: {
    means: "How often the same drift of one resource is healed within `healWindow` before it counts as fought over.",
    show: ({ heals }) => String(heals),
  },
  healsOfAnySort: {
    means: "How often drift of any sort of one resource is healed within `healWindow`.",
    show: ({ healsOfAnySort }) => String(healsOfAnySort),
  },
  healWindow: {
    means: "How long a heal counts. A fight is not forgotten while the resource still differs.",
    show: ({ healWindow }) => duration(healWindow),
  },
  outdated: {
    means: "How often, in one run, a target may be found changed right before its action until that is a failure.",
    show: ({ outdated }) => String(outdated),
  },
  patience: {
    means: "How long one run waits, all in all, for back-offs and operations that end soon.",
    show: ({ patience }) => duration(patience),
  },
  margin: {
    means: "No work is started when less than this is left of the deadline or the lease.",
    show: ({ margin }) => duration(margin),
  },
  passes: {
    means: "How often a run that is about to leave serves notes that others left.",
    show: ({ passes }) => String(passes),
  },
};

function duration(milliseconds: number): string {
  return milliseconds % 60_000 === 0 ? `${milliseconds / 60_000} min` : `${milliseconds / 1000} s`;
}
