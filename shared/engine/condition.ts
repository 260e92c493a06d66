/** As in Kubernetes: one question about a fleet, its answer, and why. */
export type ConditionType =
  | "Accepted"
  | "Ready"
  | "Reconciling"
  | "Stalled"
  | "Drifted"
  | "Suspended"
  | "GarbageCollected"
  | "BackedUp"
  | "CertificateValid"
  | "DiskSpace"
  | "Notified";

export type ConditionStatus = "True" | "False" | "Unknown";

/** What each condition asks, for the documentation. The order is the order of display. */
export const conditionTypes: Readonly<Record<ConditionType, string>> = {
  Accepted: "Is the newest revision of the file valid and in force?",
  Ready: "Was everything that the file declares observed to be as declared?",
  Reconciling: "Is work under way or due that needs no person?",
  Stalled: "Is there something that will not get better until a person acts?",
  Drifted: "Does anything differ from the file in force?",
  Suspended: "Has somebody asked the reconciler to hold still?",
  GarbageCollected: "Is the account free of machines that this fleet's manager lost?",
  BackedUp: "Is there a good backup that is as new as the file asks for? Only of a fleet with backups.",
  DiskSpace: "Have the host's disks more room than `spec.host.diskWarningPercent` leaves? Only of a fleet with a host.",
  CertificateValid: "Will what GitLab serves with be valid for a while? Only of a fleet whose host serves TLS itself.",
  Notified: "Do the file's topics take what they are told? Only of a fleet with topics.",
};

/** Those that every fleet has; the others only where something of the fleet tells of them. */
export const alwaysAsked: readonly ConditionType[] = [
  "Accepted",
  "Ready",
  "Reconciling",
  "Stalled",
  "Drifted",
  "Suspended",
  "GarbageCollected",
];

interface ReasonDoc {
  readonly of: ConditionType;
  readonly status: ConditionStatus;
  readonly means: string;
}

/**
 * The closed set of reasons. docs/engine.md's table is generated from here. A reason belongs to one condition and one
 * status, so that an alarm on a reason can't change its meaning.
 */
export const conditionReasons = {
  RevisionValid: { of: "Accepted", status: "True", means: "The newest revision is valid and in force." },
  RevisionInvalid: {
    of: "Accepted",
    status: "False",
    means: "The newest revision is not valid; the last good one, where there is one, stays in force. Correct the file.",
  },
  NothingPushed: {
    of: "Accepted",
    status: "False",
    means: "No revision was ever pushed for this fleet. Run `fleetkeeper push FILE`.",
  },
  RevisionStale: {
    of: "Accepted",
    status: "False",
    means: "The newest revision has a lower sequence than the one in force, which stays. Push it again.",
  },
  RevisionUnread: { of: "Accepted", status: "Unknown", means: "The desired state could not be read." },

  AllAsDeclared: { of: "Ready", status: "True", means: "Every managed resource was observed to be as declared." },
  ChangesDue: { of: "Ready", status: "False", means: "Changes are planned or under way." },
  ChangesHeld: {
    of: "Ready",
    status: "False",
    means: "Changes are planned and held back; each action says by what.",
  },
  ActionsFailing: { of: "Ready", status: "False", means: "At least one action failed and is backed off." },
  NewestNotInForce: {
    of: "Ready",
    status: "False",
    means: "All is as the last good revision declares, but the newest one was not accepted.",
  },
  NothingInForce: { of: "Ready", status: "False", means: "No valid revision is in force, so nothing is reconciled." },
  SomethingUnknown: {
    of: "Ready",
    status: "Unknown",
    means: "Some resource could not be observed and nothing else is amiss. Unknown is never taken for absent.",
  },
  RunFailed: { of: "Ready", status: "Unknown", means: "The run broke off before it could tell." },

  ActionsUnderWay: { of: "Reconciling", status: "True", means: "Actions were applied or operations are in flight." },
  RetryScheduled: { of: "Reconciling", status: "True", means: "A failed action is retried after its back-off." },
  RanOutOfTime: {
    of: "Reconciling",
    status: "True",
    means: "The run came near its deadline and asked to be run again at once.",
  },
  NothingToDo: { of: "Reconciling", status: "False", means: "Nothing is due." },
  WaitingForTime: {
    of: "Reconciling",
    status: "False",
    means: "What is left to do waits for a window, the end of a suspension or something that could not be observed.",
  },
  OnlyObserving: { of: "Reconciling", status: "False", means: "`spec.mode` is Observe: nothing is ever applied." },
  WaitingForPerson: { of: "Reconciling", status: "False", means: "What is left to do needs a person first." },

  TerminalFailure: {
    of: "Stalled",
    status: "True",
    means: "An action failed in a way that repeating can't mend; it is tried again on a new revision or by `--force`.",
  },
  FoughtOver: {
    of: "Stalled",
    status: "True",
    means: "Somebody or something keeps changing a resource back; writes to it have stopped.",
  },
  PersonNeeded: {
    of: "Stalled",
    status: "True",
    means: "An action waits for an approval, an adoption or a change of the file.",
  },
  NotStalled: { of: "Stalled", status: "False", means: "Nothing waits for a person." },

  DriftFound: { of: "Drifted", status: "True", means: "At least one resource differs from the file." },
  NoDrift: { of: "Drifted", status: "False", means: "No resource differs from the file." },
  DriftUnknown: {
    of: "Drifted",
    status: "Unknown",
    means: "No difference was found, but something could not be observed.",
  },

  SuspendedByFile: { of: "Suspended", status: "True", means: "`spec.suspend` of the file is in effect." },
  SuspendedByCommand: { of: "Suspended", status: "True", means: "`fleetkeeper suspend` is in effect." },
  NotSuspended: { of: "Suspended", status: "False", means: "The reconciler may act." },

  NoOrphans: { of: "GarbageCollected", status: "True", means: "No orphan and no suspect is left." },
  NothingToCollect: {
    of: "GarbageCollected",
    status: "True",
    means: "The file has no runners, and no manager that made machines is on record.",
  },
  OrphansFound: { of: "GarbageCollected", status: "False", means: "Orphans or suspects are being followed." },
  FuseBlown: {
    of: "GarbageCollected",
    status: "False",
    means: "More suspects than allowed: nothing is deleted until a person approves the machines by name.",
  },
  EvidenceUnknown: {
    of: "GarbageCollected",
    status: "Unknown",
    means: "The evidence about some machine was not complete.",
  },
  CollectionNotRun: {
    of: "GarbageCollected",
    status: "Unknown",
    means: "Orphans were not looked for in this run: the part isn't managed, or the run held collection back.",
  },

  BackupFresh: { of: "BackedUp", status: "True", means: "The newest good backup is as new as the file asks for." },
  BackupOverdue: {
    of: "BackedUp",
    status: "False",
    means: "The newest good backup is older than `host.backups.maxAge`, or there is none.",
  },
  BackupUnknown: { of: "BackedUp", status: "Unknown", means: "The backups could not be looked at." },

  DiskHasRoom: { of: "DiskSpace", status: "True", means: "No disk of the host is fuller than the file allows." },
  DiskFilling: {
    of: "DiskSpace",
    status: "False",
    means: "A disk of the host is fuller than the file allows. Grow it in the file, or prune images earlier.",
  },
  DiskUnknown: { of: "DiskSpace", status: "Unknown", means: "The host could not tell how full its disks are." },

  CertificateFresh: { of: "CertificateValid", status: "True", means: "The certificate is valid for a while yet." },
  CertificateEnding: {
    of: "CertificateValid",
    status: "False",
    means: "The certificate ends soon, or has ended: a new one should have been there by now.",
  },
  CertificateUnknown: { of: "CertificateValid", status: "Unknown", means: "The certificate could not be read." },

  TopicsTold: { of: "Notified", status: "True", means: "No topic has refused what it was told last." },
  TopicRefuses: {
    of: "Notified",
    status: "False",
    means:
      "A topic couldn't be told; it is tried again later, and what it missed is kept. `fleetkeeper notify --test` tries it.",
  },
  TellingFailed: { of: "Notified", status: "Unknown", means: "What there is to tell could not be worked out." },
} as const satisfies Readonly<Record<string, ReasonDoc>>;

export type ConditionReason = keyof typeof conditionReasons;

export interface Condition {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: ConditionReason;
  /** A sentence for a person. */
  readonly message: string;
  /** Sequence of the newest revision when this was found. */
  readonly observedGeneration: number;
  /** Epoch milliseconds; moves only with `status`. */
  readonly lastTransitionTime: number;
}

/** A condition before it is put beside the one that stood. Type and status follow from the reason. */
export interface Verdict {
  readonly reason: ConditionReason;
  readonly message: string;
}

/** @param before the condition of this type that stood, if any */
export function conditionOf(
  verdict: Verdict,
  before: Condition | undefined,
  observedGeneration: number,
  now: number,
): Condition {
  const { of: type, status } = conditionReasons[verdict.reason];
  return {
    type,
    status,
    reason: verdict.reason,
    message: verdict.message,
    observedGeneration,
    lastTransitionTime: before !== undefined && before.status === status ? before.lastTransitionTime : now,
  };
}
