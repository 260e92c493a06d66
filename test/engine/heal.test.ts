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
