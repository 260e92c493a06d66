import { expect, test } from "vitest";
import { seal } from "../../shared/engine/action.ts";
import { gate } from "../../shared/engine/gate.ts";
import { type HoldReason, holdReasons } from "../../shared/engine/hold.ts";
import type { Memory } from "../../shared/engine/memory.ts";
import {
  calm,
  draft,
  failed,
  heldBy,
  input,
  minute,
  needing,
  now,
  remembering,
  type Twist,
  twists,
} from "./gate-scenario.ts";

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

test("what is held uses up nothing of the maximum: an approved deletion isn't crowded out by those that wait", () => {
  const risk = "destructive" as const;
  const actions = ["a", "b", "c"].map((name) => seal({ ...calm.draft, risk, target: { kind: "net", name } }, null));
  const [, , last] = actions;
  const planned = gate({
    ...calm.input,
    policy: { ...calm.input.policy, maxima: { destructive: 1 } },
    approved: new Set([last?.id ?? ""]),
    actions,
  });
  expect(planned.map(({ held }) => held?.reason)).toEqual(["ApprovalNeeded", "ApprovalNeeded", undefined]);
  expect(planned[2]).not.toHaveProperty("held");
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
