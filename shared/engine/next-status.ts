import { conditions } from "./conditions.ts";
import type { Engine } from "./engine.ts";
import { nextInventory } from "./fleet-status.ts";
import type { Lease } from "./lease.ts";
import { toldBy } from "./observe.ts";
import type { Reconciled } from "./reconcile.ts";
import type { RunRequest } from "./record.ts";
import { resourceStatuses } from "./resource-status.ts";
import type { RevisionDecision } from "./revision.ts";
import type { FleetState } from "./state-port.ts";
import type { FleetStatus } from "./status.ts";
import { suspensionInEffect } from "./suspension.ts";

/** The status after a run, whether it says something new or not. */
export function nextStatus<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  request: RunRequest,
  lease: Lease,
  startedAt: number,
  state: FleetState,
  decision: RevisionDecision<Fleet>,
  outcome: Reconciled<Fleet, Readers>,
): FleetStatus {
  const now = engine.clock.now();
  const before = state.status?.value;
  const last = outcome.rounds?.last;
  const resources =
    last === undefined
      ? (before?.resources ?? {})
      : resourceStatuses({
          before: before?.resources ?? {},
          look: last.look,
          plan: last.plan,
          memory: outcome.rounds?.memory ?? new Map(),
          unsettled: outcome.rounds?.unsettled ?? new Set(),
          limits: engine.limits,
          now,
        });
  const policy = decision.inForce === undefined ? undefined : engine.desired.policy(decision.inForce.fleet, now);
  const revision = decision.inForce?.revision;
  const inForce =
    revision === undefined
      ? undefined
      : { sequence: revision.sequence, commit: revision.commit, digest: revision.digest };
  const forced = request.force ? { requestId: request.requestId, endedAt: now } : before?.lastForced;
  const kinds = engine.kinds.map(({ kind }) => kind);
  return {
    version: 1,
    fleet: name,
    observedGeneration: decision.generation,
    ...(inForce === undefined ? {} : { inForce }),
    epoch: lease.epoch,
    incarnation: lease.incarnation,
    conditions: conditions({
      before: before?.conditions ?? [],
      accepted: decision.verdict,
      inForce: decision.inForce !== undefined,
      plan: last?.plan,
      mode: policy?.mode,
      resources,
      suspension: suspensionInEffect(policy, state.suspension, now),
      unfinished: outcome.rounds?.unfinished ?? false,
      brokeOff: outcome.failure?.message,
      collection: outcome.collection,
      told: last === undefined ? undefined : toldBy(last.look),
      generation: decision.generation,
      now,
    }),
    resources,
    inventory: last === undefined ? outcome.inventory : nextInventory(outcome.inventory, kinds, resources),
    notManaged: last?.plan.notManaged ?? before?.notManaged ?? [],
    lastRun: { requestId: request.requestId, trigger: request.trigger, startedAt, endedAt: now },
    ...(forced === undefined ? {} : { lastForced: forced }),
    notes: outcome.notes,
  };
}
