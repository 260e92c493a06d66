/**
 * Why the gate doesn't let an action through: the closed set, in the order in which the gate asks. `needsPerson`: no
 * waiting helps. docs/engine.md's table is generated from here.
 */
export const holdReasons = {
  Protected: { needsPerson: true, means: "The target is a part of the reconciler or of what must never be deleted." },
  Refused: { needsPerson: true, means: "What the file asks for can't be done to what exists; the message says why." },
  NotOwned: {
    needsPerson: true,
    means: "Something with the right name doesn't carry our mark. Say `adopt: true` in the file, or rename.",
  },
  TearingDown: {
    needsPerson: false,
    means: "`fleetkeeper destroy` takes the fleet down: only it may act until that has ended or is given up.",
  },
  NotSelected: { needsPerson: false, means: "The run was asked for other kinds only." },
  Observing: { needsPerson: false, means: "`spec.mode` is Observe: differences are reported and left." },
  Suspended: { needsPerson: false, means: "The fleet is suspended until the time given." },
  NotAccepted: {
    needsPerson: true,
    means: "The newest revision is invalid: what its predecessor would delete is left until it is corrected.",
  },
  FoughtOver: {
    needsPerson: true,
    means: "The same drift came back too often in too short a time; find who writes it, then use `--force`.",
  },
  TerminalFailure: {
    needsPerson: true,
    means: "It failed in a way that repeating can't mend; retried on a new revision or by `--force`.",
  },
  BackingOff: { needsPerson: false, means: "It failed before and waits for its back-off to end." },
  UnderWay: { needsPerson: false, means: "An earlier operation on the target has not ended yet." },
  UnknownDependency: { needsPerson: false, means: "Something that it needs could not be observed." },
  DependencyHeld: { needsPerson: false, means: "Something that it needs is held back." },
  DependencyFailed: { needsPerson: false, means: "Something that it needs failed, in this run or before." },
  DependencyPending: { needsPerson: false, means: "Something that it needs is not finished." },
  WindowClosed: { needsPerson: false, means: "It restarts something and waits for the maintenance window." },
  ApprovalNeeded: {
    needsPerson: true,
    means: "It replaces or deletes what runs or holds state: `fleetkeeper reconcile --approve ID`.",
  },
  ActionLimit: { needsPerson: false, means: "The run's maximum of such actions is reached; the next run goes on." },
} as const satisfies Readonly<Record<string, { readonly needsPerson: boolean; readonly means: string }>>;

export type HoldReason = keyof typeof holdReasons;

export interface Hold {
  readonly reason: HoldReason;
  /** A sentence for a person, with names and times. */
  readonly message: string;
  /** Epoch milliseconds from which waiting is over, where that is known. */
  readonly until?: number;
}
