import type { Verdict } from "./condition.ts";
import { failureWhile } from "./failure.ts";
import type { Json } from "./json.ts";
import type { Outputs, OutputsByTarget, ReadableKind } from "./kind.ts";
import type { Memory } from "./memory.ts";
import { type Observation, type Operation, unknown } from "./observation.ts";

/** One kind as it is wanted and as it was found. */
export interface KindLook<Fleet, Readers> {
  readonly kind: ReadableKind<Fleet, Readers>;
  readonly desired: ReadonlyMap<string, Json>;
  /** Every desired, remembered or found name, sorted. */
  readonly observations: ReadonlyMap<string, Observation<Json>>;
}

/** One look at the whole fleet. */
export interface Look<Fleet, Readers> {
  readonly kinds: ReadonlyMap<string, KindLook<Fleet, Readers>>;
  readonly outputs: OutputsByTarget;
}

export interface Observing<Fleet, Readers> {
  readonly fleet: Fleet;
  readonly kinds: readonly ReadableKind<Fleet, Readers>[];
  readonly readers: Readers;
  readonly inventory: Readonly<Record<string, readonly string[]>>;
  readonly memory: Memory;
  readonly now: number;
  readonly observed?: (kind: string, observations: ReadonlyMap<string, Observation<Json>>) => void;
}

/**
 * Looks at every kind side by side; only a kind that can't be found without another's outputs waits for it. Never throws:
 * a kind that does is unknown with all its resources, and the others are not.
 */
export async function observe<Fleet, Readers>(observing: Observing<Fleet, Readers>): Promise<Look<Fleet, Readers>> {
  const outputs = new Map<string, Outputs>();
  const gone = new Set<string>();
  const looks = new Map<string, Promise<KindLook<Fleet, Readers>>>();
  const lookAt = (kind: ReadableKind<Fleet, Readers>): Promise<KindLook<Fleet, Readers>> => {
    const begun = looks.get(kind.kind);
    if (begun !== undefined) return begun;
    const first = observing.kinds.filter((other) => kind.observeAfter?.includes(other.kind));
    const look = Promise.all(first.map(lookAt)).then(async () => {
      const found = withOutputs(await observeKind(observing, kind, outputs, gone), outputs);
      for (const name of goneOf(found.observations)) gone.add(`${kind.kind}/${name}`);
      observing.observed?.(kind.kind, found.observations);
      return found;
    });
    looks.set(kind.kind, look);
    return look;
  };
  const found = await Promise.all(observing.kinds.map(lookAt));
  return { kinds: new Map(found.map((look) => [look.kind.kind, look])), outputs };
}

async function observeKind<Fleet, Readers>(
  observing: Observing<Fleet, Readers>,
  kind: ReadableKind<Fleet, Readers>,
  outputs: OutputsByTarget,
  gone: ReadonlySet<string>,
): Promise<KindLook<Fleet, Readers>> {
  const inventory = observing.inventory[kind.kind] ?? [];
  let desired: ReadonlyMap<string, Json>;
  try {
    desired = kind.desired(observing.fleet);
  } catch (error) {
    const why = failureWhile(`working out what the file wants of ${kind.kind}`, error).message;
    return { kind, desired: new Map(), observations: new Map(inventory.map((name) => [name, unknown(why)])) };
  }
  const wanted = [...new Set([...desired.keys(), ...inventory])];
  const answer = await ask(observing, kind, outputs, gone, inventory, wanted);
  const names = [...new Set([...wanted, ...answer.keys()])].sort();
  const observations = new Map(
    names.map((name) => [name, answer.get(name) ?? unknown(`${kind.kind} gave no answer about it`)]),
  );
  return { kind, desired, observations };
}

async function ask<Fleet, Readers>(
  observing: Observing<Fleet, Readers>,
  kind: ReadableKind<Fleet, Readers>,
  outputs: OutputsByTarget,
  gone: ReadonlySet<string>,
  inventory: readonly string[],
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Observation<Json>>> {
  try {
    return await kind.observe({
      fleet: observing.fleet,
      readers: observing.readers,
      inventory,
      operations: operationsOf(kind.kind, observing.memory),
      outputs,
      gone,
      now: observing.now,
    });
  } catch (error) {
    const why = failureWhile(`observing ${kind.kind}`, error).message;
    return new Map(wanted.map((name) => [name, unknown(why)]));
  }
}

/** Certainly absent, or on its way out for good. */
function goneOf(observations: ReadonlyMap<string, Observation<Json>>): readonly string[] {
  return [...observations].flatMap(([name, { state }]) => (state === "absent" ? [name] : []));
}

/** Everything of a look that is gone, by `kind/name`. */
export function goneIn<Fleet, Readers>(look: Look<Fleet, Readers>): ReadonlySet<string> {
  const all = [...look.kinds.values()];
  return new Set(all.flatMap(({ kind, observations }) => goneOf(observations).map((name) => `${kind.kind}/${name}`)));
}

export function operationsOf(kind: string, memory: Memory): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [key, { operation }] of memory) {
    if (operation !== undefined && key.startsWith(`${kind}/`)) operations.set(key.slice(kind.length + 1), operation);
  }
  return operations;
}

/** Adds what the kind's resources give to others. One whose outputs can't be read from its state is unknown. */
function withOutputs<Fleet, Readers>(
  look: KindLook<Fleet, Readers>,
  outputs: Map<string, Outputs>,
): KindLook<Fleet, Readers> {
  const observations = new Map(look.observations);
  for (const [name, observation] of look.observations) {
    if (observation.state !== "present") continue;
    const key = `${look.kind.kind}/${name}`;
    try {
      outputs.set(key, look.kind.outputs(name, observation.value));
    } catch (error) {
      observations.set(name, unknown(failureWhile(`reading the outputs of ${key}`, error).message));
    }
  }
  return { ...look, observations };
}

/** What the kinds say of conditions that only some fleets have. */
export function toldBy<Fleet, Readers>(look: Look<Fleet, Readers>): readonly Verdict[] {
  return [...look.kinds.values()].flatMap(({ kind, desired, observations }) =>
    [...observations].flatMap(([name, observation]) =>
      desired.has(name) ? (kind.tells?.(name, observation) ?? []) : [],
    ),
  );
}
