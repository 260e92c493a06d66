import { pruneHeals } from "./heal.ts";
import { type Json, sameJson } from "./json.ts";
import type { Limits } from "./limits.ts";
import type { FleetState, StoredPlan } from "./state-port.ts";
import type { FleetStatus, ResourceStatus } from "./status.ts";

/**
 * Whether a status says something new. Who wrote it when, and notes to be read once, are nothing new; nor are heals that
 * have only grown old. Pure.
 */
export function saysSomethingNew(
  before: FleetStatus | undefined,
  next: FleetStatus,
  now: number,
  limits: Limits,
): boolean {
  return before === undefined || !sameJson(substance(before, now, limits), substance(next, now, limits));
}

function substance(status: FleetStatus, now: number, limits: Limits): Json {
  const { epoch: _e, incarnation: _i, lastRun: _r, notes: _n, resources, ...rest } = status;
  const aged = Object.entries(resources).map(([key, resource]) => [key, withoutOldHeals(resource, now, limits)]);
  return JSON.parse(JSON.stringify({ ...rest, resources: Object.fromEntries(aged) })) as Json;
}

function withoutOldHeals({ heals, ...resource }: ResourceStatus, now: number, limits: Limits): object {
  const kept = pruneHeals(heals, resource.sync, now, limits);
  return kept.length === 0 ? resource : { ...resource, heals: kept };
}

/** The stored plan whose run died before it could write a status. Pure. */
export function unfinishedPlan({ plan, status }: FleetState): StoredPlan | undefined {
  if (plan === undefined) return undefined;
  const written = status?.value;
  if (written === undefined || plan.epoch > written.epoch) return plan;
  return plan.epoch === written.epoch && plan.requestId !== written.lastRun.requestId ? plan : undefined;
}

/** What to look at in this run: what is remembered, and what a run that died may have made. Pure. */
export function startingInventory(
  status: FleetStatus | undefined,
  unfinished: StoredPlan | undefined,
): FleetStatus["inventory"] {
  const names = new Map(Object.entries(status?.inventory ?? {}).map(([kind, known]) => [kind, new Set(known)]));
  for (const { target } of unfinished?.plan.actions ?? []) {
    names.set(target.kind, (names.get(target.kind) ?? new Set()).add(target.name));
  }
  return sorted(names);
}

/**
 * What to remember. Dropped is what the file doesn't want and of which nothing is left to do: it is gone, is retained on
 * purpose, or was never ours. Kinds that this version doesn't have stay. Pure.
 * @param kept the `kind/name`s that have a status
 */
export function nextInventory(
  before: FleetStatus["inventory"],
  kinds: readonly string[],
  kept: Readonly<Record<string, ResourceStatus>>,
): FleetStatus["inventory"] {
  const names = new Map(Object.entries(before).map(([kind, known]) => [kind, new Set(known)]));
  for (const kind of kinds) names.delete(kind);
  for (const { kind, name } of Object.values(kept)) names.set(kind, (names.get(kind) ?? new Set()).add(name));
  return sorted(names);
}

function sorted(names: ReadonlyMap<string, ReadonlySet<string>>): FleetStatus["inventory"] {
  return Object.fromEntries(
    [...names]
      .filter(([, known]) => known.size > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, known]) => [kind, [...known].sort()]),
  );
}
