import { type Action, type Risk, targetKey } from "./action.ts";
import { isoTime } from "./clock.ts";
import { dependencyHold, type TargetFact } from "./dependency.ts";
import type { Policy } from "./desired-state.ts";
import { foughtOver } from "./heal.ts";
import type { Hold } from "./hold.ts";
import type { Limits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import type { PlannedAction } from "./plan.ts";
import type { FailureStatus } from "./status.ts";
import type { SuspensionInEffect } from "./suspension.ts";

/** All that admission depends on, as plain data. */
export interface GateInput {
  /** In dependency order. */
  readonly actions: readonly Action[];
  /** Every target of every kind of this version, by `kind/name`. */
  readonly facts: ReadonlyMap<string, TargetFact>;
  readonly memory: Memory;
  readonly policy: Policy;
  readonly suspension: SuspensionInEffect | undefined;
  /** False while the newest revision is invalid and its predecessor is in force. */
  readonly newestAccepted: boolean;
  readonly force: boolean;
  readonly only: readonly string[] | undefined;
  /** Ids with an unspent approval. */
  readonly approved: ReadonlySet<string>;
  /** Applied by this run in earlier rounds. */
  readonly applied: Readonly<Record<Risk, number>>;
  readonly limits: Limits;
  /** `running`: this run is the teardown itself; `held`: somebody else's is under way. */
  readonly teardown?: TeardownPhase | undefined;
  /** Epoch milliseconds; force doesn't skip the back-off of what failed since. */
  readonly startedAt: number;
  readonly now: number;
}

/** What a run has to do with a teardown that is under way. */
export type TeardownPhase = "held" | "running";

interface Admitted {
  readonly byTarget: ReadonlyMap<string, readonly PlannedAction[]>;
  readonly count: Readonly<Record<Risk, number>>;
}

type Rule = (action: Action, input: GateInput, before: Admitted) => Hold | undefined;

/**
 * The one place for policy: which actions may start now. Pure. An action is held by the first rule that fits, so what no
 * waiting helps comes before what time mends, and both before what depends on others. The numbers are those of the tests.
 */
const rules: readonly Rule[] = [
  // 1. Nothing, no force and no approval, deletes the reconciler's own parts; what the fleet lives by, only its teardown.
  (action, { teardown }) =>
    action.protected === true && teardown !== "running" && (action.verb === "delete" || action.verb === "replace")
      ? { reason: "Protected", message: `${targetKey(action.target)} is protected from deletion` }
      : undefined,
  // 2. What can't be done to what exists.
  (action) => (action.refused === undefined ? undefined : { reason: "Refused", message: action.refused }),
  // 3. Hands off what isn't proven to be ours: the right name is no proof, and a delete or a change needs a thing that is.
  ownership,
  // 4. The fleet is being taken down, and this isn't the run that does it.
  (_action, { teardown }) =>
    teardown === "held"
      ? {
          reason: "TearingDown",
          message: "the fleet is being destroyed; `fleetkeeper destroy --abandon` gives that up",
        }
      : undefined,
  // 5. The run was asked for other kinds.
  (action, { only }) =>
    only === undefined || only.includes(action.target.kind)
      ? undefined
      : { reason: "NotSelected", message: `this run acts on ${only.join(", ")} only` },
  // 6. The file says to look and not to touch.
  (_action, { policy }) =>
    policy.mode === "Enforce" ? undefined : { reason: "Observing", message: "the file's mode is Observe" },
  // 7. Somebody asked to hold still.
  (_action, { suspension }) =>
    suspension === undefined
      ? undefined
      : {
          reason: "Suspended",
          message: `suspended until ${isoTime(suspension.until)}: ${suspension.reason}`,
          until: suspension.until,
        },
  // 8. While the newest file can't be read, nobody knows whether it still wants what its predecessor doesn't.
  (action, { newestAccepted, teardown }) =>
    newestAccepted || teardown === "running" || action.verb !== "delete"
      ? undefined
      : { reason: "NotAccepted", message: "the newest revision is invalid, so nothing is deleted" },
  // 9. Another writer keeps undoing it.
  (action, { memory, limits, force }) => {
    const fight = force ? undefined : foughtOver(memory.get(targetKey(action.target))?.heals, action, limits);
    if (fight === undefined) return undefined;
    return {
      reason: "FoughtOver",
      message: `put right ${fight.times} times and undone again; find who writes it, then reconcile with --force`,
    };
  },
  // 10. It failed for good, or not long ago.
  failedBefore,
  // 11. What an earlier run started on it goes on.
  (action, { memory }) => {
    const operation = memory.get(targetKey(action.target))?.operation;
    if (operation === undefined) return undefined;
    return { reason: "UnderWay", message: operation.message, until: operation.notBefore };
  },
  // 12. What it needs is unknown, held, failing or unfinished.
  (action, { facts, memory }, { byTarget }) => dependencyHold(action, facts, memory, byTarget),
  // 13. It restarts something outside of the window.
  ({ risk }, { policy: { window }, force }) => {
    if (risk !== "disruptive" || force || window.open) return undefined;
    if (window.opensAt === undefined) return { reason: "WindowClosed", message: "no maintenance window is coming" };
    const message = `waits for the maintenance window at ${isoTime(window.opensAt)}`;
    return { reason: "WindowClosed", message, until: window.opensAt };
  },
  // 14. It replaces or deletes what runs or holds state, and nobody has approved exactly this.
  ({ risk, id }, { approved, teardown }) => {
    if (risk !== "destructive" || approved.has(id)) return undefined;
    const command = teardown === "running" ? "destroy" : "reconcile";
    return { reason: "ApprovalNeeded", message: `approve it with: fleetkeeper ${command} --approve ${id}` };
  },
  // 15. Enough of this sort for one run.
  ({ risk }, { applied, policy, limits, now }, { count }) => {
    const maximum = policy.maxima?.[risk] ?? limits.maxima[risk];
    if (applied[risk] + count[risk] < maximum) return undefined;
    return { reason: "ActionLimit", message: `one run applies at most ${maximum} ${risk} actions`, until: now };
  },
];

/** The actions in the same order, each admitted or with what holds it. */
export function gate(input: GateInput): readonly PlannedAction[] {
  const byTarget = new Map<string, readonly PlannedAction[]>();
  const count: Record<Risk, number> = { safe: 0, disruptive: 0, destructive: 0 };
  return input.actions.map((action) => {
    const held = firstHold(action, input, { byTarget, count });
    const planned: PlannedAction = held === undefined ? action : { ...action, held };
    if (held === undefined) count[action.risk] += 1;
    const key = targetKey(action.target);
    byTarget.set(key, [...(byTarget.get(key) ?? []), planned]);
    return planned;
  });
}

function firstHold(action: Action, input: GateInput, before: Admitted): Hold | undefined {
  for (const rule of rules) {
    const hold = rule(action, input, before);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

function ownership(action: Action): Hold | undefined {
  const key = targetKey(action.target);
  switch (action.ownership) {
    case "ours":
    case "adopting":
      return undefined;
    case "none":
      if (action.verb === "create") return undefined;
      return { reason: "NotOwned", message: `${key} isn't known to be ours, so there is nothing to ${action.verb}` };
    case "foreign":
      return {
        reason: "NotOwned",
        message: `${key} exists and doesn't carry this fleet's mark; adopt it in the file or name another`,
      };
  }
}

/** Force skips what earlier runs met, and not what this one did: else it would try the same in every round. */
function failedBefore(action: Action, { memory, force, startedAt, now }: GateInput): Hold | undefined {
  const failure = memory.get(targetKey(action.target))?.failure;
  if (failure === undefined || (force && failure.at < startedAt)) return undefined;
  const what = `${failure.message} (${times(failure)})`;
  if (failure.notBefore === undefined) return { reason: "TerminalFailure", message: what };
  if (failure.notBefore <= now) return undefined;
  const message = `${what}; tried again from ${isoTime(failure.notBefore)}`;
  return { reason: "BackingOff", message, until: failure.notBefore };
}

function times({ attempts }: FailureStatus): string {
  return attempts === 1 ? "once" : `${attempts} times`;
}
