import type { Action } from "./action.ts";
import type { Plan } from "./plan.ts";
import type { Delivery, Outcome, RunRecord } from "./record.ts";

/** What a run tells while it works, for progress on a terminal, logs and metrics. Never a secret, never needed for the result. */
export type RunEvent =
  | { readonly event: "LeaseAcquired"; readonly epoch: number }
  | { readonly event: "LeaseHeld"; readonly by: string; readonly expiresAt: number }
  | { readonly event: "RevisionAccepted"; readonly sequence: number }
  | { readonly event: "RevisionRefused"; readonly sequence: number; readonly problems: readonly string[] }
  | { readonly event: "UnfinishedRunFound"; readonly requestId: string; readonly epoch: number }
  | { readonly event: "KindObserved"; readonly kind: string; readonly resources: number; readonly unknown: number }
  | { readonly event: "Planned"; readonly round: number; readonly plan: Plan }
  | { readonly event: "ActionStarted"; readonly action: Action }
  | { readonly event: "ActionEnded"; readonly action: Action; readonly outcome: Outcome }
  | { readonly event: "Notified"; readonly delivery: Delivery }
  | { readonly event: "RunEnded"; readonly record: RunRecord };

export interface RunEvents {
  emit(event: RunEvent): void;
}

/** Events that can't break what they tell of: the first failure to tell is kept instead, for the run's record. */
export interface GuardedEvents extends RunEvents {
  readonly failure: unknown;
}

export function guardEvents(events: RunEvents | undefined): GuardedEvents {
  let failure: unknown;
  return {
    get failure() {
      return failure;
    },
    emit(event) {
      try {
        events?.emit(event);
      } catch (error) {
        failure ??= error;
      }
    },
  };
}
