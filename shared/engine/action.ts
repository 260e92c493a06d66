import { digest } from "./digest.ts";
import type { Json, JsonObject } from "./json.ts";

/** One resource of one kind, by the name that the file or the kind gives it: `network` / `group/host`. */
export interface Target {
  readonly kind: string;
  readonly name: string;
}

export type Verb = "create" | "update" | "delete" | "replace" | "adopt";

/**
 * `safe` heals at once; `disruptive` restarts something and waits for a maintenance window where one is set;
 * `destructive` replaces or deletes what runs or holds state and waits for an approval that names the action's id.
 */
export type Risk = "safe" | "disruptive" | "destructive";

/** One field: what it is and what it becomes. A missing `from` was absent; a missing `to` is taken away. */
export interface Change {
  /** Dotted, with `[key]` for members of sets: `ingress[tcp 443 from 203.0.113.0/24]`. */
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
  /** Set where `to` can't be known yet: whose output it will be, as `kind/name.output`. */
  readonly knownAfterApply?: string;
}

/** Whose the thing is that an action would touch. `none`: it doesn't exist yet. */
export type Ownership = "ours" | "adopting" | "foreign" | "none";

/** What a kind's diff proposes, before the engine seals it. Plain data: it is stored, printed and hashed. */
export interface ActionDraft {
  readonly target: Target;
  readonly verb: Verb;
  readonly changes: readonly Change[];
  readonly risk: Risk;
  /** Why, as a clause for a person: "port 8080 is open to 0.0.0.0/0, which the file doesn't declare". */
  readonly reason: string;
  readonly ownership: Ownership;
  /** Resources that must be as desired before this action may start; for deletes, those that must be gone. */
  readonly needs?: readonly Target[];
  /** Set where no approval helps (a volume can't shrink): the gate holds the action with this sentence. */
  readonly refused?: string;
  /** True for what is due by the clock alone (a backup): nobody changed anything, so it isn't told as drift. */
  readonly routine?: true;
  /** True for the reconciler's own parts and for what deletion must never reach, whatever else is allowed. */
  readonly protected?: boolean;
}

/** A sealed action. `id` hashes target, verb, changes and fingerprint: an approval of one can't drift onto another. */
export interface Action extends ActionDraft {
  /** 12 lower-case hexadecimal digits. */
  readonly id: string;
  /** Digest of what was observed of the target; checked again right before the action is applied. */
  readonly fingerprint: string;
}

/** @param observed the target's state as observed, or null where it was absent */
export function seal(draft: ActionDraft, observed: Json): Action {
  const fingerprint = fingerprintOf(observed);
  const identity: JsonObject = {
    target: { kind: draft.target.kind, name: draft.target.name },
    verb: draft.verb,
    changes: draft.changes.map((change) => ({ ...change })),
    fingerprint,
  };
  return { ...draft, fingerprint, id: digest(identity).slice(0, 12) };
}

export function fingerprintOf(observed: Json): string {
  return digest(observed).slice(0, 16);
}

export function targetKey(target: Target): string {
  return `${target.kind}/${target.name}`;
}
