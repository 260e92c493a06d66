import { type Risk, targetKey } from "./action.ts";
import { factsOf } from "./dependency.ts";
import type { DesiredState } from "./desired-state.ts";
import { difference } from "./diff.ts";
import type { RunEvents } from "./event.ts";
import { gate, type TeardownPhase } from "./gate.ts";
import type { ReadableKind } from "./kind.ts";
import type { Limits } from "./limits.ts";
import { type Memory, withFailure, withOperation, withoutFailure } from "./memory.ts";
import { type Look, observe } from "./observe.ts";
import { type Plan, planDigest, type RevisionRef } from "./plan.ts";

import type { SuspensionInEffect } from "./suspension.ts";

/** What a plan is made with. Nothing in here can write. */
export interface Planning<Fleet, Readers> {
  readonly kinds: readonly ReadableKind<Fleet, Readers>[];
  readonly readers: Readers;
  readonly desired: DesiredState<Fleet>;
  readonly limits: Limits;
  /** Its kinds want nothing: it takes the fleet down. See `teardown.ts`. */
  readonly teardown?: true;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly events?: RunEvents;
}

/** What a plan is made of. */
export interface PlanInput<Fleet> {
  readonly name: string;
  readonly fleet: Fleet;
  readonly revision: RevisionRef;
  readonly newestAccepted: boolean;
  readonly suspension: SuspensionInEffect | undefined;
  readonly inventory: Readonly<Record<string, readonly string[]>>;
  readonly memory: Memory;
  readonly force: boolean;
  readonly only: readonly string[] | undefined;
  readonly approved: ReadonlySet<string>;
  readonly applied: Readonly<Record<Risk, number>>;
  readonly teardown?: TeardownPhase | undefined;
  readonly round: number;
  readonly startedAt: number;
  readonly now: number;
}

export interface PlannedRound<Fleet, Readers> {
  readonly plan: Plan;
  readonly look: Look<Fleet, Readers>;
  readonly memory: Memory;
}

/** Observe, diff, gate: every line that `plan` and `reconcile` share, up to the apply. Never throws, never writes. */
export async function planRound<Fleet, Readers>(
  planning: Planning<Fleet, Readers>,
  input: PlanInput<Fleet>,
): Promise<PlannedRound<Fleet, Readers>> {
  const look = await observe({
    fleet: input.fleet,
    kinds: planning.kinds,
    readers: planning.readers,
    inventory: input.inventory,
    memory: input.memory,
    now: input.now,
    observed: (kind, observations) => {
      const unknown = [...observations.values()].filter(({ state }) => state === "unknown").length;
      planning.events?.emit({ event: "KindObserved", kind, resources: observations.size, unknown });
    },
  });
  const found = difference(input.fleet, look, input.now);
  const differing = new Set(found.actions.map(({ target }) => targetKey(target)));
  for (const resource of found.unknown) differing.add(targetKey(resource));
  const memory = learn(planning, input, look, differing);
  const actions = gate({
    actions: found.actions,
    facts: factsOf(look),
    memory,
    policy: planning.desired.policy(input.fleet, input.now),
    suspension: input.suspension,
    newestAccepted: input.newestAccepted,
    force: input.force,
    only: input.only,
    approved: input.approved,
    applied: input.applied,
    limits: planning.limits,
    teardown: input.teardown,
    startedAt: input.startedAt,
    now: input.now,
  });
  const present = new Set(planning.kinds.map(({ kind }) => kind));
  const unsealed = {
    version: 1 as const,
    fleet: input.name,
    revision: input.revision,
    actions,
    unknown: found.unknown,
    notManaged: planning.desired.declaredKinds(input.fleet).filter((kind) => !present.has(kind)),
    createdAt: input.now,
  };
  const plan: Plan = { ...unsealed, digest: planDigest(unsealed) };
  planning.events?.emit({ event: "Planned", round: input.round, plan });
  return { plan, look, memory };
}

/** What the look says of operations in flight and of failures: only what was seen ends either. */
function learn<Fleet, Readers>(
  planning: Planning<Fleet, Readers>,
  input: PlanInput<Fleet>,
  look: Look<Fleet, Readers>,
  differing: ReadonlySet<string>,
): Memory {
  let memory = input.memory;
  for (const { kind, observations } of look.kinds.values()) {
    for (const [name, observation] of observations) {
      if (observation.state === "unknown") continue;
      const key = targetKey({ kind: kind.kind, name });
      const operation = observation.operation;
      if (operation?.state === "failed") {
        memory = withFailure(memory, key, operation.failure, input.now, planning.random, planning.limits);
      } else {
        memory = withOperation(memory, key, operation?.operation);
        if (operation === undefined && !differing.has(key)) memory = withoutFailure(memory, key);
      }
    }
  }
  return memory;
}
