import { type Action, type ActionDraft, type Change, fingerprintOf, seal, type Target, targetKey } from "./action.ts";
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

interface Compared {
  readonly actions: readonly ActionDraft[];
  /** Why it can't be said whether it differs. */
  readonly unknown?: string;
}

/**
 * Compares each known resource with what the file wants of it. Pure. A comparison that throws makes its resource unknown:
 * a defect in one kind's diff must not stop the others, and must not be taken for "no difference".
 */
export function difference<Fleet, Readers>(fleet: Fleet, look: Look<Fleet, Readers>, now: number): Difference {
  const actions: Action[] = [];
  const unknown: UnknownResource[] = [];
  const stays = new Set<string>();
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
        const ending = observation.operation?.state === "underWay";
        if (kindLook.kind.ends === true && drafts.length === 0 && !ending) stays.add(targetKey(target));
        const compared = withoutUnknowable(drafts, look);
        actions.push(...compared.actions.map((draft) => sealed(kindLook, draft)));
        if (compared.unknown !== undefined) unknown.push({ ...target, why: compared.unknown });
      } catch (error) {
        unknown.push({ ...target, why: failureWhile(`comparing ${targetKey(target)}`, error).message });
      }
    }
  }
  return { actions: inDependencyOrder(actions, look, stays), unknown };
}

/**
 * A change that waits for an output of something unknown may be none at all: it is not drift until that is known. What
 * doesn't exist yet is made with whatever its needs will be, so creates stay as they are; the gate holds them.
 */
function withoutUnknowable<Fleet, Readers>(drafts: readonly ActionDraft[], look: Look<Fleet, Readers>): Compared {
  const actions: ActionDraft[] = [];
  let unknown: string | undefined;
  for (const draft of drafts) {
    const changes = draft.verb === "create" ? draft.changes : draft.changes.filter((change) => !waits(change, look));
    if (changes.length > 0 || draft.changes.length === 0) actions.push({ ...draft, changes });
    else unknown = `whether it differs depends on ${draft.changes[0]?.knownAfterApply ?? "something unknown"}`;
  }
  return actions.length === 0 && unknown !== undefined ? { actions, unknown } : { actions };
}

function waits<Fleet, Readers>({ knownAfterApply }: Change, look: Look<Fleet, Readers>): boolean {
  if (knownAfterApply === undefined) return false;
  const key = knownAfterApply.slice(0, knownAfterApply.lastIndexOf("."));
  const slash = key.indexOf("/");
  const observations = look.kinds.get(key.slice(0, slash))?.observations;
  return observations?.get(key.slice(slash + 1))?.state === "unknown";
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
