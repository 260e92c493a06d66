import type { Change, Risk, Target, Verb } from "./action.ts";
import type { Condition } from "./condition.ts";
import type { FailureClass } from "./failure.ts";
import type { Hold } from "./hold.ts";
import type { Operation } from "./observation.ts";
import type { RevisionRef, UnknownResource } from "./plan.ts";

/** Who or what asked for a run. A trigger only means "look"; what it says changes when, never what. */
export type Trigger = "schedule" | "push" | "manual" | "requeue" | "note" | "demo";

export interface RunRequest {
  /** Unique; comes back in the record, and in the status after a forced run. */
  readonly requestId: string;
  readonly trigger: Trigger;
  /** Skips back-off and maintenance windows; never ownership, approval, fuse or unknown. */
  readonly force: boolean;
  /** Only these kinds are acted on; all are observed. */
  readonly only?: readonly string[];
  /** Ids of destructive actions that `by` has approved, each used once. */
  readonly approve?: readonly string[];
  /** Who asks, for the record. */
  readonly by?: string;
}

/** What became of one action. Failures are values: one never stops its siblings. */
export type Outcome =
  | { readonly state: "applied"; readonly endedAt: number }
  | { readonly state: "pending"; readonly endedAt: number; readonly operation: Operation }
  | {
      readonly state: "failed";
      readonly endedAt: number;
      readonly code: string;
      readonly class: FailureClass;
      readonly message: string;
      readonly hint?: string;
    }
  /** What was observed right before differs from what the action was planned on; the next round plans anew. */
  | { readonly state: "outdated"; readonly message: string }
  | { readonly state: "skipped"; readonly hold: Hold }
  | { readonly state: "outOfTime" };

export interface ActionRecord {
  readonly id: string;
  readonly target: Target;
  readonly verb: Verb;
  readonly risk: Risk;
  readonly reason: string;
  /** Before and after. */
  readonly changes: readonly Change[];
  readonly round: number;
  readonly outcome: Outcome;
  /** Due by the clock: nobody changed anything. */
  readonly routine?: true;
  /** Who approved it, where it needed that. */
  readonly approvedBy?: string;
}

/** One message to one topic, and what became of it. */
export type Delivery = {
  /** ARN. */
  readonly topic: string;
  /** As the file names it: `Drifted`. */
  readonly event: string;
} & (
  | { readonly state: "sent" }
  | { readonly state: "failed"; readonly code: string; readonly message: string; readonly hint?: string }
);

/**
 * How a run ended. `Ready`: everything as declared. `Progressing`: more is due without a person. `Held`: what is left is
 * held. `Failed`: an action or the run itself failed. `Busy`: another run holds the lease; a note was left for it.
 */
export type RunEnd = "Ready" | "Progressing" | "Held" | "Unknown" | "Failed" | "Busy";

/** The history's entry of one run, and the answer of every way to start one. */
export interface RunRecord {
  readonly version: 1;
  readonly fleet: string;
  readonly requestId: string;
  readonly trigger: Trigger;
  readonly force: boolean;
  readonly by?: string;
  readonly epoch: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly end: RunEnd;
  readonly revision?: RevisionRef;
  readonly rounds: number;
  readonly planDigest?: string;
  /** In the order in which they ended. What was held is in `held`, not here. */
  readonly actions: readonly ActionRecord[];
  readonly held: readonly {
    readonly id: string;
    readonly target: Target;
    readonly verb: Verb;
    readonly risk: Risk;
    readonly hold: Hold;
  }[];
  readonly unknown: readonly UnknownResource[];
  readonly conditions: readonly Condition[];
  /** What topics were told; missing where there was nothing to tell. */
  readonly notifications?: readonly Delivery[];
  /** What broke the run off, where something did. */
  readonly failure?: {
    readonly code: string;
    readonly class: FailureClass;
    readonly message: string;
    readonly hint?: string;
  };
  /** Requests that came while the lease was held and were served by this run. */
  readonly notes: readonly string[];
  /** Epoch milliseconds at which it is worth running again; missing where only a change or a schedule helps. */
  readonly runAgainAt?: number;
}
