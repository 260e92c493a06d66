import { describe, expect, it } from "vitest";
import { hasFailed, playMany, shrink, summaryText } from "./gc.ts";
import { readRegressions } from "./gc-command.ts";
import type { Sabotage } from "./gc-gathering.ts";
import { happeningsOf, play } from "./gc-history.ts";

describe("garbage collection over random histories of a fleet", () => {
  it("kills nothing that anything spoke for, and leaves no orphan beyond the stated bound", () => {
    const summary = playMany(20_000, 1_000);
    expect(summary).toMatchObject({ falseKills: 0, leaks: 0, failures: [] });
    expect(summary.kills).toBeGreaterThan(summary.histories);
  });

  it("plays the same history for the same seed", () => {
    expect(play(happeningsOf(7), 7)).toEqual(play(happeningsOf(7), 7));
  });

  it("says in its last line what it played and what it found", () => {
    expect(summaryText(playMany(1, 2), 1)).toMatch(
      /^histories 2, machines \d+, kills \d+, false kills 0, leaks 0, seed 1$/,
    );
  });
});

describe("histories that failed once", () => {
  const regressions = readRegressions();
  it.each(regressions)("seed $seed no longer does: $what", ({ seed, happenings }) => {
    expect(play(happenings, seed)).toMatchObject({ falseKills: [], leaks: [] });
  });
});

/** The check is only worth something if it notices: each way of breaking collection must be caught. */
describe("a reconciler that is broken on purpose is caught", () => {
  const sabotages: readonly Sabotage[] = [
    "one sighting",
    "no sentinel",
    "cut output trusted",
    "silence is absence",
    "jobs ignored",
    "NotFound is the end",
  ];
  it.each(sabotages)("%s", (sabotage) => {
    const caught = seeds(1, 400).find((seed) => play(happeningsOf(seed), seed, sabotage).falseKills.length > 0);
    expect(caught).toBeDefined();
  });

  it("and its history is shrunk to what it takes", () => {
    const seed = seeds(1, 400).find((seed) => hasFailed(play(happeningsOf(seed), seed, "silence is absence")));
    expect(seed).toBeDefined();
    const happenings = shrink(seed ?? 0, "silence is absence");
    expect(happenings.length).toBeLessThan(happeningsOf(seed ?? 0).length / 2);
    expect(hasFailed(play(happenings, seed ?? 0, "silence is absence"))).toBe(true);
  });
});

function seeds(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
