import type { Verdict } from "./condition.ts";
import type { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { failureWhile } from "./failure.ts";
import type { Lease } from "./lease.ts";
import { isRevision } from "./plan.ts";
import type { RunRequest } from "./record.ts";
import type { RevisionDecision } from "./revision.ts";
import type { RoundsResult } from "./rounds.ts";
import type { FleetState } from "./state-port.ts";
import { suspensionInEffect } from "./suspension.ts";

/** Orphans are looked for only when nothing about this run could make a living machine look lost. */
export async function collect<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  request: RunRequest,
  lease: Lease,
  deadline: Deadline,
  state: FleetState,
  decision: RevisionDecision<Fleet>,
  result: RoundsResult<Fleet, Readers>,
): Promise<Verdict | undefined> {
  if (engine.collect === undefined || decision.inForce === undefined) return undefined;
  const { fleet } = decision.inForce;
  const now = engine.clock.now();
  const before = state.status?.value.conditions.find(({ type }) => type === "GarbageCollected");
  // 1. Somebody asked to hold still, or nobody knows what is wanted.
  if (suspensionInEffect(engine.desired.policy(fleet, now), state.suspension, now) !== undefined) return undefined;
  if (decision.verdict.reason !== "RevisionValid") return undefined;
  // 2. This run did, or was asked for, something else; the last answer stands until the next one. That there was nothing to
  // collect stands for the file it was found under alone: another one may have had runners.
  const disrupted = result.records.some(({ risk }) => risk !== "safe");
  const passedOver = disrupted || result.unfinished || result.failure !== undefined || request.only !== undefined;
  if (passedOver || deadline.passed()) {
    const sameFile = isRevision(state.status?.value.inForce, decision.inForce.revision);
    return before?.reason === "NothingToCollect" && !sameFile ? undefined : before;
  }
  try {
    lease.assertHeld();
    return await engine.collect({ fleet, name, requestId: request.requestId, lease, deadline: deadline.at });
  } catch (error) {
    return { reason: "EvidenceUnknown", message: failureWhile("looking for orphans", error).message };
  }
}
