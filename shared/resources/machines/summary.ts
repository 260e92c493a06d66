import type { Verdict as ConditionVerdict } from "../../engine/condition.ts";
import { sortOf } from "./companion.ts";
import type { Finding } from "./companions.ts";
import type { Ledger } from "./ledger.ts";
import type { Look } from "./look.ts";
import { isCondemned, type VerdictName } from "./verdict.ts";

/** Unknown for longer than this is an alarm of its own, in milliseconds. */
export const unknownTooLong = 3_600_000;

/** One machine or left-over as `gc`, `status` and metrics show it. Times are epoch milliseconds, durations milliseconds. */
export interface Row {
  readonly subject: string;
  readonly name?: string;
  readonly verdict: VerdictName;
  readonly reasons: readonly string[];
  readonly age: number;
  /** How long it has been condemned without a break, and how often it was seen so. */
  readonly marked?: { readonly since: number; readonly sightings: number };
  readonly unknownFor?: number;
  readonly approved: boolean;
}

export interface CollectionSummary {
  /** When EC2 was asked; 0 where it didn't answer completely. */
  readonly at: number;
  readonly machines: Readonly<Record<VerdictName, number>>;
  readonly leftovers: number;
  /** Age of the oldest mark; 0 without marks. */
  readonly oldestMark: number;
  /** Machines whose verdict has been unknown for over an hour. */
  readonly unknownTooLong: number;
  readonly fuse: Ledger["fuse"]["state"];
  readonly rows: readonly Row[];
}

const noMachines: Readonly<Record<VerdictName, number>> = {
  gone: 0,
  protected: 0,
  foreign: 0,
  young: 0,
  unknown: 0,
  known: 0,
  busy: 0,
  stranded: 0,
  suspect: 0,
};

/** A look and what is on record of it, as data for people and metrics. Foreign machines are counted, not listed. */
export function summarize(look: Look, ledger: Ledger): CollectionSummary {
  const machines = { ...noMachines };
  let leftovers = 0;
  let oldest = look.at;
  let tooLong = 0;
  const rows: Row[] = [];
  for (const finding of look.findings) {
    const { subject, verdict } = finding;
    const isMachine = sortOf(subject) === "instance";
    if (isMachine) machines[verdict.verdict] += 1;
    else if (isCondemned(verdict)) leftovers += 1;
    const mark = ledger.marks[subject];
    const unknownSince = ledger.unknownSince[subject];
    if (mark !== undefined) oldest = Math.min(oldest, mark.since);
    if (isMachine && unknownSince !== undefined && look.at - unknownSince > unknownTooLong) tooLong += 1;
    if (verdict.verdict !== "foreign" && (isMachine || isCondemned(verdict))) rows.push(rowOf(finding, look, ledger));
  }
  const oldestMark = look.at - oldest;
  const fuse = ledger.fuse.state;
  return { at: look.at, machines, leftovers, oldestMark, unknownTooLong: tooLong, fuse, rows };
}

/** The condition `GarbageCollected`, worst news first. */
export function conditionVerdict({
  at,
  machines,
  leftovers,
  fuse,
  unknownTooLong,
}: CollectionSummary): ConditionVerdict {
  if (at === 0) return { reason: "EvidenceUnknown", message: "not every instance could be listed" };
  const lost = machines.suspect + machines.stranded;
  if (fuse === "blown") {
    return {
      reason: "FuseBlown",
      message: `${lost} machines look lost, more than allowed: nothing is deleted until somebody approves them by name`,
    };
  }
  if (machines.unknown > 0) {
    const long = unknownTooLong > 0 ? `, ${unknownTooLong} of them for over an hour` : "";
    return { reason: "EvidenceUnknown", message: `nobody can tell about ${count(machines.unknown, "machine")}${long}` };
  }
  if (lost + leftovers === 0) return { reason: "NoOrphans", message: "no machine and nothing of one is lost" };
  return {
    reason: "OrphansFound",
    message: `following ${count(lost, "lost machine")} and ${count(leftovers, "thing")} left behind`,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function rowOf({ subject, born, verdict, name }: Finding, { at }: Look, ledger: Ledger): Row {
  const mark = ledger.marks[subject];
  const unknownSince = ledger.unknownSince[subject];
  return {
    subject,
    ...(name === undefined ? {} : { name }),
    verdict: verdict.verdict,
    reasons: verdict.reasons.map(({ code }) => code),
    age: at - born,
    ...(mark === undefined ? {} : { marked: { since: mark.since, sightings: mark.sightings } }),
    ...(unknownSince === undefined ? {} : { unknownFor: at - unknownSince }),
    approved: ledger.approvals[subject] !== undefined,
  };
}
