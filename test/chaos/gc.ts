import type { Sabotage } from "./gc-gathering.ts";
import { type Happening, happeningsOf, type Outcome, play } from "./gc-history.ts";

export interface Summary {
  readonly histories: number;
  readonly machines: number;
  readonly kills: number;
  readonly falseKills: number;
  readonly leaks: number;
  /** Seeds of the histories that failed. */
  readonly failures: readonly number[];
}

export const nothing: Summary = { histories: 0, machines: 0, kills: 0, falseKills: 0, leaks: 0, failures: [] };

/** Plays `count` histories, one a seed, from `seed` on. */
export function playMany(seed: number, count: number, each?: (summary: Summary) => void): Summary {
  let summary = nothing;
  for (let index = 0; index < count; index += 1) {
    const outcome = play(happeningsOf(seed + index), seed + index);
    summary = add(summary, {
      histories: 1,
      machines: outcome.machines,
      kills: outcome.kills,
      falseKills: outcome.falseKills.length,
      leaks: outcome.leaks.length,
      failures: hasFailed(outcome) ? [seed + index] : [],
    });
    if (index % 500 === 499) each?.(summary);
  }
  return summary;
}

export function add(a: Summary, b: Summary): Summary {
  return {
    histories: a.histories + b.histories,
    machines: a.machines + b.machines,
    kills: a.kills + b.kills,
    falseKills: a.falseKills + b.falseKills,
    leaks: a.leaks + b.leaks,
    failures: [...a.failures, ...b.failures],
  };
}

export function hasFailed(outcome: Outcome): boolean {
  return outcome.falseKills.length > 0 || outcome.leaks.length > 0;
}

/** A failing history with everything taken out that it fails without: halves first, then quarters, down to single ones. */
export function shrink(seed: number, sabotage?: Sabotage): readonly Happening[] {
  let happenings = happeningsOf(seed);
  for (let size = Math.ceil(happenings.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < happenings.length; ) {
      const fewer = [...happenings.slice(0, at), ...happenings.slice(at + size)];
      if (hasFailed(play(fewer, seed, sabotage))) happenings = fewer;
      else at += size;
    }
  }
  return happenings;
}

/** The last line of a run: what was played and what was found. */
export function summaryText({ histories, machines, kills, falseKills, leaks }: Summary, seed: number): string {
  return `histories ${histories}, machines ${machines}, kills ${kills}, false kills ${falseKills}, leaks ${leaks}, seed ${seed}`;
}
