import type { Verdict } from "./condition.ts";
import type { Deadline } from "./deadline.ts";
import type { OutputsByTarget } from "./kind.ts";
import type { Lease } from "./lease.ts";
import type { Plan } from "./plan.ts";
import type { Delivery, RunRecord, RunRequest } from "./record.ts";
import type { StoredPlan } from "./state-port.ts";
import type { FleetStatus, NotificationStatus } from "./status.ts";

/** All that there is to tell of a run. */
export interface NotifyContext<Fleet> {
  readonly fleet: Fleet;
  readonly name: string;
  readonly request: RunRequest;
  /** As it stood before the run; undefined before the first one. */
  readonly before: FleetStatus | undefined;
  /** As it is to be written; what topics were told is still that of `before`. */
  readonly status: FleetStatus;
  readonly record: RunRecord;
  /** The last plan; undefined where nothing was looked at. */
  readonly plan: Plan | undefined;
  readonly outputs: OutputsByTarget | undefined;
  /** The plan of an earlier run that died. */
  readonly unfinished: StoredPlan | undefined;
  readonly lease: Lease;
  readonly deadline: Deadline;
}

/** What came of telling. */
export interface Notified {
  /** Undefined where the file names no topic. */
  readonly status: NotificationStatus | undefined;
  /** Of the condition `Notified`. */
  readonly verdict: Verdict | undefined;
  readonly deliveries: readonly Delivery[];
}

/** Tells people what is new. That nobody could be told is an answer too: it throws only where it can't know what is new. */
export type Notify<Fleet> = (context: NotifyContext<Fleet>) => Promise<Notified>;
