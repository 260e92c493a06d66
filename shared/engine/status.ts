import type { Condition } from "./condition.ts";
import type { FailureClass } from "./failure.ts";
import type { Health } from "./kind.ts";
import type { Operation } from "./observation.ts";
import type { RevisionRef } from "./plan.ts";

/**
 * `InSync`: observed to be as declared. `Drifted`: differs, and is due to be healed. `Unknown`: could not be observed.
 * `Held`: differs, and the gate holds it. `Progressing`: an operation is in flight. `Failed`: the last action failed.
 */
export type Sync = "InSync" | "Drifted" | "Unknown" | "Held" | "Progressing" | "Failed";

/** Kept until success, a new revision or nothing left to do; never dropped by time alone. */
export interface FailureStatus {
  readonly code: string;
  readonly class: FailureClass;
  readonly message: string;
  readonly hint?: string;
  /** Failures in a row. */
  readonly attempts: number;
  /** Epoch milliseconds of the newest failure. */
  readonly at: number;
  /** Epoch milliseconds before which it isn't tried again; missing for a terminal failure. */
  readonly notBefore?: number;
}

/** What we wrote to a resource and found undone, so that a fight with another writer ends. */
export interface HealStatus {
  /** Digest of the changes made. */
  readonly changes: string;
  /** Epoch milliseconds of each time these changes were applied, oldest first, within the window. */
  readonly at: readonly number[];
}

export interface ResourceStatus {
  readonly kind: string;
  readonly name: string;
  readonly sync: Sync;
  /** Epoch milliseconds since when `sync` is what it is. */
  readonly since: number;
  /** Why it isn't InSync, for a person. */
  readonly message?: string;
  /** Another column than sync, and never a cause of writes. */
  readonly health: Health;
  readonly failure?: FailureStatus;
  readonly operation?: Operation;
  readonly heals?: readonly HealStatus[];
}

/** A run that was asked for by force: what became of it. */
export interface ForcedRun {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly endedAt: number;
}

/** The last run that changed this status; each run's own sign of life is the heartbeat. */
export interface RunRef {
  readonly requestId: string;
  readonly trigger: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Something that happened once, and that a topic could not be told of yet. */
export interface OwedMatter {
  readonly event: string;
  readonly subject: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What one topic knows. */
export interface TopicStatus {
  /** By event and subject: what of it was told. A subject that is over drops out, so that its return is news. */
  readonly told: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Oldest first. */
  readonly owed?: readonly OwedMatter[];
  /** How many that were owed are given up, because there were too many. */
  readonly dropped?: number;
  /** Why it could not be told; kept until a message gets through. `notBefore` is always there. */
  readonly failure?: FailureStatus;
}

/** What is remembered so that topics are told of what is new, and of that once. Only of a fleet whose file names topics. */
export interface NotificationStatus {
  /** `kind/name`s, sorted, that came to differ without a new file. */
  readonly drifted: readonly string[];
  /** What runs, by `kind/name`, where a change of it is told. */
  readonly versions: Readonly<Record<string, string>>;
  /** Epoch milliseconds of the newest deletion of an orphan that was told; missing: nobody listens to these. */
  readonly collectedUntil?: number;
  /** By ARN. */
  readonly topics: Readonly<Record<string, TopicStatus>>;
}

/**
 * All that a fleet remembers between runs, and what people look at. Written only when it says something new: a run that
 * finds everything as it was leaves it byte for byte.
 */
export interface FleetStatus {
  readonly version: 1;
  readonly fleet: string;
  /** Sequence of the newest revision looked at, valid or not. Never falls within an incarnation of the store. */
  readonly observedGeneration: number;
  /** The revision in force; missing where none ever was valid. */
  readonly inForce?: RevisionRef;
  /** Of the lease under which this was written. */
  readonly epoch: number;
  readonly incarnation: string;
  readonly conditions: readonly Condition[];
  /** By `kind/name`. */
  readonly resources: Readonly<Record<string, ResourceStatus>>;
  /** Names that we own or may have made, by kind, sorted: looked at also when they have left the file. */
  readonly inventory: Readonly<Record<string, readonly string[]>>;
  readonly notManaged: readonly string[];
  readonly lastRun: RunRef;
  readonly lastForced?: ForcedRun;
  readonly notifications?: NotificationStatus;
  /** Sentences that a person should read once: a run that died, a note taken over. */
  readonly notes: readonly string[];
}
