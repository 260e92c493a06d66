import { type Action, targetKey } from "./action.ts";
import { backOff, type Random } from "./backoff.ts";
import type { Failure } from "./failure.ts";
import { pruneHeals, withHeal } from "./heal.ts";
import type { Limits } from "./limits.ts";
import type { Operation } from "./observation.ts";
import type { FailureStatus, FleetStatus, HealStatus } from "./status.ts";

/** What the engine remembers of one resource from round to round and from run to run. Never what exists: that is observed. */
export interface ResourceMemory {
  readonly failure?: FailureStatus;
  readonly operation?: Operation;
  readonly heals?: readonly HealStatus[];
}

/** By `kind/name`. */
export type Memory = ReadonlyMap<string, ResourceMemory>;

/** @param newRevision the file changed: failures and fights are over, operations in flight are not */
export function recall(
  status: Pick<FleetStatus, "resources"> | undefined,
  newRevision: boolean,
  now: number,
  limits: Limits,
): Memory {
  const memory = new Map<string, ResourceMemory>();
  for (const [key, resource] of Object.entries(status?.resources ?? {})) {
    const heals = pruneHeals(resource.heals, resource.sync, now, limits);
    const remembered: ResourceMemory = {
      ...(resource.failure === undefined || newRevision ? {} : { failure: resource.failure }),
      ...(resource.operation === undefined ? {} : { operation: resource.operation }),
      ...(heals.length === 0 || newRevision ? {} : { heals }),
    };
    if (Object.keys(remembered).length > 0) memory.set(key, remembered);
  }
  return memory;
}

function changed(memory: Memory, key: string, change: (before: ResourceMemory) => ResourceMemory): Memory {
  const next = new Map(memory);
  next.set(key, change(memory.get(key) ?? {}));
  return next;
}

export function withFailure(
  memory: Memory,
  key: string,
  failure: Failure,
  now: number,
  random: Random,
  limits: Limits,
): Memory {
  return changed(memory, key, ({ operation: _ended, ...before }) => ({
    ...before,
    failure: backOff(before.failure, failure, now, random, limits),
  }));
}

/** A success, or nothing left to do: the only things but a new revision that end a back-off. */
export function withoutFailure(memory: Memory, key: string): Memory {
  if (memory.get(key)?.failure === undefined) return memory;
  return changed(memory, key, ({ failure: _over, ...before }) => before);
}

export function withApplied(memory: Memory, action: Action, now: number): Memory {
  return changed(memory, targetKey(action.target), ({ failure: _over, ...before }) => ({
    ...before,
    heals: withHeal(before.heals, action, now),
  }));
}

/** Started is not yet a success: the failure before it stays until the operation has ended well. */
export function withOperation(memory: Memory, key: string, operation: Operation | undefined): Memory {
  const before = memory.get(key)?.operation;
  if (before === undefined && operation === undefined) return memory;
  return changed(memory, key, ({ operation: _before, ...rest }) => ({
    ...rest,
    ...(operation === undefined ? {} : { operation }),
  }));
}

export function withStarted(memory: Memory, action: Action, operation: Operation, now: number): Memory {
  const key = targetKey(action.target);
  const started = withOperation(memory, key, operation);
  return changed(started, key, (before) => ({ ...before, heals: withHeal(before.heals, action, now) }));
}
