import fc from "fast-check";
import { expect, test } from "vitest";
import { type Action, seal, targetKey, type Verb } from "../../shared/engine/action.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { ReadableKind } from "../../shared/engine/kind.ts";
import { absent, type Observation, present } from "../../shared/engine/observation.ts";
import type { Look } from "../../shared/engine/observe.ts";
import { inDependencyOrder } from "../../shared/engine/order.ts";
import type { Outcome } from "../../shared/engine/record.ts";
import { nextWave, waveOrder } from "../../shared/engine/wave.ts";

function action(kind: string, name: string, verb: Verb, needs: readonly string[] = []): Action {
  const target = { kind, name };
  const draft = { target, verb, changes: [], risk: "safe", reason: "so", ownership: "ours" } as const;
  return seal({ ...draft, needs: needs.map((need) => ({ kind, name: need })) }, name);
}

function kindOf(kind: string, after: readonly string[]): ReadableKind<null, null> {
  return {
    kind,
    after,
    desired: () => new Map(),
    observe: () => Promise.resolve(new Map()),
    diff: () => [],
    outputs: () => ({}),
    health: () => ({ status: "Healthy" }),
  };
}

type Kinds = readonly [
  kind: string,
  after: readonly string[],
  observations: Readonly<Record<string, Observation<null>>>,
][];

function lookOf(kinds: Kinds): Look<null, null> {
  const looks = kinds.map(([name, after, observations]) => {
    const kind = kindOf(name, after);
    return [name, { kind, desired: new Map(), observations: new Map(Object.entries(observations)) }] as const;
  });
  return { kinds: new Map(looks), outputs: new Map() };
}

const nothing = lookOf([["k", [], {}]]);

test("each action comes after what it needs, whatever the order they were proposed in", () => {
  const graph = fc
    .array(fc.array(fc.nat({ max: 9 }), { maxLength: 4 }), { minLength: 1, maxLength: 10 })
    .map((needs) =>
      needs.map((of, index) => action("k", String(index), "create", of.filter((n) => n < index).map(String))),
    );
  fc.assert(
    fc.property(graph, fc.infiniteStream(fc.nat()), (actions, stream) => {
      const shuffled = actions.map((one) => ({ one, key: stream.next().value ?? 0 })).sort((a, b) => a.key - b.key);
      const ordered = inDependencyOrder(
        shuffled.map(({ one }) => one),
        nothing,
      );
      expect(ordered).toHaveLength(actions.length);
      const seen = new Set<string>();
      for (const one of ordered) {
        expect(one.refused).toBeUndefined();
        for (const need of one.needs ?? []) expect(seen).toContain(targetKey(need));
        seen.add(targetKey(one.target));
      }
    }),
  );
});

test("actions that need each other are refused, and the others are not", () => {
  const actions = [action("k", "a", "create", ["b"]), action("k", "b", "create", ["a"]), action("k", "c", "create")];
  const ordered = inDependencyOrder(actions, nothing);
  expect(ordered.map(({ target, refused }) => [target.name, refused !== undefined])).toEqual([
    ["c", false],
    ["a", true],
    ["b", true],
  ]);
});

test("what is refused for needing itself is said to do so by way of what", () => {
  const [first, second] = inDependencyOrder(
    [action("k", "a", "create", ["b"]), action("k", "b", "create", ["a"])],
    nothing,
  );
  expect(first?.refused).toBe("it needs itself by way of k/b: a defect of the kind, please report it");
  expect(second?.refused).toBe("it needs itself by way of k/a: a defect of the kind, please report it");
  const both = inDependencyOrder([action("k", "a", "create", ["a", "z"])], nothing);
  expect(both[0]?.refused).toMatch(/^it needs itself by way of k\/a, k\/z:/);
});

test("only deletes wait for what left the file, and only for what isn't wanted any more", () => {
  const kinds = lookOf([
    ["net", [], {}],
    ["host", ["net", "elsewhere"], { main: present(null), kept: present(null) }],
    ["app", ["net", "host", "net"], {}],
  ]);
  const wanted = new Map([["kept", null]]);
  const withWanted = [...kinds.kinds].map(
    ([name, kind]) => [name, name === "host" ? { ...kind, desired: wanted } : kind] as const,
  );
  const look = { ...kinds, kinds: new Map(withWanted) };
  const needs = (one: Action) => inDependencyOrder([one], look)[0]?.needs?.map(targetKey);
  expect(needs(action("net", "a", "create"))).toEqual([]);
  expect(needs(action("net", "a", "delete", ["b"]))).toEqual(["net/b", "host/main"]);
  expect(needs(action("elsewhere", "a", "delete"))).toEqual(["host/main"]);
  expect(needs(action("app", "a", "delete"))).toEqual([]);
});

test("a delete waits for what left the file of kinds after its own, also by way of others, and for unknown ones", () => {
  const look = lookOf([
    ["net", [], { a: present(null) }],
    ["host", ["net"], { gone: absent, main: present(null) }],
    ["app", ["host"], { web: { state: "unknown", why: "silent" } }],
    ["other", [], { x: present(null) }],
  ]);
  const [only] = inDependencyOrder([action("net", "a", "delete")], look);
  expect(only?.needs?.map(targetKey)).toEqual(["host/main", "app/web"]);
  const { needs: _, ...bare } = action("net", "a", "delete");
  expect(inDependencyOrder([bare], look)[0]?.needs?.map(targetKey)).toEqual(["host/main", "app/web"]);
  expect(inDependencyOrder([{ ...bare, target: { kind: "other", name: "x" } }], look)[0]).not.toHaveProperty("needs");
});

test("a delete waits for what is gone only while its end is still under way", () => {
  const operation = { token: "1", startedAt: 1, notBefore: 2, message: "draining" };
  const failure = new Failure({ code: "No", class: "retry", message: "no" });
  const look = lookOf([
    ["net", [], {}],
    [
      "host",
      ["net"],
      {
        ending: { state: "absent", operation: { state: "underWay", operation } },
        failed: { state: "absent", operation: { state: "failed", failure } },
        gone: absent,
        working: { state: "present", value: null, operation: { state: "underWay", operation } },
      },
    ],
  ]);
  const [only] = inDependencyOrder([action("net", "a", "delete")], look);
  expect(only?.needs?.map(targetKey)).toEqual(["host/ending", "host/working"]);
});

test("kinds that come after each other are a defect, and hold nobody up", () => {
  const look = lookOf([
    ["a", ["b"], { x: present(null) }],
    ["b", ["a"], { y: present(null) }],
    ["c", [], {}],
  ]);
  const [only] = inDependencyOrder([action("c", "z", "delete")], look);
  expect(only?.needs).toEqual([]);
});

test("a wave starts what is free, waits for what is not, and skips what never will be", () => {
  const failed: Outcome = { state: "failed", endedAt: 1, code: "No", class: "retry", message: "no" };
  const chain = [
    action("k", "a", "create"),
    action("k", "b", "create", ["a"]),
    action("k", "c", "create", ["b"]),
    action("k", "d", "create"),
  ];
  const order = waveOrder(chain);
  const names = (outcomes: readonly (readonly [string, Outcome])[]) => {
    const byId = new Map(
      outcomes.map(([name, outcome]) => [chain.find((one) => one.target.name === name)?.id ?? "", outcome]),
    );
    const wave = nextWave(order, byId, new Set(byId.keys()));
    return {
      ready: wave.ready.map(({ target }) => target.name),
      skipped: wave.skipped.map(({ action: { target }, outcome }) => [
        target.name,
        outcome.state === "skipped" ? outcome.hold.reason : outcome.state,
      ]),
    };
  };
  expect(names([])).toEqual({ ready: ["a", "d"], skipped: [] });
  expect(names([["a", { state: "applied", endedAt: 1 }]])).toEqual({ ready: ["b", "d"], skipped: [] });
  expect(names([["a", failed]])).toEqual({
    ready: ["d"],
    skipped: [
      ["b", "DependencyFailed"],
      ["c", "DependencyFailed"],
    ],
  });
  expect(names([["a", { state: "outdated", message: "moved" }]]).skipped).toEqual([
    ["b", "DependencyPending"],
    ["c", "DependencyPending"],
  ]);
});

test("of two actions on one target the second waits and is planned anew after the first", () => {
  const pair = [action("k", "a", "update"), { ...action("k", "a", "adopt") }];
  const order = waveOrder(pair);
  const [first, second] = pair;
  if (first === undefined || second === undefined) return;
  expect(nextWave(order, new Map(), new Set()).ready).toEqual([first]);
  expect(nextWave(order, new Map(), new Set([first.id]))).toEqual({ ready: [], skipped: [] });
  const after = nextWave(order, new Map([[first.id, { state: "applied", endedAt: 1 }]]), new Set([first.id]));
  expect(after.skipped.map(({ action: { id }, outcome }) => [id, outcome.state])).toEqual([[second.id, "outdated"]]);
  const untouched = new Map<string, Outcome>([[first.id, { state: "outdated", message: "moved" }]]);
  expect(nextWave(order, untouched, new Set([first.id])).ready).toEqual([second]);
});
