import { collect } from "./collection.ts";
import type { Verdict } from "./condition.ts";
import type { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { type Failure, failureWhile } from "./failure.ts";
import { startingInventory, unfinishedPlan } from "./fleet-status.ts";
import type { Lease } from "./lease.ts";
import { recall } from "./memory.ts";
import type { Planning } from "./plan-round.ts";
import type { RunRequest } from "./record.ts";
import type { RevisionDecision } from "./revision.ts";
import { type RoundsResult, rounds } from "./rounds.ts";
import type { Approval, FleetState } from "./state-port.ts";
import type { FleetStatus } from "./status.ts";
import { teardownApprovals, teardownPhase } from "./teardown.ts";

/** What came of a reconcile, before it is written down. */
export interface Reconciled<Fleet, Readers> {
  readonly rounds: RoundsResult<Fleet, Readers> | undefined;
  readonly collection: Verdict | undefined;
  readonly inventory: FleetStatus["inventory"];
  readonly notes: readonly string[];
  readonly failure: Failure | undefined;
}

/** Rounds and, after them, the look for orphans, under the revision decided on. Never throws. */
export async function reconcile<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  request: RunRequest,
  lease: Lease,
  deadline: Deadline,
  startedAt: number,
  state: FleetState,
  decision: RevisionDecision<Fleet>,
): Promise<Reconciled<Fleet, Readers>> {
  const { events } = engine;
  const dead = unfinishedPlan(state);
  if (dead !== undefined) events?.emit({ event: "UnfinishedRunFound", requestId: dead.requestId, epoch: dead.epoch });
  const notes =
    dead === undefined
      ? []
      : [
          `the run ${dead.requestId} (epoch ${dead.epoch}) ended without an outcome after it had stored a plan of ${dead.plan.actions.length} actions; all was observed anew`,
        ];
  const inventory = startingInventory(state.status?.value, dead);
  const nothing = { rounds: undefined, collection: undefined, inventory, notes, failure: undefined };
  if (decision.problems.length > 0) {
    events?.emit({ event: "RevisionRefused", sequence: decision.generation, problems: decision.problems });
  }
  const approve = newlyApproved(state.approvals, request);
  const before = firstWrites(engine, name, { ...request, approve }, lease, decision);
  try {
    if (decision.inForce === undefined) {
      await before;
      return nothing;
    }
    const result = await rounds(engine, {
      name,
      inForce: decision.inForce,
      newestAccepted: decision.verdict.reason === "RevisionValid",
      suspension: state.suspension,
      inventory,
      memory: recall(state.status?.value, isNew(state, decision), startedAt, engine.limits),
      request,
      approvals: approvalsInForce(engine, state, { ...request, approve }),
      teardown: teardownPhase(engine, state),
      lease,
      deadline,
      startedAt,
      before,
    });
    await before;
    const collection = await collect(engine, name, request, lease, deadline, state, decision, result);
    return { ...nothing, rounds: result, collection, failure: result.failure };
  } catch (error) {
    return { ...nothing, failure: failureWhile(`reconciling ${name}`, error) };
  }
}

/** What has to be written before anything is applied. Started at once, so that it costs no round trip of its own. */
function firstWrites<Fleet, Readers, Writers>(
  { clock, events, store }: Engine<Fleet, Readers, Writers>,
  name: string,
  { approve, by }: RunRequest,
  lease: Lease,
  { accept }: RevisionDecision<Fleet>,
): Promise<void> {
  const write = async (): Promise<void> => {
    lease.assertHeld();
    const approvals = (approve ?? []).map((actionId) => ({ actionId, by: by ?? "unknown", at: clock.now() }));
    await Promise.all([
      accept === undefined ? undefined : store.accept(name, accept),
      approvals.length === 0 ? undefined : store.addApprovals(name, approvals),
    ]);
    if (accept !== undefined) events?.emit({ event: "RevisionAccepted", sequence: accept.sequence });
  };
  const written = write();
  // Awaited by whoever applies and again at the end; without this, a failure before that would be an unhandled one.
  written.catch(() => undefined);
  return written;
}

function isNew<Fleet>({ status }: FleetState, { inForce }: RevisionDecision<Fleet>): boolean {
  const known = status?.value.inForce;
  return (
    known === undefined || known.sequence !== inForce?.revision.sequence || known.digest !== inForce.revision.digest
  );
}

/**
 * What the request approves. A yes that was used and given again (the action failed) counts again; the same request told
 * twice (a function that was run again) doesn't.
 */
function newlyApproved(stored: readonly Approval[], { approve, requestId }: RunRequest): readonly string[] {
  const used = new Set(stored.filter(({ usedBy }) => usedBy === requestId).map(({ actionId }) => actionId));
  return (approve ?? []).filter((actionId) => !used.has(actionId));
}

/** A teardown has its own, which stand until it is over. */
function approvalsInForce<Fleet, Readers>(
  planning: Planning<Fleet, Readers>,
  { approvals, teardown }: FleetState,
  request: RunRequest,
): ReadonlyMap<string, string> {
  return planning.teardown === true ? teardownApprovals(teardown) : approvalsOf(approvals, request);
}

function approvalsOf(stored: readonly Approval[], { approve, by }: RunRequest): ReadonlyMap<string, string> {
  return new Map([
    ...stored.filter(({ usedBy }) => usedBy === undefined).map(({ actionId, by: giver }) => [actionId, giver] as const),
    ...(approve ?? []).map((actionId) => [actionId, by ?? "unknown"] as const),
  ]);
}
