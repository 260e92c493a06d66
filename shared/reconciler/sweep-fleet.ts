import type { Fleet } from "../desired/fleet.ts";
import type { Lease } from "../engine/lease.ts";
import { decideRevision } from "../engine/revision.ts";
import type { FleetState } from "../engine/state-port.ts";
import { suspensionInEffect } from "../engine/suspension.ts";
import { policyOf } from "../resources/machines/collected-fleet.ts";
import { readLedger } from "../resources/machines/ledger-object.ts";
import type { Hold } from "../resources/machines/sweep.ts";
import type { Deletion } from "../resources/machines/sweep-record.ts";
import type { Sweep } from "../resources/machines/sweeper.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { mayHaveMachines } from "./collection.ts";
import type { Reconciler } from "./reconciler.ts";

/** Why a fleet isn't swept at all. */
export type HeldBack =
  | {
      readonly reason: "Busy" | "NothingInForce" | "RevisionNotInForce" | "NoRunners" | "ReportMode";
      readonly message: string;
    }
  /** `until` in epoch milliseconds. */
  | { readonly reason: "Suspended"; readonly message: string; readonly until: number };

/** What one sweep of one fleet did. Plain JSON: the answer of the function `collect`. */
export interface SweepReport {
  readonly version: 1;
  readonly fleet: string;
  readonly heldBack?: HeldBack;
  /** Tried in this order; a `failure` is told there, and never stopped the others. */
  readonly deletions: readonly Deletion[];
  /** Condemned, but not deleted yet, with each reason. */
  readonly held: readonly { readonly subject: string; readonly holds: readonly Hold[] }[];
  readonly fuse: "closed" | "blown";
  /** Epoch milliseconds at which it is worth reconciling: the first mark is old enough, or a run left a note meanwhile. */
  readonly runAgainAt?: number;
}

/**
 * Sweeps a fleet if its file lets it: the same conditions under which a reconcile would look for orphans. A file that was
 * pushed and isn't in force yet holds it back, because it may say something else about what is to be deleted. It works
 * under the fleet's lease; where that is held its holder is left a note, looks again and hands over again.
 *
 * @param requestId names the note
 * @param deadline epoch milliseconds, after which no deletion is started
 * @throws Failure where state or evidence can't be read
 */
export async function sweepFleet(
  { engine, collection, store }: Reconciler,
  name: string,
  requestId: string,
  deadline: number,
): Promise<SweepReport> {
  const acquired = await engine.leases.acquire(name, { requestId, trigger: "requeue", force: false });
  if (acquired.state === "held") return nothingSwept(name, { reason: "Busy", message: `${acquired.by} works on it` });
  const { lease } = acquired;
  let report: SweepReport;
  try {
    const state = await engine.store.load(name);
    const decided = await withMachines(sweepable(engine, name, state, engine.clock.now()), store);
    report =
      "reason" in decided
        ? nothingSwept(name, decided)
        : sweepReport(name, await collection.sweep(decided.fleet, lease, deadline), engine.clock.now());
  } catch (error) {
    await lease.release([], true);
    throw error;
  }
  return (await leave(lease)) ? { ...report, runAgainAt: engine.clock.now() } : report;
}

/** Machines outlive the file's `runners`: as long as a manager that made some is on record, they are collected. */
async function withMachines(
  decided: { readonly fleet: Fleet } | HeldBack,
  store: ObjectStore,
): Promise<{ readonly fleet: Fleet } | HeldBack> {
  if ("reason" in decided || mayHaveMachines(decided.fleet, await readLedger(store, decided.fleet.metadata.name)))
    return decided;
  return { reason: "NoRunners", message: "the file has no runners, and no manager is on record" };
}

/** Gives the lease back. @returns whether runs left notes, which are theirs who hold it next */
async function leave(lease: Lease): Promise<boolean> {
  const left = await lease.release([]);
  if (left.state !== "noted") return false;
  await lease.release([], true);
  return true;
}

function nothingSwept(fleet: string, heldBack: HeldBack): SweepReport {
  return { version: 1, fleet, heldBack, deletions: [], held: [], fuse: "closed" };
}

/** The fleet as it is in force, or why nothing of it is swept. Pure. */
export function sweepable(
  { desired }: Pick<Reconciler["engine"], "desired">,
  name: string,
  state: FleetState,
  now: number,
): { readonly fleet: Fleet } | HeldBack {
  const decision = decideRevision(desired, name, state);
  if (decision.inForce === undefined) return { reason: "NothingInForce", message: decision.verdict.message };
  if (decision.verdict.reason !== "RevisionValid") {
    return { reason: "RevisionNotInForce", message: decision.verdict.message };
  }
  if (decision.accept !== undefined) {
    return { reason: "RevisionNotInForce", message: `revision ${decision.generation} waits for a reconcile` };
  }
  const { fleet } = decision.inForce;
  const suspension = suspensionInEffect(desired.policy(fleet, now), state.suspension, now);
  if (suspension !== undefined) {
    return { reason: "Suspended", message: suspension.reason, until: suspension.until };
  }
  if (policyOf(fleet).mode !== "collect") {
    return { reason: "ReportMode", message: "the file's mode, or that of garbageCollection, only reports" };
  }
  return { fleet };
}

/** Pure. */
export function sweepReport(fleet: string, { plan, deletions }: Sweep, now: number): SweepReport {
  const ripe = plan.held.flatMap(({ holds }) => ripeIn(holds) ?? []);
  return {
    version: 1,
    fleet,
    deletions,
    held: plan.held.map(({ finding, holds }) => ({ subject: finding.subject, holds })),
    fuse: plan.fuse.state,
    ...(ripe.length === 0 ? {} : { runAgainAt: now + Math.min(...ripe) }),
  };
}

/** Milliseconds until nothing but further looks is missing; undefined where something else holds it. */
function ripeIn(holds: readonly Hold[]): number | undefined {
  let remaining: number | undefined;
  for (const hold of holds) {
    if (hold.code === "grace") remaining = hold.remaining;
    else if (hold.code !== "sightings" && hold.code !== "tag-missing") return undefined;
  }
  return remaining;
}
