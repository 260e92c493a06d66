import { type Condition, conditionOf, conditionTypes, type Verdict } from "./condition.ts";
import type { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { type Failure, failureWhile } from "./failure.ts";
import type { Lease } from "./lease.ts";
import type { Reconciled } from "./reconcile.ts";
import type { Delivery, RunRecord, RunRequest } from "./record.ts";
import type { RevisionDecision } from "./revision.ts";
import type { FleetState, StoredPlan } from "./state-port.ts";
import type { FleetStatus, NotificationStatus } from "./status.ts";
import { isUnderWay } from "./teardown.ts";

export interface Telling<Fleet, Readers> {
  readonly name: string;
  readonly request: RunRequest;
  readonly lease: Lease;
  readonly deadline: Deadline;
  readonly state: FleetState;
  readonly decision: RevisionDecision<Fleet>;
  readonly outcome: Reconciled<Fleet, Readers>;
  readonly status: FleetStatus;
  readonly record: RunRecord;
  readonly unfinished: StoredPlan | undefined;
}

/**
 * Tells of a run before it is written down: what was told is in the status that follows, so a run that dies in between has the next
 * one tell it again, and never nobody. Never throws. While a fleet is taken down, or no file is in force, nothing is told and
 * nothing forgotten.
 */
export async function tell<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  telling: Telling<Fleet, Readers>,
): Promise<{ readonly status: FleetStatus; readonly record: RunRecord }> {
  const { name, request, lease, deadline, state, decision, outcome, status, record, unfinished } = telling;
  const before = state.status?.value;
  const stood = before?.conditions.find(({ type }) => type === "Notified");
  const silent = engine.notify === undefined || engine.teardown === true || isUnderWay(state.teardown);
  if (silent || engine.notify === undefined || decision.inForce === undefined) {
    return written(status, record, before?.notifications, stood, []);
  }
  const now = engine.clock.now();
  const last = outcome.rounds?.last;
  try {
    const notified = await engine.notify({
      fleet: decision.inForce.fleet,
      name,
      request,
      before,
      status,
      record,
      plan: last?.plan,
      outputs: last?.look.outputs,
      unfinished,
      lease,
      deadline,
    });
    for (const delivery of notified.deliveries) engine.events?.emit({ event: "Notified", delivery });
    const { verdict } = notified;
    const condition = verdict === undefined ? undefined : conditionOf(verdict, stood, decision.generation, now);
    return written(status, record, notified.status, condition, notified.deliveries);
  } catch (error) {
    const condition = conditionOf(unknownWhy(error), stood, decision.generation, now);
    return written(status, record, before?.notifications, condition, []);
  }
}

function unknownWhy(error: unknown): Verdict {
  const failure: Failure = failureWhile("working out what topics are to be told", error);
  return { reason: "TellingFailed", message: failure.message };
}

function written(
  status: FleetStatus,
  record: RunRecord,
  notifications: NotificationStatus | undefined,
  condition: Condition | undefined,
  deliveries: readonly Delivery[],
): { readonly status: FleetStatus; readonly record: RunRecord } {
  const { notifications: _before, ...rest } = status;
  const conditions = withCondition(status.conditions, condition);
  return {
    status: { ...rest, conditions, ...(notifications === undefined ? {} : { notifications }) },
    record: { ...record, conditions, ...(deliveries.length === 0 ? {} : { notifications: deliveries }) },
  };
}

/** In the order of display. */
function withCondition(conditions: readonly Condition[], condition: Condition | undefined): readonly Condition[] {
  const others = conditions.filter(({ type }) => type !== "Notified");
  if (condition === undefined) return others;
  const order = Object.keys(conditionTypes);
  return [...others, condition].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}
