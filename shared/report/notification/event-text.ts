import type { NotificationEvent } from "./matter.ts";

interface EventText {
  /** The subject's end, after the fleet. @param count how many are new @param all how many there are */
  title(count: number): string;
  /** What to do, as sentences. Empty where there is nothing. */
  readonly todo: string;
}

/** What each event says to a person. Titles are ASCII and short: they become the subject of a mail. */
export const eventTexts: Readonly<Record<NotificationEvent, EventText>> = {
  Accepted: { title: () => "a new revision is in force", todo: "" },
  Rejected: {
    title: () => "the newest file was not accepted",
    todo: "The last good revision stays in force, and nothing is deleted meanwhile. Correct the file (`fleetkeeper validate FILE` shows every problem) and push it again.",
  },
  Drifted: {
    title: (count) => `${things(count)} ${count === 1 ? "differs" : "differ"} from the file`,
    todo: "What is safe is put right by itself, within `mode: Enforce`. Find who changed it, or put the change into the file.",
  },
  Healed: { title: (count) => `${things(count)} put right`, todo: "" },
  ApprovalNeeded: {
    title: (count) => `${count === 1 ? "an action waits" : `${count} actions wait`} for approval`,
    todo: "Each replaces or deletes what runs or holds state. Read the plan (`fleetkeeper plan`), then approve by id, or change the file.",
  },
  Stalled: {
    title: (count) => `${things(count)} ${count === 1 ? "needs" : "need"} a person`,
    todo: "No waiting helps: `fleetkeeper status` says what holds each.",
  },
  Failed: {
    title: (count) => (count === 1 ? "an action failed" : `${count} actions failed`),
    todo: "What may pass is tried again with growing pauses. What failed for good waits for a new revision, or for `--force`.",
  },
  OrphansFound: {
    title: (count) => `${count} lost ${count === 1 ? "machine or left-over" : "machines or left-overs"} found`,
    todo: "Nothing is deleted before it was seen lost several times over the grace period. `fleetkeeper keep ID` protects a machine.",
  },
  OrphansCollected: { title: (count) => `${count} ${count === 1 ? "orphan was" : "orphans were"} deleted`, todo: "" },
  FuseBlown: {
    title: () => "too many machines look lost, nothing is deleted",
    todo: "Look whether the runner manager is well. `fleetkeeper gc --approve ID...` releases exactly the machines named.",
  },
  Upgraded: { title: () => "GitLab was upgraded", todo: "" },
  BackupOverdue: {
    title: () => "the backup is overdue",
    todo: "`fleetkeeper history --details` says why none was made; `fleetkeeper backup` makes one now.",
  },
};

function things(count: number): string {
  return count === 1 ? "a resource" : `${count} resources`;
}
