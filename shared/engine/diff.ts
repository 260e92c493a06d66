import { type Action, type ActionDraft, fingerprintOf, seal, type Target, targetKey } from "./action.ts";
import { failureWhile } from "./failure.ts";
import type { Json } from "./json.ts";
import type { ReadableKind } from "./kind.ts";
import type { Observation } from "./observation.ts";
import type { KindLook, Look } from "./observe.ts";
import { inDependencyOrder } from "./order.ts";
import type { UnknownResource } from "./plan.ts";

/** What differs, before the gate has its say. */
export interface Difference {
  /** Sealed, in dependency order. */
  readonly actions: readonly Action[];
  readonly unknown: readonly UnknownResource[];
}

/**
 * Compares each known resource with what the file wants of it. Pure. A comparison that throws makes its resource unknown:
 * a defect in one kind's diff must not stop the others, and must not be taken for "no difference".
 */
export function difference<Fleet, Readers>(fleet: Fleet, look: Look<Fleet, Readers>, now: number): Difference {
  const actions: Action[] = [];
  const unknown: UnknownResource[] = [];
  for (const kindLook of look.kinds.values()) {
    for (const [name, observation] of kindLook.observations) {
      const target: Target = { kind: kindLook.kind.kind, name };
      if (observation.state === "unknown") {
        unknown.push({ ...target, why: observation.why });
        continue;
      }
      try {
        const drafts = kindLook.kind.diff({
          fleet,
          name,
          desired: kindLook.desired.get(name),
          observed: observation.state === "present" ? observation.value : undefined,
          outputs: look.outputs,
          now,
        });
        actions.push(...drafts.map((draft) => sealed(kindLook, draft)));
      } catch (error) {
        unknown.push({ ...target, why: failureWhile(`comparing ${targetKey(target)}`, error).message });
      }
    }
  }
  return { actions: inDependencyOrder(actions, look), unknown };
}

function sealed<Fleet, Readers>({ kind, observations }: KindLook<Fleet, Readers>, draft: ActionDraft): Action {
  return seal(draft, fingerprinted(kind, draft.target.name, observations.get(draft.target.name)));
}

function fingerprinted<Fleet, Readers>(
  kind: ReadableKind<Fleet, Readers>,
  name: string,
  observation: Observation<Json> | undefined,
): Json {
  if (observation?.state !== "present") return null;
  return kind.fingerprinted?.(name, observation.value) ?? observation.value;
}

/** The fingerprint of what was observed, comparable with an action's; undefined where it is unknown. */
export function fingerprintOfObservation<Fleet, Readers>(
  kind: ReadableKind<Fleet, Readers>,
  name: string,
  observation: Observation<Json> | undefined,
): string | undefined {
  if (observation === undefined || observation.state === "unknown") return undefined;
  return fingerprintOf(fingerprinted(kind, name, observation));
}
