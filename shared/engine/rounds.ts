import { apply } from "./apply.ts";
import { afterAction, afterLook, type Book, openBook } from "./book.ts";
import type { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { type Failure, failureWhile } from "./failure.ts";
import type { TeardownPhase } from "./gate.ts";
import type { Lease } from "./lease.ts";
import type { Memory } from "./memory.ts";
import type { Look } from "./observe.ts";
import type { Plan } from "./plan.ts";
import { type PlanInput, planRound } from "./plan-round.ts";
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
  readonly teardown: TeardownPhase | undefined;
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
  const tearingDown = input.teardown === "running";
  let book = openBook(input.memory, input.approvals, tearingDown);
  let last: RoundsResult<Fleet, Readers>["last"];
  let patience = limits.patience;
  let round = 1;
  const result = (unfinished: boolean, failure?: Failure): RoundsResult<Fleet, Readers> => ({
    last,
    memory: book.memory,
    records: book.records,
    rounds: round,
    unsettled: book.unsettled,
    unfinished,
    ...(failure === undefined ? {} : { failure }),
  });

  try {
    for (;;) {
      // 1. No time to look, or to do anything about what would be seen.
      if (input.deadline.passed()) return result(true);
      const planned = await planRound(engine, planInput(engine, input, book, round));
      book = afterLook(book, planned.memory);
      last = planned;
      if (planned.plan.actions.every((action) => action.held !== undefined)) {
        // 2. Stable or held: wait for what ends within our patience, else leave.
        const wait = waitFor(soonest(planned.plan, book.memory), clock.now());
        if (wait === undefined || wait > patience || !input.deadline.reaches(clock.now() + wait)) return result(false);
        patience -= wait;
        await clock.sleep(wait);
        continue;
      }
      // 3. Enough rounds for one run, whatever is left.
      if (round > limits.rounds) return result(true);
      // 4. Something may be done. The plan is stored while the first targets are checked again.
      const stored = storePlan(engine, input, planned.plan, round);
      // It is heard below; until then nobody listens, and Node.js ends a process for a rejection that nobody hears.
      stored.catch(() => undefined);
      const ended = await apply({
        fleet: input.inForce.fleet,
        kinds: engine.kinds,
        readers: engine.readers,
        writers,
        look: planned.look,
        inventory: input.inventory,
        memory: book.memory,
        actions: planned.plan.actions,
        lease: input.lease,
        deadline: input.deadline,
        clock,
        limits,
        stored,
        spend: async (actionId) =>
          tearingDown
            ? input.approvals.has(actionId)
            : engine.store.useApproval(input.name, actionId, input.request.requestId),
        ...(engine.events === undefined ? {} : { events: engine.events }),
      });
      for (const one of ended) book = afterAction(book, one, round, clock.now(), engine.random, limits);
      // 5. The plan could not be stored, or we aren't the holder any more: nothing else may be done.
      await stored;
      input.lease.assertHeld();
      round += 1;
    }
  } catch (error) {
    return result(true, failureWhile(`round ${round}`, error));
  }
}

function planInput<Fleet, Readers, Writers>(
  engine: Engine<Fleet, Readers, Writers>,
  input: RoundsInput<Fleet>,
  book: Book,
  round: number,
): PlanInput<Fleet> {
  const now = engine.clock.now();
  const { fleet } = input.inForce;
  return {
    name: input.name,
    fleet,
    revision: refOf(input.inForce),
    newestAccepted: input.newestAccepted,
    suspension: suspensionInEffect(engine.desired.policy(fleet, now), input.suspension, now),
    inventory: input.inventory,
    memory: book.memory,
    force: input.request.force,
    only: input.request.only,
    approved: new Set(book.approvals.keys()),
    applied: book.applied,
    teardown: input.teardown,
    round,
    startedAt: input.startedAt,
    now,
  };
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
