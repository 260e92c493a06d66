import type { Action, Target } from "./action.ts";
import { digest } from "./digest.ts";
import type { Hold } from "./hold.ts";

/** Which file a plan or a status speaks of. */
export interface RevisionRef {
  /** Rises with every push; the `observedGeneration` of conditions. 0: a file that was never pushed. */
  readonly sequence: number;
  /** Of the repository that the file came from; empty where not known. */
  readonly commit: string;
  /** SHA-256 of the file's bytes, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Whether both are one push of one file. */
export function isRevision(one: RevisionRef | undefined, other: RevisionRef | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.sequence === other.sequence && one.commit === other.commit && one.digest === other.digest;
}

export interface PlannedAction extends Action {
  /** Set where the gate doesn't let it through. */
  readonly held?: Hold;
}

export interface UnknownResource extends Target {
  /** A sentence's end: "listing security groups was throttled". */
  readonly why: string;
}

/** What a reconcile would do, and what keeps it from it. Plain data: stored before anything is applied. */
export interface Plan {
  readonly version: 1;
  readonly fleet: string;
  readonly revision: RevisionRef;
  /** Of everything that matters: fleet, revision, actions, why they are held, unknowns. Not of times or sentences. */
  readonly digest: string;
  /** In an order in which they could be applied one by one. */
  readonly actions: readonly PlannedAction[];
  readonly unknown: readonly UnknownResource[];
  /** Kinds that the file declares and this version doesn't have; they don't count for Ready. */
  readonly notManaged: readonly string[];
  /** Epoch milliseconds. Not in the digest. */
  readonly createdAt: number;
}

export function planDigest(plan: Omit<Plan, "digest">): string {
  return digest({
    fleet: plan.fleet,
    revision: plan.revision.digest,
    actions: plan.actions.map((action) => ({ id: action.id, held: action.held?.reason ?? null })),
    unknown: plan.unknown.map(({ kind, name }) => ({ kind, name })),
  });
}
