import type { Plan, RevisionRef } from "./plan.ts";
import type { RunEnd, RunRecord, Trigger } from "./record.ts";
import type { FleetStatus } from "./status.ts";

/** The file as pushed. */
export interface Revision extends RevisionRef {
  readonly body: string;
  /** Epoch milliseconds. */
  readonly pushedAt: number;
}

/** A value and the version that a conditional write of its successor names. */
export interface Versioned<Value> {
  readonly value: Value;
  readonly etag: string;
}

/** `fleetkeeper suspend`: an object of its own, so that no push is needed to hold still. */
export interface Suspension {
  /** Epoch milliseconds; over by itself then. */
  readonly until: number;
  readonly reason: string;
  readonly by: string;
}

/** A person's yes to one action by its id. */
export interface Approval {
  readonly actionId: string;
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The request in which it was used; an approval with this is spent. */
  readonly usedBy?: string;
}

/** A fleet that is taken down, from the first approval to the end and after it. */
export interface Teardown {
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether what holds data goes too. */
  readonly data: boolean;
  /** Approvals stand until the teardown is over: each names the end of one thing, which can't come twice. */
  readonly approved: readonly { readonly actionId: string; readonly by: string; readonly at: number }[];
  /** When all was seen to be gone: what is left to do is to forget. */
  readonly emptiedAt?: number;
  readonly endedAt?: number;
}

/** A plan as stored before it was applied. */
export interface StoredPlan {
  readonly requestId: string;
  readonly epoch: number;
  readonly round: number;
  readonly plan: Plan;
}

/** All that a run starts from, read side by side: one round trip. */
export interface FleetState {
  /** The newest revision pushed; undefined where none ever was. */
  readonly newest: Revision | undefined;
  /**
   * Set, with `newest` undefined, where an object is in the newest revision's place that no push wrote (a bare copy into
   * the bucket): a sentence for a person. To be met like an invalid revision: the accepted one stays in force.
   */
  readonly newestRefused?: string;
  /** The last one accepted. A push that resets the sequence takes this copy and the status' generation back too. */
  readonly accepted: Revision | undefined;
  readonly status: Versioned<FleetStatus> | undefined;
  readonly suspension: Suspension | undefined;
  readonly approvals: readonly Approval[];
  /** Missing: nobody takes the fleet down, or ever has. */
  readonly teardown?: Teardown | undefined;
  /** Somebody vouched for the end of a manager of this fleet: the ledger may hold one that no run wrote down. */
  readonly vouched?: true;
  /**
   * The newest stored plan. The status is its outcome: a plan of a later epoch than the status, or of the same epoch and
   * another request, belongs to a run that died.
   */
  readonly plan: StoredPlan | undefined;
}

/** Sign of life of each run, one object a fleet, overwritten: the only thing that an idle run writes. */
export interface Heartbeat {
  readonly version: 1;
  readonly fleet: string;
  readonly requestId: string;
  readonly trigger: Trigger;
  readonly epoch: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly end: RunEnd;
  readonly observedGeneration: number;
  readonly runAgainAt?: number;
}

/**
 * The engine's view of its store, one fleet a call. Every method throws a classified {@link Failure} where it can't tell;
 * a conditional write that somebody else won throws `StateConflict` (class `unknown`): the run ends, the next one looks.
 */
export interface StatePort {
  load(fleet: string): Promise<FleetState>;
  /** Makes a revision the one in force. A copy of its own, so that a later bad push can't take it away. */
  accept(fleet: string, revision: Revision): Promise<void>;
  /** @param replaces the etag read, or undefined to create */
  saveStatus(fleet: string, status: FleetStatus, replaces: string | undefined): Promise<string>;
  /** Before anything of it is applied. One object a fleet, overwritten. */
  storePlan(fleet: string, plan: StoredPlan): Promise<void>;
  appendHistory(fleet: string, record: RunRecord): Promise<void>;
  heartbeat(fleet: string, heartbeat: Heartbeat): Promise<void>;
  /** Adds approvals; an unspent one stays as it is, a spent one is renewed by a later yes (`at`). Answers all. */
  addApprovals(fleet: string, approvals: readonly Approval[]): Promise<readonly Approval[]>;
  /** Spends an approval by a conditional write. False: it is not there or already spent, so the action must not start. */
  useApproval(fleet: string, actionId: string, requestId: string): Promise<boolean>;
}
