import { expect, test } from "vitest";
import { type Action, type ActionDraft, seal } from "../../shared/engine/action.ts";
import type { TargetFact } from "../../shared/engine/dependency.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { type GateInput, gate } from "../../shared/engine/gate.ts";
import { withHeal } from "../../shared/engine/heal.ts";
import { type HoldReason, holdReasons } from "../../shared/engine/hold.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import { type Memory, type ResourceMemory, withFailure } from "../../shared/engine/memory.ts";

const now = Date.UTC(2026, 10, 24);
const minute = 60_000;

interface Scenario {
  readonly draft: ActionDraft;
  readonly input: Omit<GateInput, "actions">;
  /** Actions on what the action needs, before it in order. */
  readonly before: readonly Action[];
}

const calm: Scenario = {
  draft: {
    target: { kind: "host", name: "main" },
    verb: "update",
    changes: [{ path: "size", from: 1, to: 2 }],
    risk: "safe",
    reason: "it differs",
    ownership: "ours",
  },
  input: {
    facts: new Map<string, TargetFact>([["host/main", { observed: "present", desired: true }]]),
    memory: new Map(),
    policy: { mode: "Enforce", window: { open: true } },
    suspension: undefined,
    newestAccepted: true,
    force: false,
    only: undefined,
    approved: new Set(),
    applied: { safe: 0, disruptive: 0, destructive: 0 },
    limits: defaultLimits,
    startedAt: now,
    now,
  },
  before: [],
};

type Twist = (scenario: Scenario) => Scenario;

const draft =
  (fields: Partial<ActionDraft>): Twist =>
  (scenario) => ({ ...scenario, draft: { ...scenario.draft, ...fields } });
const input =
  (fields: Partial<GateInput>): Twist =>
  (scenario) => ({ ...scenario, input: { ...scenario.input, ...fields } });
const remembering =
  (key: string, change: (before: ResourceMemory, scenario: Scenario) => ResourceMemory): Twist =>
  (scenario) => {
    const memory = new Map(scenario.input.memory);
    memory.set(key, change(memory.get(key) ?? {}, scenario));
    return { ...scenario, input: { ...scenario.input, memory } };
  };
const needing =
  (name: string, fact: TargetFact, action?: Partial<ActionDraft>): Twist =>
  (scenario) => {
    const target = { kind: "net", name };
    const needs = [...(scenario.draft.needs ?? []), target];
    const facts = new Map([...scenario.input.facts, [`net/${name}`, fact] as const]);
    const before = action === undefined ? [] : [seal({ ...calm.draft, target, ...action }, { name })];
    return {
      draft: { ...scenario.draft, needs },
      input: { ...scenario.input, facts },
      before: [...scenario.before, ...before],
    };
  };
const failed = (failureClass: Failure["class"], at: number): ResourceMemory => {
  const failure = new Failure({ code: "Nope", class: failureClass, message: "it said no" });
  return withFailure(new Map(), "x", failure, at, () => 0.5, defaultLimits).get("x") ?? {};
};

/** One twist for each reason there is: what makes the gate hold the calm action for it and for nothing else. */
const twists: Readonly<Record<HoldReason, Twist>> = {
  Protected: draft({ protected: true, verb: "delete" }),
  Refused: draft({ refused: "a volume can't shrink" }),
  NotOwned: draft({ ownership: "foreign" }),
  TearingDown: input({ teardown: "held" }),
  NotSelected: input({ only: ["net"] }),
  Observing: input({ policy: { mode: "Observe", window: { open: true } } }),
  Suspended: input({ suspension: { source: "command", until: now + minute, reason: "an audit" } }),
  NotAccepted: (scenario) => input({ newestAccepted: false })(draft({ verb: "delete" })(scenario)),
  FoughtOver: remembering("host/main", (before, scenario) => ({
    ...before,
    heals: Array.from({ length: defaultLimits.heals }).reduce<ReturnType<typeof withHeal>>(
      (heals) => withHeal(heals, seal(scenario.draft, null), now - minute),
      [],
    ),
  })),
  TerminalFailure: remembering("host/main", (before) => ({ ...before, ...failed("terminal", now - minute) })),
  BackingOff: remembering("host/main", (before) => ({ ...before, ...failed("retry", now - 1) })),
  UnderWay: remembering("host/main", (before) => ({
    ...before,
    operation: { token: "1", startedAt: now - minute, notBefore: now + minute, message: "installing" },
  })),
  UnknownDependency: needing("unknown", { observed: "unknown", desired: true }),
  DependencyHeld: needing("held", { observed: "present", desired: true }, { refused: "no" }),
  DependencyFailed: (scenario) =>
    remembering("net/failing", () => failed("retry", now - 1))(
      needing("failing", { observed: "present", desired: true }, {})(scenario),
    ),
  DependencyPending: needing("pending", { observed: "absent", desired: true }),
  WindowClosed: (scenario) =>
    input({ policy: { ...scenario.input.policy, window: { open: false, opensAt: now + minute } } })(
      draft({ risk: "disruptive" })(scenario),
    ),
  ApprovalNeeded: draft({ risk: "destructive" }),
  ActionLimit: input({ applied: { safe: defaultLimits.maxima.safe, disruptive: 20, destructive: 10 } }),
};

function heldBy({ draft: proposed, input: rest, before }: Scenario): HoldReason | undefined {
  return gate({ ...rest, actions: [...before, seal(proposed, { state: 1 })] }).at(-1)?.held?.reason;
}

const reasons = Object.keys(holdReasons) as HoldReason[];

test("an action that nothing speaks against is admitted", () => {
  expect(heldBy(calm)).toBeUndefined();
});

test.each(reasons)("%s: is held for this reason, with a sentence", (reason) => {
  expect(heldBy(twists[reason](calm))).toBe(reason);
});

test("the run that takes the fleet down may end what every other run must leave", () => {
  expect(heldBy(input({ teardown: "running" })(twists.Protected(calm)))).toBeUndefined();
  expect(heldBy(input({ teardown: "running" })(twists.NotOwned(calm)))).toBe("NotOwned");
  expect(heldBy(input({ teardown: "running" })(twists.Refused(calm)))).toBe("Refused");
});

const dependencies = new Set<HoldReason>([
  "UnknownDependency",
  "DependencyHeld",
  "DependencyFailed",
  "DependencyPending",
]);

test("of any two reasons the gate tells the one that comes first in the documented order", () => {
  for (const [index, first] of reasons.entries()) {
    for (const second of reasons.slice(index + 1)) {
      // Among needs, the first named one is told; a terminal failure replaces a back-off; a window asks for one risk
      // and an approval for another.
      if (dependencies.has(first) && dependencies.has(second)) continue;
      if (first === "TerminalFailure" && second === "BackingOff") continue;
      if (first === "WindowClosed" && second === "ApprovalNeeded") continue;
      expect(heldBy(twists[first](twists[second](calm))), `${first} with ${second}`).toBe(first);
    }
  }
});

test("force skips back-off, fights and windows, and nothing else", () => {
  const skipped = reasons.filter((reason) => heldBy(input({ force: true })(twists[reason](calm))) === undefined);
  expect(skipped).toEqual(["FoughtOver", "TerminalFailure", "BackingOff", "DependencyFailed", "WindowClosed"]);
});

test("force doesn't repeat what failed in the same run", () => {
  const failing = remembering("host/main", () => failed("retry", now))(calm);
  expect(heldBy(input({ force: true })(failing))).toBe("BackingOff");
});

test("a back-off that is over lets its action through", () => {
  const later = input({ now: now + 20 * minute })(twists.BackingOff(calm));
  expect(heldBy(later)).toBeUndefined();
});

test("an approval admits the action whose id it names and no other", () => {
  const destructive = twists.ApprovalNeeded(calm);
  const { id } = seal(destructive.draft, { state: 1 });
  expect(heldBy(input({ approved: new Set([id]) })(destructive))).toBeUndefined();
  const other = draft({ changes: [{ path: "size", from: 1, to: 3 }] })(destructive);
  expect(heldBy(input({ approved: new Set([id]) })(other))).toBe("ApprovalNeeded");
});

test("an approval doesn't help against ownership, protection, refusal or the unknown", () => {
  for (const reason of ["Protected", "Refused", "NotOwned", "UnknownDependency", "Suspended", "Observing"] as const) {
    const twisted = twists[reason](twists.ApprovalNeeded(calm));
    const { id } = seal(twisted.draft, { state: 1 });
    expect(heldBy(input({ approved: new Set([id]), force: true })(twisted))).toBe(reason);
  }
});

test("a change of a protected part is no deletion and goes through", () => {
  expect(heldBy(draft({ protected: true })(calm))).toBeUndefined();
  expect(heldBy(draft({ protected: true, verb: "replace" })(calm))).toBe("Protected");
});

test("nothing but a create is done to what isn't known to be ours", () => {
  const none = draft({ ownership: "none" })(calm);
  expect(heldBy(none)).toBe("NotOwned");
  expect(heldBy(draft({ verb: "delete" })(none))).toBe("NotOwned");
  expect(heldBy(draft({ verb: "create" })(none))).toBeUndefined();
});

test("a disruptive action waits for the window, a safe one doesn't", () => {
  const closed = input({ policy: { mode: "Enforce", window: { open: false, opensAt: now + minute } } })(calm);
  expect(heldBy(closed)).toBeUndefined();
  expect(heldBy(draft({ risk: "disruptive" })(closed))).toBe("WindowClosed");
});

test("the maximum counts what the run applied before and what this plan admits", () => {
  const maxima = { safe: 2 };
  const policy = { ...calm.input.policy, maxima };
  const actions = ["a", "b", "c"].map((name) => seal({ ...calm.draft, target: { kind: "net", name } }, null));
  const held = (applied: number): readonly (HoldReason | undefined)[] =>
    gate({
      ...calm.input,
      policy,
      applied: { safe: applied, disruptive: 0, destructive: 0 },
      actions,
    }).map((action) => action.held?.reason);
  expect(held(0)).toEqual([undefined, undefined, "ActionLimit"]);
  expect(held(1)).toEqual([undefined, "ActionLimit", "ActionLimit"]);
});

/** What an action's need may be found as, and what follows for one that makes and for one that deletes. */
const needs: readonly [string, Twist, HoldReason | undefined, HoldReason | undefined][] = [
  ["wanted and there", needing("n", { observed: "present", desired: true }), undefined, undefined],
  ["wanted and made by this plan", needing("n", { observed: "absent", desired: true }, {}), undefined, undefined],
  [
    "wanted and not there",
    needing("n", { observed: "absent", desired: true }),
    "DependencyPending",
    "DependencyPending",
  ],
  ["unknown", needing("n", { observed: "unknown", desired: true }), "UnknownDependency", "UnknownDependency"],
  ["not wanted and gone", needing("n", { observed: "absent", desired: false }), "DependencyPending", undefined],
  ["not wanted and there", needing("n", { observed: "present", desired: false }), undefined, "DependencyHeld"],
  [
    "deleted by this plan",
    needing("n", { observed: "present", desired: false }, { verb: "delete" }),
    "DependencyHeld",
    undefined,
  ],
  [
    "under way without being in the plan",
    (scenario) =>
      remembering("net/n", () => ({ operation: { token: "1", startedAt: 1, notBefore: now, message: "installing" } }))(
        needing("n", { observed: "present", desired: true })(scenario),
      ),
    "DependencyPending",
    "DependencyPending",
  ],
  ["not declared by anything", draft({ needs: [{ kind: "net", name: "n" }] }), "UnknownDependency", undefined],
];

test.each(needs)("a need that is %s", (_name, twist, making, deleting) => {
  expect(heldBy(twist(calm))).toBe(making);
  expect(heldBy(draft({ verb: "delete" })(twist(calm)))).toBe(deleting);
});

test("a hold passes down a chain of needs, and says of what sort it is", () => {
  const target = (name: string) => ({ kind: "net", name });
  const chain = (memory: Memory, refused: boolean): readonly (HoldReason | undefined)[] =>
    gate({
      ...calm.input,
      memory,
      facts: new Map(["a", "b", "c"].map((name) => [`net/${name}`, { observed: "present", desired: true }])),
      actions: [
        seal({ ...calm.draft, target: target("a"), ...(refused ? { refused: "no" } : {}) }, null),
        seal({ ...calm.draft, target: target("b"), needs: [target("a")] }, null),
        seal({ ...calm.draft, target: target("c"), needs: [target("b")] }, null),
      ],
    }).map((action) => action.held?.reason);
  expect(chain(new Map(), true)).toEqual(["Refused", "DependencyHeld", "DependencyHeld"]);
  const failing = new Map([["net/a", failed("terminal", now - minute)]]);
  expect(chain(failing, false)).toEqual(["TerminalFailure", "DependencyFailed", "DependencyFailed"]);
  expect(chain(new Map(), false)).toEqual([undefined, undefined, undefined]);
});
