import { targetKey } from "./action.ts";
import { pruneHeals } from "./heal.ts";
import type { Json } from "./json.ts";
import type { Health, ReadableKind } from "./kind.ts";
import type { Limits } from "./limits.ts";
import type { Memory, ResourceMemory } from "./memory.ts";
import type { Observation } from "./observation.ts";
import type { Look } from "./observe.ts";
import type { Plan, PlannedAction } from "./plan.ts";
import type { ResourceStatus, Sync } from "./status.ts";

export interface ResourceStatusInput<Fleet, Readers> {
  readonly before: Readonly<Record<string, ResourceStatus>>;
  readonly look: Look<Fleet, Readers>;
  readonly plan: Plan;
  readonly memory: Memory;
  /** Targets that were written after the look, by `kind/name`. */
  readonly unsettled: ReadonlySet<string>;
  readonly limits: Limits;
  readonly now: number;
}

/** The status of every resource after a run. Pure. What isn't wanted and has nothing left to be done drops out. */
export function resourceStatuses<Fleet, Readers>(
  input: ResourceStatusInput<Fleet, Readers>,
): Readonly<Record<string, ResourceStatus>> {
  const next: Record<string, ResourceStatus> = {};
  const found: Found = {
    unknown: new Map(input.plan.unknown.map((resource) => [targetKey(resource), resource.why])),
    actions: Map.groupBy(input.plan.actions, ({ target }) => targetKey(target)),
  };
  for (const { kind, desired, observations } of input.look.kinds.values()) {
    for (const [name, observation] of observations) {
      const key = targetKey({ kind: kind.kind, name });
      if (!desired.has(name) && observation.state !== "unknown" && !isBusy(input, found, key)) continue;
      next[key] = resourceStatus(input, found, kind, name, observation);
    }
  }
  return next;
}

/** The plan, by target. */
interface Found {
  readonly unknown: ReadonlyMap<string, string>;
  readonly actions: ReadonlyMap<string, readonly PlannedAction[]>;
}

function isBusy<Fleet, Readers>(input: ResourceStatusInput<Fleet, Readers>, found: Found, key: string): boolean {
  return input.unsettled.has(key) || input.memory.get(key)?.operation !== undefined || found.actions.has(key);
}

function resourceStatus<Fleet, Readers>(
  input: ResourceStatusInput<Fleet, Readers>,
  found: Found,
  kind: ReadableKind<Fleet, Readers>,
  name: string,
  observation: Observation<Json>,
): ResourceStatus {
  const key = targetKey({ kind: kind.kind, name });
  const memory = input.memory.get(key) ?? {};
  const before = input.before[key];
  const { sync, message } = syncOf(input, found, key, memory);
  const heals = pruneHeals(memory.heals, sync, input.now, input.limits);
  return {
    kind: kind.kind,
    name,
    sync,
    since: before !== undefined && before.sync === sync ? before.since : input.now,
    ...(message === undefined ? {} : { message }),
    health: healthOf(kind, name, observation),
    ...(memory.failure === undefined ? {} : { failure: memory.failure }),
    ...(memory.operation === undefined ? {} : { operation: memory.operation }),
    ...(heals.length === 0 ? {} : { heals }),
  };
}

/** The first that fits: what we don't know comes before what we think, a failure before what it causes. */
function syncOf<Fleet, Readers>(
  { unsettled }: ResourceStatusInput<Fleet, Readers>,
  found: Found,
  key: string,
  memory: ResourceMemory,
): { readonly sync: Sync; readonly message?: string } {
  const unknown = found.unknown.get(key);
  if (unknown !== undefined) return { sync: "Unknown", message: unknown };
  if (memory.operation !== undefined) return { sync: "Progressing", message: memory.operation.message };
  if (memory.failure !== undefined) return { sync: "Failed", message: memory.failure.message };
  if (unsettled.has(key)) return { sync: "Progressing", message: "changed, and not observed again yet" };
  const actions = found.actions.get(key) ?? [];
  const held = actions.find((action) => action.held !== undefined)?.held;
  if (held !== undefined) return { sync: "Held", message: held.message };
  const due = actions[0];
  return due === undefined ? { sync: "InSync" } : { sync: "Drifted", message: due.reason };
}

function healthOf<Fleet, Readers>(
  kind: ReadableKind<Fleet, Readers>,
  name: string,
  observation: Observation<Json>,
): Health {
  if (observation.state === "unknown") return { status: "Unknown" };
  if (observation.state === "absent") return { status: "Unknown", message: "it doesn't exist" };
  try {
    return kind.health(name, observation.value);
  } catch (error) {
    return { status: "Unknown", message: error instanceof Error ? error.message : String(error) };
  }
}
