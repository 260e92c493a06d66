import { expect, test } from "vitest";
import { type ActionDraft, seal } from "../../shared/engine/action.ts";
import type { PlannedAction } from "../../shared/engine/plan.ts";
import type { Outcome } from "../../shared/engine/record.ts";
import { nextWave, waveOrder } from "../../shared/engine/wave.ts";

function action(name: string, needs: readonly string[] = [], fields: Partial<ActionDraft> = {}): PlannedAction {
  const target = (text: string) => ({ kind: "net", name: text });
  const draft: ActionDraft = {
    target: target(name),
    verb: "update",
    changes: [],
    risk: "safe",
    reason: "it differs",
    ownership: "ours",
    needs: needs.map(target),
    ...fields,
  };
  return seal(draft, null);
}

const applied: Outcome = { state: "applied", endedAt: 1 };
const failed: Outcome = { state: "failed", endedAt: 1, class: "terminal", code: "Nope", message: "it said no" };
const operation = { token: "1", startedAt: 1, notBefore: 7, message: "installing" };
const pending: Outcome = { state: "pending", endedAt: 1, operation };

/** What the next wave starts and skips, with the reason and the sentence of each. */
function wave(
  actions: readonly PlannedAction[],
  outcomes: Readonly<Record<string, Outcome>> = {},
  started: readonly string[] = [],
): readonly string[] {
  const idOf = (name: string) => actions.find(({ target }) => target.name === name)?.id ?? name;
  const known = new Map(Object.entries(outcomes).map(([name, outcome]) => [idOf(name), outcome]));
  const { ready, skipped } = nextWave(waveOrder(actions), known, new Set(started.map(idOf)));
  return [
    ...ready.map(({ target }) => `start ${target.name}`),
    ...skipped.map(({ action: { target }, outcome }) => {
      if (outcome.state === "outdated") return `outdated ${target.name}: ${outcome.message}`;
      if (outcome.state !== "skipped") return outcome.state;
      const { reason, message, until } = { until: undefined, ...outcome.hold };
      return `skip ${target.name}: ${reason} ${message}${until === undefined ? "" : ` [${until}]`}`;
    }),
  ];
}

test("what needs nothing starts side by side, and what needs it waits", () => {
  const actions = [action("a"), action("b"), action("c", ["a"])];
  expect(wave(actions)).toEqual(["start a", "start b"]);
  expect(wave(actions, { a: applied }, ["a", "b"])).toEqual(["start c"]);
});

test("what has been started or has ended isn't started again", () => {
  const actions = [action("a"), action("b")];
  expect(wave(actions, {}, ["a"])).toEqual(["start b"]);
  expect(wave(actions, { b: failed }, ["a"])).toEqual([]);
});

test("a need that nothing is planned for is met", () => {
  expect(wave([action("a", ["elsewhere"])])).toEqual(["start a"]);
});

test("all needs must have been applied, and the first that wasn't is told", () => {
  const actions = [action("a"), action("b"), action("c", ["a", "b"])];
  expect(wave(actions, { a: applied }, ["a", "b"])).toEqual([]);
  expect(wave(actions, { a: applied, b: failed })).toEqual(["skip c: DependencyFailed net/b failed: it said no"]);
  expect(wave(actions, { a: failed, b: pending })).toEqual(["skip c: DependencyFailed net/a failed: it said no"]);
});

test("how a need ended says why what needs it is skipped, and until when", () => {
  const actions = [action("a"), action("b", ["a"])];
  const skipped = (reason: "DependencyFailed" | "WindowClosed"): Outcome => ({
    state: "skipped",
    hold: { reason, message: "net/z failed: no" },
  });
  const said = (outcome: Outcome) => wave(actions, { a: outcome });
  expect(said(failed)).toEqual(["skip b: DependencyFailed net/a failed: it said no"]);
  expect(said(pending)).toEqual(["skip b: DependencyPending net/a: installing [7]"]);
  expect(said({ state: "outdated", message: "x" })).toEqual(["skip b: DependencyPending net/a is not finished"]);
  expect(said({ state: "outOfTime" })).toEqual(["skip b: DependencyPending net/a is not finished"]);
  expect(said(skipped("DependencyFailed"))).toEqual(["skip b: DependencyFailed net/a waits: net/z failed: no"]);
  expect(said(skipped("WindowClosed"))).toEqual(["skip b: DependencyPending net/a waits: net/z failed: no"]);
});

test("a failure is told down a chain of needs within one wave", () => {
  const actions = [action("a"), action("b", ["a"]), action("c", ["b"])];
  expect(wave(actions, { a: failed })).toEqual([
    "skip b: DependencyFailed net/a failed: it said no",
    "skip c: DependencyFailed net/b waits: net/a failed: it said no",
  ]);
});

test("of several actions on one target one starts, and the others are outdated once it touched it", () => {
  const first = action("a");
  const second = action("a", [], { reason: "another", changes: [{ path: "x", from: 1, to: 2 }] });
  const after = (outcome: Outcome) => {
    const { ready, skipped } = nextWave(
      waveOrder([first, second]),
      new Map([[first.id, outcome]]),
      new Set([first.id]),
    );
    return [...ready.map(({ id }) => id), ...skipped.map((skip) => skip.outcome.state)];
  };
  expect(nextWave(waveOrder([first, second]), new Map(), new Set()).ready).toEqual([first]);
  expect(nextWave(waveOrder([first, second]), new Map(), new Set([first.id]))).toEqual({ ready: [], skipped: [] });
  for (const touching of [applied, failed, pending]) expect(after(touching)).toEqual(["outdated"]);
  expect(after({ state: "outOfTime" })).toEqual([second.id]);
  const outdated = nextWave(waveOrder([first, second]), new Map([[first.id, applied]]), new Set());
  expect(outdated.skipped.map(({ outcome }) => outcome)).toEqual([
    { state: "outdated", message: "another action has just changed its target" },
  ]);
});

test("what needs a target of which an action is outdated waits for the next round, and is told so in the same wave", () => {
  const first = action("a");
  const second = action("a", [], { reason: "another", changes: [{ path: "x", from: 1, to: 2 }] });
  const third = action("b", ["a"]);
  const { ready, skipped } = nextWave(
    waveOrder([first, second, third]),
    new Map([[first.id, applied]]),
    new Set([first.id]),
  );
  expect(ready).toEqual([]);
  expect(skipped.map(({ action: { id }, outcome }) => [id, outcome.state])).toEqual([
    [second.id, "outdated"],
    [third.id, "skipped"],
  ]);
});

test("what needs a target waits for every action on it", () => {
  const first = action("a");
  const second = action("a", [], { reason: "another", changes: [{ path: "x", from: 1, to: 2 }] });
  const third = action("b", ["a"]);
  const order = waveOrder([first, second, third]);
  expect(order.map(({ earlier, needs }) => [earlier.length, needs.length])).toEqual([
    [0, 0],
    [1, 0],
    [0, 2],
  ]);
  expect(waveOrder([third, action("c", ["b", "b"])]).at(1)?.needs).toHaveLength(1);
});
