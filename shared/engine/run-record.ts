import type { Failure } from "./failure.ts";
import type { LeaseNote } from "./lease.ts";
import type { Reconciled } from "./reconcile.ts";
import type { RunEnd, RunRecord, RunRequest } from "./record.ts";
import { runAgainAt } from "./requeue.ts";
import type { RevisionDecision } from "./revision.ts";
import type { FleetStatus } from "./status.ts";

/** The record of a run that has done nothing yet. */
export function emptyRecord(fleet: string, request: RunRequest, startedAt: number): RunRecord {
  return {
    version: 1,
    fleet,
    requestId: request.requestId,
    trigger: request.trigger,
    force: request.force,
    ...(request.by === undefined ? {} : { by: request.by }),
    epoch: 0,
    startedAt,
    endedAt: startedAt,
    end: "Failed",
    rounds: 0,
    actions: [],
    held: [],
    unknown: [],
    conditions: [],
    notes: [],
  };
}

export function failureRecord(failure: Failure): NonNullable<RunRecord["failure"]> {
  return {
    code: failure.code,
    class: failure.class,
    message: failure.message,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  };
}

/** A record whose run broke off. The first failure is the one to tell; what follows is mostly its consequence. */
export function broken(record: RunRecord, failure: Failure): RunRecord {
  return { ...record, end: "Failed", failure: record.failure ?? failureRecord(failure) };
}

/** Several notes as one request: forced if one is, of all kinds unless all name some, approving what any approves. */
export function together(notes: readonly LeaseNote[]): RunRequest {
  const only = notes.every((note) => note.only !== undefined) ? notes.flatMap((note) => note.only ?? []) : undefined;
  const by = [...new Set(notes.flatMap((note) => (note.by === undefined ? [] : [note.by])))].join(", ");
  const approve = notes.flatMap((note) => note.approve ?? []);
  return {
    requestId: notes[0]?.requestId ?? "note",
    trigger: "note",
    force: notes.some((note) => note.force),
    ...(only === undefined ? {} : { only: [...new Set(only)] }),
    ...(approve.length === 0 ? {} : { approve: [...new Set(approve)] }),
    ...(by === "" ? {} : { by }),
  };
}

/** The record of a run that has looked. */
export function recordOf<Fleet, Readers>(
  nothing: RunRecord,
  endedAt: number,
  { inForce }: RevisionDecision<Fleet>,
  { rounds: result, failure }: Reconciled<Fleet, Readers>,
  status: FleetStatus,
): RunRecord {
  const plan = result?.last?.plan;
  const held = (plan?.actions ?? []).flatMap(({ id, target, verb, risk, held: hold }) =>
    hold === undefined ? [] : [{ id, target, verb, risk, hold }],
  );
  const again = runAgainAt({
    resources: status.resources,
    held,
    unfinished: result?.unfinished ?? false,
    acted: (result?.records.length ?? 0) > 0,
    endedAt,
  });
  return {
    ...nothing,
    endedAt,
    end: endOf(status, failure, result?.unfinished ?? false),
    ...(inForce === undefined || status.inForce === undefined ? {} : { revision: status.inForce }),
    rounds: result?.rounds ?? 0,
    ...(plan === undefined ? {} : { planDigest: plan.digest }),
    actions: result?.records ?? [],
    held,
    unknown: plan?.unknown ?? [],
    conditions: status.conditions,
    ...(failure === undefined ? {} : { failure: failureRecord(failure) }),
    ...(again === undefined ? {} : { runAgainAt: again }),
  };
}

function endOf(status: FleetStatus, failure: Failure | undefined, unfinished: boolean): RunEnd {
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (failure !== undefined) return "Failed";
  switch (ready?.reason) {
    case "AllAsDeclared":
      return "Ready";
    case "ChangesDue":
      return "Progressing";
    case "SomethingUnknown":
      return "Unknown";
    case "ChangesHeld":
    case "NewestNotInForce":
      return "Held";
    default:
      return ready?.reason === "RunFailed" && unfinished ? "Progressing" : "Failed";
  }
}
