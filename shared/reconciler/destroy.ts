import type { Fleet } from "../desired/fleet.ts";
import type { Clock } from "../engine/clock.ts";
import { Failure, failureWhile } from "../engine/failure.ts";
import type { RunRecord } from "../engine/record.ts";
import { decideRevision } from "../engine/revision.ts";
import { run } from "../engine/run.ts";
import { forgetFleet, readTeardown } from "../store/teardown.ts";
import { machinesTarget } from "./ending-kinds.ts";
import type { Reconciler } from "./reconciler.ts";
import type { TeardownProof } from "./teardown-proof.ts";

/** What a teardown works with beside the engine, whose kinds are those of a fleet that ends. */
export interface DestroyPorts {
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly by: string;
  /**
   * Lets whoever may do so mark and delete machines, by the road of `gc`. Between two runs, for those who mark take the
   * fleet's lease themselves. @returns what was deleted, and what failed, each a line
   */
  readonly collect: (fleet: Fleet) => Promise<readonly string[]>;
  readonly interrupted: () => boolean;
  /** Epoch milliseconds by the clock, after which no further run is begun. */
  readonly deadline: number;
  /** A line for a person, where something is new. */
  readonly tell: (line: string) => void;
}

/**
 * How a teardown ended: all gone; waiting for a person or interrupted by one; not done within its time; or failed. `last` says
 * what is held and unknown.
 */
export type Destroyed =
  | { readonly end: "Gone"; readonly proof?: TeardownProof; readonly last?: RunRecord }
  | {
      readonly end: "Held" | "Failed" | "Interrupted" | "TimedOut";
      readonly last: RunRecord;
      readonly proof?: TeardownProof;
    };

/** How often in a row nothing may come of a run before it is a person's turn. */
const patience = 3;
/** Milliseconds between two runs: where nothing says when, and at most while nothing is known to go on. */
const usualWait = 60_000;
const shortestWait = 1_000;
/** At most where only time is missing, which whoever waits has said. */
const longestWait = 5 * 60_000;

/**
 * Runs, one after the other, until nothing is left, nothing goes on without a person, somebody interrupts, or its time is over.
 * All that is remembered is in the store and in what is there: it may be killed anywhere, and the next call goes on.
 */
export async function destroy(ports: DestroyPorts, name: string): Promise<Destroyed> {
  const { reconciler, clock, newId, by } = ports;
  const teardown = await readTeardown(reconciler.store, name);
  if (teardown?.endedAt !== undefined) return { end: "Gone" };
  // Proven gone by a call that was interrupted while it forgot the fleet.
  if (teardown?.emptiedAt !== undefined) {
    await forget(ports, name);
    return { end: "Gone" };
  }
  let idle = 0;
  let said = "";
  for (;;) {
    const request = { requestId: newId(), trigger: "manual", force: true, by } as const;
    const record = await run(reconciler.engine, name, request);
    const proof = isEmpty(record) ? await reconciler.proof(await fleetOf(reconciler, name)) : undefined;
    const left = proof?.remnants.some(({ retained }) => retained === undefined) ?? true;
    if (proof !== undefined && !left) {
      await forget(ports, name);
      return { end: "Gone", proof, last: record };
    }
    const waits = record.held.find(({ hold }) => hold.reason === "UnderWay")?.hold.message ?? "";
    if (waits !== said && waits !== "") ports.tell(waits);
    said = waits;
    await collected(ports, name, record);
    idle = isGoingOn(record) ? 0 : idle + 1;
    if (record.end !== "Busy" && (idle >= patience || isFinal(record))) {
      const told = proof === undefined ? {} : { proof };
      return { end: record.end === "Failed" ? "Failed" : "Held", last: record, ...told };
    }
    if (ports.interrupted()) return { end: "Interrupted", last: record };
    const now = clock.now();
    if (now >= ports.deadline) return { end: "TimedOut", last: record };
    const asked = Math.max((record.runAgainAt ?? now + usualWait) - now, shortestWait);
    await clock.sleep(Math.min(asked, idle === 0 ? longestWait : usualWait, ports.deadline - now));
  }
}

/** Nothing is left by what the run saw. A newest file that is invalid changes nothing about that. */
function isEmpty({ end, conditions }: RunRecord): boolean {
  return end === "Ready" || conditions.some(({ reason }) => reason === "NewestNotInForce");
}

/** Something was done, or goes on by itself. */
function isGoingOn({ actions, held, unknown, runAgainAt }: RunRecord): boolean {
  const done = actions.some(({ outcome }) => outcome.state === "applied" || outcome.state === "pending");
  if (done || held.some(({ hold }) => hold.reason === "UnderWay" || hold.reason === "ActionLimit")) return true;
  // What is waited for ends by itself, unless it is but another attempt, or nobody can tell whether it still goes on.
  const failed = actions.some(({ outcome }) => outcome.state === "failed");
  if (failed || unknown.length > 0) return false;
  return runAgainAt !== undefined && held.every(({ hold }) => hold.reason !== "BackingOff");
}

/** Nothing gets better by waiting: nothing is unknown, and nothing is tried again. */
function isFinal(record: RunRecord): boolean {
  if (isGoingOn(record) || record.unknown.length > 0 || isEmpty(record)) return false;
  if (record.failure !== undefined) return record.failure.class === "terminal";
  return record.runAgainAt === undefined;
}

async function collected(ports: DestroyPorts, name: string, record: RunRecord): Promise<void> {
  const { kind } = machinesTarget;
  const left =
    record.held.some(({ target }) => target.kind === kind) || record.unknown.some((target) => target.kind === kind);
  if (!left) return;
  try {
    for (const line of await ports.collect(await fleetOf(ports.reconciler, name))) ports.tell(line);
  } catch (error) {
    // The next run looks again, and says what is left.
    const failure = failureWhile("collecting machines", error);
    ports.tell(`${failure.message}${failure.hint === undefined ? "" : ` (${failure.hint})`}`);
  }
}

/**
 * Under the lease, so that no run writes down anew what is being forgotten. A lease that is held ends; who doesn't want to
 * wait for that interrupts.
 * @throws Failure `Interrupted`: everything is gone, and the next call forgets it
 */
async function forget({ reconciler, clock, newId, interrupted, deadline }: DestroyPorts, name: string): Promise<void> {
  const request = { requestId: newId(), trigger: "manual", force: false } as const;
  for (;;) {
    const acquired = await reconciler.engine.leases.acquire(name, request);
    if (acquired.state === "held") {
      if (interrupted() || clock.now() >= deadline) throw interruptedBefore(acquired.by);
      await clock.sleep(shortestWait);
      continue;
    }
    try {
      acquired.lease.assertHeld();
      await forgetFleet(reconciler.store, name, () => clock.now());
    } finally {
      await acquired.lease.release([request.requestId], true);
    }
    return;
  }
}

function interruptedBefore(holder: string): Failure {
  return new Failure({
    code: "Interrupted",
    class: "retry",
    message: `everything is gone, and ${holder} holds the lease under which that is written down`,
    hint: "Run `fleetkeeper destroy` again: it goes on there.",
  });
}

async function fleetOf({ engine }: Pick<Reconciler, "engine">, name: string): Promise<Fleet> {
  const { inForce } = decideRevision(engine.desired, name, await engine.store.load(name));
  if (inForce === undefined) throw nothingInForce(name);
  return inForce.fleet;
}

export function nothingInForce(name: string): Failure {
  return new Failure({
    code: "NothingInForce",
    class: "terminal",
    message: `no valid file is in force for ${name}, so nobody can tell what belongs to it`,
    hint: "Push its file: what a fleet is made of follows from it.",
  });
}
