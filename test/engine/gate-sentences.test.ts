import { expect, test } from "vitest";
import { seal } from "../../shared/engine/action.ts";
import { gate } from "../../shared/engine/gate.ts";
import { type HoldReason, holdReasons } from "../../shared/engine/hold.ts";
import { suspensionInEffect } from "../../shared/engine/suspension.ts";
import {
  calm,
  draft,
  failed,
  holdOf,
  input,
  minute,
  needing,
  now,
  remembering,
  type Twist,
  twists,
} from "./gate-scenario.ts";

const reasons = Object.keys(holdReasons) as HoldReason[];

test("a person reads of each hold what it waits for, and programs until when", () => {
  const told = reasons.map((reason) => {
    const { message = "", until } = { until: undefined, ...holdOf(twists[reason](calm)) };
    return `${reason}: ${message}${until === undefined ? "" : ` [${until - now}]`}`;
  });
  expect(told.map((line) => line.replaceAll(/approve [0-9a-f]{12,}/g, "approve ID"))).toMatchInlineSnapshot(`
    [
      "Protected: host/main is protected from deletion",
      "Refused: a volume can't shrink",
      "NotOwned: host/main exists and doesn't carry this fleet's mark; adopt it in the file or name another",
      "TearingDown: the fleet is being destroyed; \`fleetkeeper destroy --abandon\` gives that up",
      "NotSelected: this run acts on net only",
      "Observing: the file's mode is Observe",
      "Suspended: suspended until 2026-11-24T00:01:00Z: an audit [60000]",
      "NotAccepted: the newest revision is invalid, so nothing is deleted",
      "FoughtOver: put right 5 times and undone again; find who writes it, then reconcile with --force",
      "TerminalFailure: it said no (once)",
      "BackingOff: it said no (once); tried again from 2026-11-24T00:00:00Z [999]",
      "UnderWay: installing [60000]",
      "UnknownDependency: net/unknown could not be observed",
      "DependencyHeld: net/held is held: no",
      "DependencyFailed: net/failing is held: it said no (once); tried again from 2026-11-24T00:00:00Z",
      "DependencyPending: net/pending is not there yet",
      "WindowClosed: waits for the maintenance window at 2026-11-24T00:01:00Z [60000]",
      "ApprovalNeeded: approve it with: fleetkeeper reconcile --approve ID",
      "ActionLimit: one run applies at most 500 safe actions [0]",
    ]
  `);
});

const more: readonly [string, Twist][] = [
  ["known to be nobody's", draft({ ownership: "none", verb: "delete" })],
  [
    "a window that never opens",
    (scenario) =>
      input({ policy: { mode: "Enforce", window: { open: false } } })(draft({ risk: "disruptive" })(scenario)),
  ],
  [
    "failed three times",
    remembering("host/main", () => {
      const { failure } = failed("retry", now - 1);
      return failure === undefined ? {} : { failure: { ...failure, attempts: 3 } };
    }),
  ],
  ["approved by taking the fleet down", (scenario) => input({ teardown: "running" })(twists.ApprovalNeeded(scenario))],
  ["asked for two kinds", input({ only: ["net", "iam"] })],
  ["needs what is deleted by this plan", needing("n", { observed: "present", desired: false }, { verb: "delete" })],
  [
    "deletes what still carries something",
    (scenario) => draft({ verb: "delete" })(needing("n", { observed: "present", desired: false })(scenario)),
  ],
  ["needs what nothing declares", draft({ needs: [{ kind: "net", name: "n" }] })],
  [
    "needs what an operation is under way on",
    (scenario) =>
      remembering("net/n", () => ({
        operation: { token: "1", startedAt: 1, notBefore: now + minute, message: "installing" },
      }))(needing("n", { observed: "present", desired: true })(scenario)),
  ],
];

test("and of each special case of one", () => {
  const told = more.map(([name, twist]) => {
    const hold = holdOf(twist(calm));
    return `${name}: ${hold?.message.replace(/approve [0-9a-f]{12,}/, "approve ID")}${hold?.until === undefined ? "" : ` [${hold.until - now}]`}`;
  });
  expect(told).toMatchInlineSnapshot(`
    [
      "known to be nobody's: host/main isn't known to be ours, so there is nothing to delete",
      "a window that never opens: no maintenance window is coming",
      "failed three times: it said no (3 times); tried again from 2026-11-24T00:00:00Z [999]",
      "approved by taking the fleet down: approve it with: fleetkeeper destroy --approve ID",
      "asked for two kinds: this run acts on net, iam only",
      "needs what is deleted by this plan: it needs net/n, which is being deleted",
      "deletes what still carries something: net/n is still there",
      "needs what nothing declares: it needs net/n, which nothing declares",
      "needs what an operation is under way on: net/n: installing [60000]",
    ]
  `);
});

/** What becomes of something that needs what is held for a reason: no more and no less certain than that. */
test("whatever holds a need holds what needs it, for a reason of its sort", () => {
  const inherited = reasons.map((reason) => {
    const { draft: held, input: rest, before } = twists[reason](calm);
    const needing = seal({ ...calm.draft, target: { kind: "host", name: "second" }, needs: [held.target] }, null);
    const facts = new Map([...rest.facts, ["host/second", { observed: "present", desired: true }] as const]);
    const planned = gate({ ...rest, facts, actions: [...before, seal(held, { state: 1 }), needing] });
    return `${reason} -> ${planned.at(-1)?.held?.reason}`;
  });
  expect(inherited).toMatchInlineSnapshot(`
    [
      "Protected -> DependencyHeld",
      "Refused -> DependencyHeld",
      "NotOwned -> DependencyHeld",
      "TearingDown -> TearingDown",
      "NotSelected -> NotSelected",
      "Observing -> Observing",
      "Suspended -> Suspended",
      "NotAccepted -> DependencyHeld",
      "FoughtOver -> DependencyFailed",
      "TerminalFailure -> DependencyFailed",
      "BackingOff -> DependencyFailed",
      "UnderWay -> DependencyPending",
      "UnknownDependency -> UnknownDependency",
      "DependencyHeld -> DependencyHeld",
      "DependencyFailed -> DependencyFailed",
      "DependencyPending -> DependencyPending",
      "WindowClosed -> DependencyHeld",
      "ApprovalNeeded -> DependencyHeld",
      "ActionLimit -> DependencyHeld",
    ]
  `);
});

test("while the fleet is taken down an invalid newest file keeps nothing from being deleted", () => {
  expect(holdOf(twists.NotAccepted(calm))?.reason).toBe("NotAccepted");
  expect(holdOf(input({ teardown: "running" })(twists.NotAccepted(calm)))).toBeUndefined();
});

test("a back-off ends in the very millisecond that was told", () => {
  const { failure } = failed("retry", now - 1);
  const until = failure?.notBefore ?? 0;
  expect(holdOf(input({ now: until - 1 })(twists.BackingOff(calm)))?.reason).toBe("BackingOff");
  expect(holdOf(input({ now: until })(twists.BackingOff(calm)))).toBeUndefined();
});

test("a suspension is over in the very millisecond that was told, and the longer one is told", () => {
  const policy = { mode: "Enforce", window: { open: true } } as const;
  const file = { ...policy, suspend: { until: now + 2, reason: "file" } };
  const command = { until: now + 1, reason: "command", by: "jo" };
  const told = (at: number) => suspensionInEffect(file, command, at);
  expect(told(now)).toEqual({ source: "file", until: now + 2, reason: "file" });
  expect(told(now + 1)?.source).toBe("file");
  expect(told(now + 2)).toBeUndefined();
  expect(suspensionInEffect(policy, undefined, now)).toBeUndefined();
  expect(suspensionInEffect(undefined, command, now)?.source).toBe("command");
  expect(suspensionInEffect(undefined, command, now + 1)).toBeUndefined();
});
