import { sortOf } from "./companion.ts";
import type { Ledger } from "./ledger.ts";
import { unknownTooLong } from "./summary.ts";
import type { SweepRecord } from "./sweep-record.ts";

/** What is on record of collection, without a look: for `status`. Times are epoch milliseconds, durations milliseconds. */
export interface CollectionStatus {
  /** Marked machines by verdict, and other things that are marked. */
  readonly suspect: number;
  readonly stranded: number;
  readonly leftovers: number;
  /** Marks by how long they have stood without a break. */
  readonly byAge: { readonly underAnHour: number; readonly underADay: number; readonly older: number };
  readonly unknown: number;
  /** Of these, for over an hour. */
  readonly unknownLong: number;
  readonly fuse: Ledger["fuse"]["state"];
  /** Approved, and not deleted yet. */
  readonly approved: number;
  /** Of the deletions that are remembered. */
  readonly collected: number;
  readonly failed: number;
  readonly lastCollectedAt?: number;
}

const hour = 3_600_000;

/** Undefined where collection never had anything to remember. Pure. */
export function collectionStatus(
  ledger: Ledger,
  { deletions }: SweepRecord,
  now: number,
): CollectionStatus | undefined {
  const { marks, unknownSince, approvals, fuse, managers } = ledger;
  if (Object.keys(managers).length === 0 && deletions.length === 0) return undefined;
  const byAge = { underAnHour: 0, underADay: 0, older: 0 };
  const counts = { suspect: 0, stranded: 0, leftovers: 0 };
  for (const [subject, { verdict, since }] of Object.entries(marks)) {
    if (subject.startsWith("instance/")) counts[verdict] += 1;
    else counts.leftovers += 1;
    const age = now - since;
    byAge[age < hour ? "underAnHour" : age < 24 * hour ? "underADay" : "older"] += 1;
  }
  const unknown = Object.entries(unknownSince).filter(([subject]) => subject.startsWith("instance/"));
  const done = deletions.filter(({ failure }) => failure === undefined);
  const last = done.at(-1);
  return {
    ...counts,
    byAge,
    unknown: unknown.length,
    unknownLong: unknown.filter(([, since]) => now - since > unknownTooLong).length,
    fuse: fuse.state,
    approved: Object.keys(approvals).length,
    collected: done.filter(({ subject }) => sortOf(subject) === "instance").length,
    failed: deletions.length - done.length,
    ...(last === undefined ? {} : { lastCollectedAt: last.at }),
  };
}
