import { type Risk, targetKey } from "./action.ts";
import { type Applied, apply } from "./apply.ts";
import type { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { type Failure, failureWhile } from "./failure.ts";
import type { Lease } from "./lease.ts";
import { type Memory, withApplied, withFailure, withStarted } from "./memory.ts";
import type { Look } from "./observe.ts";
import type { Plan } from "./plan.ts";
import { planRound } from "./plan-round.ts";
import type { ActionRecord, RunRequest } from "./record.ts";
import type { InForce } from "./revision.ts";
import type { Suspension } from "./state-port.ts";
import { suspensionInEffect } from "./suspension.ts";

export interface RoundsInput<Fleet> {
  readonly name: string;
  readonly inForce: InForce<Fleet>;
  readonly newestAccepted: boolean;
  readonly suspension: Suspension | undefined;
  readonly inventory: Readonly<Record<string, readonly string[]>>;
  readonly memory: Memory;
  readonly request: RunRequest;
  /** Who approved what, by action id; unspent. */
  readonly approvals: ReadonlyMap<string, string>;
  readonly lease: Lease;
  readonly deadline: Deadline;
  readonly startedAt: number;
  /** Writes that have to have happened before anything is applied. */
  readonly before: Promise<void>;
}

export interface RoundsResult<Fleet, Readers> {
  /** The last plan and look; undefined where there was no time for even one. */
  readonly last: { readonly plan: Plan; readonly look: Look<Fleet, Readers> } | undefined;
  readonly memory: Memory;
  readonly records: readonly ActionRecord[];
  readonly rounds: number;
  /** Written since the last look, by `kind/name`. */
  readonly unsettled: ReadonlySet<string>;
  /** Time or rounds ran out before all was stable or held. */
  readonly unfinished: boolean;
  /** What broke the rounds off. */
  readonly failure?: Failure;
}

/** Observes, plans and applies until all is stable or held, or time, rounds or the lease run out. Never throws. */
export async function rounds<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  input: RoundsInput<Fleet>,
): Promise<RoundsResult<Fleet, Readers>> {
  const { clock, limits } = engine;
  const writers = engine.writers(input.lease);
  const approvals = new Map(input.approvals);
  const applied: Record<Risk, number> = { safe: 0, disruptive: 0, destructive: 0 };
  const records: ActionRecord[] = [];
  let memory = input.memory;
  let last: RoundsResult<Fleet, Readers>["last"];
  let unsettled: ReadonlySet<string> = new Set();
  let patience = limits.patience;
  let round = 1;
  const result = (unfinished: boolean, failure?: Failure): RoundsResult<Fleet, Readers> => ({
    last,
    memory,
    records,
    rounds: round,
    unsettled,
    unfinished,
    ...(failure === undefined ? {} : { failure }),
  });

  for (;;) {
    // 1. No time to look, or to do anything about what would be seen.
    if (input.deadline.passed()) return result(true);
    const now = clock.now();
    const planned = await planRound(engine, {
      name: input.name,
      fleet: input.inForce.fleet,
      revision: refOf(input.inForce),
      newestAccepted: input.newestAccepted,
      suspension: suspensionInEffect(engine.desired.policy(input.inForce.fleet, now), input.suspension, now),
      inventory: input.inventory,
      memory,
      force: input.request.force,
      only: input.request.only,
      approved: new Set(approvals.keys()),
      applied,
      round,
      startedAt: input.startedAt,
      now,
    });
    memory = planned.memory;
    last = planned;
    unsettled = new Set();
    if (planned.plan.actions.every((action) => action.held !== undefined)) {
      // 2. Stable or held: wait for what ends within our patience, else leave.
      const wait = waitFor(soonest(planned.plan, memory), clock.now());
      if (wait === undefined || wait > patience || !input.deadline.reaches(clock.now() + wait)) return result(false);
      patience -= wait;
      await clock.sleep(wait);
      continue;
    }
    // 3. Enough rounds for one run, whatever is left.
    if (round > limits.rounds) return result(true);

    // 4. Something may be done. The plan is stored while the first targets are checked again.
    const stored = storePlan(engine, input, planned.plan, round);
    const ended = await apply({
      fleet: input.inForce.fleet,
      kinds: engine.kinds,
      readers: engine.readers,
      writers,
      look: planned.look,
      inventory: input.inventory,
      memory,
      actions: planned.plan.actions,
      lease: input.lease,
      deadline: input.deadline,
      clock,
      limits,
      stored,
      spend: (actionId) => engine.store.useApproval(input.name, actionId, input.request.requestId),
      ...(engine.events === undefined ? {} : { events: engine.events }),
    });
    for (const one of ended) {
      memory = remember(engine, memory, one, clock.now());
      records.push(recordOf(one, round, approvals));
      if (attempted(one)) applied[one.action.risk] += 1;
      // Spent, by us or, where it was skipped for want of one, by somebody else.
      if (one.action.risk === "destructive" && (attempted(one) || skipped(one))) approvals.delete(one.action.id);
    }
    unsettled = new Set(ended.filter(attempted).map(({ action }) => targetKey(action.target)));
    // 5. The plan could not be stored, or we aren't the holder any more: nothing else may be done.
    try {
      await stored;
      input.lease.assertHeld();
    } catch (error) {
      return result(true, failureWhile("applying the plan", error));
    }
    if (ended.some(({ outcome }) => outcome.state === "outOfTime")) return result(true);
    round += 1;
  }
}

async function storePlan<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  input: RoundsInput<Fleet>,
  plan: Plan,
  round: number,
): Promise<void> {
  input.lease.assertHeld();
  await Promise.all([
    input.before,
    engine.store.storePlan(input.name, {
      requestId: input.request.requestId,
      epoch: input.lease.epoch,
      round,
      plan,
    }),
  ]);
}

function refOf<Fleet>({ revision }: InForce<Fleet>): Plan["revision"] {
  return { sequence: revision.sequence, commit: revision.commit, digest: revision.digest };
}

function attempted({ outcome }: Applied): boolean {
  return outcome.state === "applied" || outcome.state === "pending" || outcome.state === "failed";
}

function skipped({ outcome }: Applied): boolean {
  return outcome.state === "skipped" && outcome.hold.reason === "ApprovalNeeded";
}

function remember<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  memory: Memory,
  { action, outcome, failure }: Applied,
  now: number,
): Memory {
  if (outcome.state === "applied") return withApplied(memory, action, now);
  if (outcome.state === "pending") return withStarted(memory, action, outcome.operation, now);
  // Losing the lease or the store says nothing about the resource.
  if (failure === undefined || isOurs(failure)) return memory;
  return withFailure(memory, targetKey(action.target), failure, now, engine.random, engine.limits);
}

function isOurs(failure: Failure): boolean {
  return failure.code === "LeaseLost" || failure.code === "StateConflict";
}

function recordOf({ action, outcome }: Applied, round: number, approvals: ReadonlyMap<string, string>): ActionRecord {
  const approvedBy = action.risk === "destructive" ? approvals.get(action.id) : undefined;
  return {
    id: action.id,
    target: action.target,
    verb: action.verb,
    risk: action.risk,
    reason: action.reason,
    changes: action.changes,
    round,
    outcome,
    ...(approvedBy === undefined ? {} : { approvedBy }),
  };
}

/** When something that a run need not leave for comes to an end: back-offs and operations, not windows or suspensions. */
function soonest(plan: Plan, memory: Memory): number | undefined {
  const times: number[] = [];
  for (const { held } of plan.actions) {
    if (held?.reason === "BackingOff" && held.until !== undefined) times.push(held.until);
  }
  for (const { operation } of memory.values()) {
    if (operation !== undefined) times.push(operation.notBefore);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

const shortestWait = 250;

function waitFor(until: number | undefined, now: number): number | undefined {
  return until === undefined ? undefined : Math.max(until - now, shortestWait);
}
