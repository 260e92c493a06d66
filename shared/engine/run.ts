import { type Deadline, deadlineOf } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { guardEvents } from "./event.ts";
import { type Failure, failureWhile } from "./failure.ts";
import type { Lease, LeaseNote } from "./lease.ts";
import type { RunRecord, RunRequest } from "./record.ts";
import { idleRequeue } from "./requeue.ts";
import { broken, emptyRecord, failureRecord, together } from "./run-record.ts";
import { type Served, serve } from "./serve.ts";

/**
 * One run of one fleet: takes the lease, serves the request, serves what others asked for meanwhile, leaves. Never throws:
 * whatever goes wrong is in the record, and so is where it was left to somebody else.
 * @param limit epoch milliseconds at which the process is ended from outside (a function's time limit)
 * @returns the record of this request, but for `runAgainAt`, which speaks of the last one served after it
 */
export async function run<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  request: RunRequest,
  limit?: number,
): Promise<RunRecord> {
  const events = guardEvents(engine.events);
  const record = await lead({ ...engine, events }, name, request, limit);
  events.emit({ event: "RunEnded", record });
  return events.failure === undefined ? record : broken(record, failureWhile("telling of the run", events.failure));
}

async function lead<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  request: RunRequest,
  limit: number | undefined,
): Promise<RunRecord> {
  const { clock, events, leases, limits } = engine;
  const nothing = emptyRecord(name, request, clock.now());
  try {
    const acquisition = await leases.acquire(name, request);
    if (acquisition.state === "held") {
      const { by, expiresAt, noted } = acquisition;
      events?.emit({ event: "LeaseHeld", by, expiresAt });
      return { ...nothing, endedAt: clock.now(), end: "Busy", ...(noted ? {} : { runAgainAt: expiresAt }) };
    }
    const { lease, notes } = acquisition;
    events?.emit({ event: "LeaseAcquired", epoch: lease.epoch });
    const deadline = deadlineOf(clock, limit, lease, limits);
    const first = await serve(engine, name, request, lease, deadline);
    return await leave(engine, name, lease, deadline, first, notes);
  } catch (error) {
    const failure = failureWhile(`reconciling ${name}`, error);
    return { ...nothing, endedAt: clock.now(), end: "Failed", failure: failureRecord(failure) };
  }
}

/**
 * Serves notes until none is left, and gives the lease back: the release tells of notes that came meanwhile. Those of a
 * holder that died are served like them, after what we were asked ourselves.
 */
async function leave<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  lease: Lease,
  deadline: Deadline,
  first: Served,
  leftByOthers: readonly LeaseNote[],
): Promise<RunRecord> {
  const served: string[] = [];
  let last = first;
  let waiting = leftByOthers;
  let passes = 0;
  for (;;) {
    const mayServe = passes < engine.limits.passes && !deadline.passed() && !last.lost;
    if (waiting.length > 0 && mayServe) {
      passes += 1;
      last = await serve(engine, name, together(waiting), lease, deadline);
      served.push(...waiting.map(({ requestId }) => requestId));
      waiting = [];
      continue;
    }
    const left = await giveBack(engine, name, lease, last, served, !mayServe);
    if (left.notes.length > 0 && mayServe) {
      waiting = left.notes;
      continue;
    }
    // Where we left without looking, there may be notes that nobody serves before the next run.
    const unseen = mayServe || last.lost ? [] : [engine.clock.now() + idleRequeue];
    const times = [last.record.runAgainAt, ...unseen].filter((time) => time !== undefined);
    const { runAgainAt: _before, ...told } = first.record;
    const record: RunRecord = {
      ...told,
      notes: served,
      ...(times.length === 0 ? {} : { runAgainAt: Math.min(...times) }),
    };
    return left.failures.reduce(broken, record);
  }
}

interface Left {
  readonly notes: readonly LeaseNote[];
  readonly failures: readonly Failure[];
}

/** The heartbeat and the release, side by side: the last round trip of every run. A lost lease is not ours to touch. */
async function giveBack<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  name: string,
  lease: Lease,
  { record, generation, lost }: Served,
  served: readonly string[],
  evenIfNoted: boolean,
): Promise<Left> {
  if (lost) return { notes: [], failures: [] };
  const { requestId, trigger, startedAt, end, runAgainAt } = record;
  const [beat, release] = await Promise.allSettled([
    engine.store.heartbeat(name, {
      version: 1,
      fleet: name,
      requestId,
      trigger,
      epoch: lease.epoch,
      startedAt,
      endedAt: engine.clock.now(),
      end,
      observedGeneration: generation,
      ...(runAgainAt === undefined ? {} : { runAgainAt }),
    }),
    lease.release(served, evenIfNoted),
  ]);
  const failures: Failure[] = [];
  if (beat.status === "rejected") failures.push(failureWhile("writing the heartbeat", beat.reason));
  if (release.status === "rejected") failures.push(failureWhile("giving the lease back", release.reason));
  const notes = release.status === "fulfilled" && release.value.state === "noted" ? release.value.notes : [];
  return { notes, failures };
}
