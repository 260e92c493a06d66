/** What a line of the log can say. A closed set: alarms, queries and the runbook name these codes. */
export const logEvents = {
  RunStarted: { level: "info", means: "A run of one fleet begins." },
  RunEnded: { level: "info", means: "A run has ended; `end` says how. Not Ready is no error of the function." },
  LeaseHeld: { level: "info", means: "Another run works on the fleet; a note was left in its lease." },
  RevisionRefused: { level: "warn", means: "The newest revision isn't valid; the last good one stays in force." },
  UnfinishedRunFound: { level: "warn", means: "An earlier run died. What it left is observed, not replayed." },
  KindUnknown: { level: "warn", means: "Some resources of a kind could not be observed." },
  ActionEnded: { level: "info", means: "An action was applied, or started and left to a later run." },
  ActionFailed: { level: "warn", means: "An action failed; it is backed off, its siblings went on." },
  NotificationSent: { level: "info", means: "A topic of the file was told of something." },
  NotificationFailed: { level: "warn", means: "It could not be told; what it missed is kept for a later run." },
  Requeued: { level: "info", means: "A one-shot schedule runs the fleet again at `at`." },
  RequeueFailed: { level: "warn", means: "That schedule could not be made; the next tick looks again anyway." },
  HandedOver: { level: "info", means: "There are marks: `collect` was put into Lambda's queue for the fleet." },
  HandOverFailed: { level: "warn", means: "It could not be put there; the next run hands over again." },
  SweepStarted: { level: "info", means: "A sweep of one fleet begins." },
  SweepEnded: {
    level: "info",
    means: "A sweep has ended; `heldBack` says why nothing was looked at, where that is so.",
  },
  Deleted: { level: "info", means: "An orphan, or something that one left behind, was deleted." },
  DeletionFailed: { level: "warn", means: "It could not be deleted; the others were, and it is tried again." },
  Dispatched: { level: "info", means: "A reconcile of one fleet was put into Lambda's queue." },
  DispatchFailed: { level: "error", means: "It could not be put there; the event is retried as a whole." },
  EventIgnored: { level: "warn", means: "An event of another bucket, or of an object that is no desired state." },
  PayloadRefused: { level: "error", means: "The event doesn't have the shape that the function documents." },
  Planned: { level: "info", means: "A plan was made. Nothing was written." },
  Crashed: {
    level: "error",
    means: "The function failed; the error is rethrown, so that Lambda counts and retries it.",
  },
} as const satisfies Readonly<Record<string, { readonly level: Level; readonly means: string }>>;

export type Level = "info" | "warn" | "error";
export type LogCode = keyof typeof logEvents;
