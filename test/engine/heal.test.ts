import { expect, test } from "vitest";
import { type Action, seal } from "../../shared/engine/action.ts";
import { foughtOver, pruneHeals, withHeal } from "../../shared/engine/heal.ts";
import type { Json } from "../../shared/engine/json.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import type { HealStatus } from "../../shared/engine/status.ts";

const hour = 60 * 60_000;

function heal(from: Json, to: Json): Action {
  const changes = [{ path: "size", from, to }];
  const target = { kind: "net", name: "a" };
  return seal({ target, verb: "update", changes, risk: "safe", reason: "it differs", ownership: "ours" }, from);
}

function heals(actions: readonly Action[], every: number): readonly HealStatus[] {
  return actions.reduce<readonly HealStatus[]>((all, action, index) => withHeal(all, action, index * every), []);
}

test("the same change made five times is a fight, whatever it was made from", () => {
  const actions = [1, 2, 3, 4, 5].map((from) => heal(from, 9));
  expect(foughtOver(heals(actions.slice(0, 4), 1), heal(6, 9), defaultLimits)).toBeUndefined();
  expect(foughtOver(heals(actions, 1), heal(6, 9), defaultLimits)).toEqual({ times: 5 });
  expect(foughtOver(heals(actions, 1), heal(6, 8), defaultLimits)).toBeUndefined();
});

test("twenty changes of any sort are a fight too", () => {
  const actions = Array.from({ length: 20 }, (_, to) => heal(-1, to));
  expect(foughtOver(heals(actions.slice(1), 1), heal(-1, 99), defaultLimits)).toBeUndefined();
  expect(foughtOver(heals(actions, 1), heal(-1, 99), defaultLimits)).toEqual({ times: 20 });
});

test("drift once a week never adds up", () => {
  const rare = [1, 2, 3, 4].map((from) => heal(from, 9));
  expect(pruneHeals(heals(rare, 24 * hour), "Held", 4 * 24 * hour, defaultLimits)).toEqual([]);
});

test("a fight is not forgotten while the resource differs, and is once it doesn't", () => {
  const fight = heals(
    [1, 2, 3, 4, 5].map((from) => heal(from, 9)),
    1,
  );
  expect(pruneHeals(fight, "Held", 1000 * hour, defaultLimits)).toEqual(fight);
  expect(pruneHeals(fight, "InSync", 1000 * hour, defaultLimits)).toEqual([]);
  expect(pruneHeals(fight, "InSync", hour - 1, defaultLimits)).toEqual(fight);
});

test("each sort of change is counted by itself, with the time of each", () => {
  const times = heals([heal(1, 9), heal(1, 8), heal(2, 9)], 10);
  expect(times.map(({ at }) => at)).toEqual([[0, 20], [10]]);
});

test("a fight of many sorts isn't forgotten while the resource differs, and what is short of one is", () => {
  const limits = { ...defaultLimits, heals: 3, healsOfAnySort: 4 };
  const fight = heals([heal(1, 9), heal(1, 8), heal(1, 7), heal(1, 6)], 1);
  expect(pruneHeals(fight, "Held", 1000 * hour, limits)).toEqual(fight);
  expect(pruneHeals(fight.slice(1), "Held", 1000 * hour, limits)).toEqual([]);
  const same = heals([heal(1, 9), heal(2, 9), heal(1, 8), heal(3, 9)], 1);
  expect(pruneHeals(same, "Held", 1000 * hour, { ...limits, healsOfAnySort: 99 })).toEqual(same);
});

test("a change is forgotten in the very millisecond in which the window ends, and one never made is none", () => {
  const once = heals([heal(1, 9)], 1);
  expect(pruneHeals(once, "InSync", defaultLimits.healWindow - 1, defaultLimits)).toEqual(once);
  expect(pruneHeals(once, "InSync", defaultLimits.healWindow, defaultLimits)).toEqual([]);
  expect(pruneHeals(undefined, "InSync", 0, defaultLimits)).toEqual([]);
  expect(foughtOver(undefined, heal(1, 9), { ...defaultLimits, healsOfAnySort: 1 })).toBeUndefined();
});

test("deleting and changing to the same are two sorts of change", () => {
  const changing = heal(1, null);
  const deleting: Action = { ...changing, verb: "delete" };
  expect(heals([changing, deleting], 1)).toHaveLength(2);
});
