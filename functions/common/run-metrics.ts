import type { Condition, ConditionReason, ConditionType } from "../../shared/engine/condition.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import type { MetricName, MetricValues } from "./metrics.ts";

/** What a run's record says in numbers. Pure. */
export function runMetrics(record: RunRecord): MetricValues {
  const { end, startedAt, endedAt, actions, held, unknown } = record;
  const Duration = endedAt - startedAt;
  if (end === "Busy") return { Busy: 1, Duration };
  const RunsFailed = record.failure === undefined ? 0 : 1;
  // It has seen nothing, so it says nothing of how things are: zeros would turn alarms off.
  if (RunsFailed === 1 && record.conditions.length === 0) return { Completed: 0, RunsFailed, Ready: 0, Duration };
  const ready = conditionOf(record, "Ready");
  const collected = conditionOf(record, "GarbageCollected");
  const since = (condition: Condition | undefined, fits: boolean): number =>
    condition !== undefined && fits ? Math.max(0, Math.round((endedAt - condition.lastTransitionTime) / 1000)) : 0;
  return {
    Completed: 1 - RunsFailed,
    RunsFailed,
    Ready: end === "Ready" ? 1 : 0,
    NotReadyFor: since(ready, ready?.status !== "True"),
    UnknownFor: since(ready, ready?.status === "Unknown"),
    Duration,
    ActionsApplied: actions.filter(({ outcome }) => outcome.state === "applied" || outcome.state === "pending").length,
    ActionsFailed: actions.filter(({ outcome }) => outcome.state === "failed").length,
    ActionsHeld: held.length,
    ResourcesUnknown: unknown.length,
    CollectionUnknownFor: since(collected, collected?.reason === "EvidenceUnknown"),
    OrphansFor: since(collected, collected?.reason === "OrphansFound"),
    ...overdue("BackupOverdueFor", conditionOf(record, "BackedUp"), "BackupOverdue"),
    ...overdue("CertificateEndingFor", conditionOf(record, "CertificateValid"), "CertificateEnding"),
    FuseBlown: collected?.reason === "FuseBlown" ? 1 : 0,
  };

  /** Only of fleets that have the condition; at least a second, so that an alarm sees it at once. */
  function overdue(name: MetricName, condition: Condition | undefined, reason: ConditionReason): MetricValues {
    if (condition === undefined) return {};
    const fits = condition.reason === reason;
    return { [name]: fits ? Math.max(1, since(condition, true)) : 0 };
  }
}

function conditionOf(record: RunRecord, type: ConditionType): Condition | undefined {
  return record.conditions.find((condition) => condition.type === type);
}
