import type { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { failureWhile } from "./failure.ts";
import { saysSomethingNew, unfinishedPlan } from "./fleet-status.ts";
import type { Lease } from "./lease.ts";
import { nextStatus } from "./next-status.ts";
import { reconcile } from "./reconcile.ts";
import type { RunRecord, RunRequest } from "./record.ts";
import { decideRevision } from "./revision.ts";
import { broken, emptyRecord, recordOf } from "./run-record.ts";
import type { FleetState } from "./state-port.ts";
import type { FleetStatus } from "./status.ts";
import { isDestroyed } from "./teardown.ts";
import { tell } from "./tell.ts";

/** One request served under a lease. */
export interface Served {
  readonly record: RunRecord;
  /** Sequence of the newest revision looked at. */
  readonly generation: number;
  /** The lease went meanwhile: nothing more may be written. */
  readonly lost: boolean;
}

/** Loads, decides, reconciles and writes down what came of it. Never throws. */
export async function serve<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  request: RunRequest,
  lease: Lease,
  deadline: Deadline,
): Promise<Served> {
  const startedAt = engine.clock.now();
  const nothing: RunRecord = { ...emptyRecord(name, request, startedAt), epoch: lease.epoch };
  let state: FleetState;
  try {
    state = await engine.store.load(name);
  } catch (error) {
    const record = broken(nothing, failureWhile("loading the fleet's state", error));
    return await writeDown(engine, name, lease, record, undefined, 0);
  }
  // What was destroyed stays so until a file is pushed again: there is nothing to look at and nothing to tell.
  if (isDestroyed(state)) {
    return { record: { ...nothing, endedAt: engine.clock.now(), end: "Ready" }, generation: 0, lost: false };
  }
  const decision = decideRevision(engine.desired, name, state);
  const outcome = await reconcile(engine, name, request, lease, deadline, startedAt, state, decision);
  const next = nextStatus(engine, name, request, lease, startedAt, state, decision, outcome);
  const { status, record } = await tell(engine, {
    name,
    request,
    lease,
    deadline,
    state,
    decision,
    outcome,
    status: next,
    record: recordOf(nothing, engine.clock.now(), decision, outcome, next),
    unfinished: unfinishedPlan(state),
  });
  const before = state.status;
  const acted = outcome.rounds !== undefined && outcome.rounds.records.length > 0;
  const news = saysSomethingNew(before?.value, status, engine.clock.now(), engine.limits);
  // What was told of a run that died is told once: with the status that follows its plan is no longer unfinished.
  const told = record.notifications !== undefined;
  const write = news || acted || told ? { status, replaces: before?.etag } : undefined;
  return await writeDown(engine, name, lease, record, write, decision.generation);
}

/** Status and history side by side, each only where there is something to tell. A failure of either is in the record. */
async function writeDown<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  lease: Lease,
  record: RunRecord,
  write: { readonly status: FleetStatus; readonly replaces: string | undefined } | undefined,
  generation: number,
): Promise<Served> {
  try {
    lease.assertHeld();
  } catch (error) {
    return { record: broken(record, failureWhile("writing the status", error)), generation, lost: true };
  }
  if (write === undefined && record.failure === undefined) return { record, generation, lost: false };
  const [status, history] = await Promise.allSettled([
    write === undefined ? undefined : engine.store.saveStatus(name, write.status, write.replaces),
    engine.store.appendHistory(name, record),
  ]);
  let written = record;
  if (status.status === "rejected") written = broken(written, failureWhile("writing the status", status.reason));
  if (history.status === "rejected") written = broken(written, failureWhile("writing the history", history.reason));
  return { record: written, generation, lost: false };
}
