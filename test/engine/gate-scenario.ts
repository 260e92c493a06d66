import { type Action, type ActionDraft, seal } from "../../shared/engine/action.ts";
import type { TargetFact } from "../../shared/engine/dependency.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { type GateInput, gate } from "../../shared/engine/gate.ts";
import { withHeal } from "../../shared/engine/heal.ts";
import type { Hold, HoldReason } from "../../shared/engine/hold.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import { type ResourceMemory, withFailure } from "../../shared/engine/memory.ts";

export const now = Date.UTC(2026, 10, 24);
export const minute = 60_000;

export interface Scenario {
  readonly draft: ActionDraft;
  readonly input: Omit<GateInput, "actions">;
  /** Actions on what the action needs, before it in order. */
  readonly before: readonly Action[];
}

export const calm: Scenario = {
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

export type Twist = (scenario: Scenario) => Scenario;

export const draft =
  (fields: Partial<ActionDraft>): Twist =>
  (scenario) => ({ ...scenario, draft: { ...scenario.draft, ...fields } });
export const input =
  (fields: Partial<GateInput>): Twist =>
  (scenario) => ({ ...scenario, input: { ...scenario.input, ...fields } });
export const remembering =
  (key: string, change: (before: ResourceMemory, scenario: Scenario) => ResourceMemory): Twist =>
  (scenario) => {
    const memory = new Map(scenario.input.memory);
    memory.set(key, change(memory.get(key) ?? {}, scenario));
    return { ...scenario, input: { ...scenario.input, memory } };
  };
export const needing =
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
export const failed = (failureClass: Failure["class"], at: number): ResourceMemory => {
  const failure = new Failure({ code: "Nope", class: failureClass, message: "it said no" });
  return withFailure(new Map(), "x", failure, at, () => 0.5, defaultLimits).get("x") ?? {};
};

/** One twist for each reason there is: what makes the gate hold the calm action for it and for nothing else. */
export const twists: Readonly<Record<HoldReason, Twist>> = {
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

export function holdOf({ draft: proposed, input: rest, before }: Scenario): Hold | undefined {
  return gate({ ...rest, actions: [...before, seal(proposed, { state: 1 })] }).at(-1)?.held;
}

export function heldBy(scenario: Scenario): HoldReason | undefined {
  return holdOf(scenario)?.reason;
}
