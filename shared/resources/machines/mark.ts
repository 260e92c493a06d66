import type { Subject } from "./companion.ts";
import type { Finding } from "./companions.ts";
import { blowFuse } from "./fuse.ts";
import type { Approval, Ledger, Mark } from "./ledger.ts";
import type { Look, Objection, Objections } from "./look.ts";
import type { CollectionPolicy } from "./policy.ts";
import { isCondemned } from "./verdict.ts";

/** The value of the mark's tag: what IAM can check, and a person can read. */
export function markTagValue(mark: Mark): string {
  return `${mark.verdict} since ${new Date(mark.since).toISOString()}`;
}

/**
 * The ledger after a look. A condemned thing gets a mark, or another sighting on the one it has; whatever the look speaks
 * for loses its mark; unknown neither adds a sighting nor takes the mark, but breaks the run of sightings, because nobody
 * knows what it was in between; so does an objection of a sweeper's look. In mode `report`, and by a look that is older
 * than the newest on record, no mark is made or advanced.
 */
export function recordLook(ledger: Ledger, look: Look, policy: CollectionPolicy, objections: Objections = {}): Ledger {
  if (look.at === 0) return ledger;
  const marks: Record<string, Mark> = { ...ledger.marks };
  const unknownSince: Record<string, number> = { ...ledger.unknownSince };
  const approvals: Record<string, Approval> = { ...ledger.approvals };
  const seen = new Set<string>();
  const advances = policy.mode === "collect" && look.at > ledger.lookedAt;
  for (const finding of look.findings) {
    const { subject } = finding;
    seen.add(subject);
    const next = markAfter(objectedTo(marks[subject], objections[subject]), finding, look.at, advances);
    if (next === undefined) delete marks[subject];
    else marks[subject] = next;
    if (finding.verdict.verdict === "unknown") unknownSince[subject] ??= look.at;
    else delete unknownSince[subject];
    const approval = approvals[subject];
    if (approval !== undefined && approval.born !== finding.born) delete approvals[subject];
    // An approval is of a condemned machine: once anything spoke for it, it has to be given again.
    else if (finding.verdict.verdict !== "unknown" && !isCondemned(finding.verdict)) delete approvals[subject];
  }
  for (const memory of [marks, unknownSince, approvals]) {
    for (const subject of Object.keys(memory)) {
      const sort = subject.slice(0, subject.indexOf("/"));
      if (!seen.has(subject) && look.complete.has(sort)) delete memory[subject];
    }
  }
  if (isQuiet(ledger) && isQuiet({ ...ledger, marks, approvals }) && sameKeys(unknownSince, ledger.unknownSince)) {
    // Nothing is followed and nothing became unknown: a look that says so isn't worth a write.
    return ledger;
  }
  const next = { ...ledger, lookedAt: Math.max(ledger.lookedAt, look.at), marks, unknownSince, approvals };
  return { ...next, fuse: blowFuse(next, look, policy) };
}

function isQuiet({ marks, approvals, fuse }: Ledger): boolean {
  return Object.keys(marks).length === 0 && Object.keys(approvals).length === 0 && fuse.state === "closed";
}

function sameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key));
}

/** @param by who approves, as the ledger and the report will name them */
export function approve(ledger: Ledger, subjects: readonly Subject[], by: string, at: number): Ledger {
  const approvals: Record<string, Approval> = { ...ledger.approvals };
  for (const subject of subjects) {
    const mark = ledger.marks[subject];
    if (mark !== undefined) approvals[subject] = { born: mark.born, at, by };
  }
  return { ...ledger, approvals };
}

function objectedTo(mark: Mark | undefined, objection: Objection | undefined): Mark | undefined {
  if (mark === undefined || objection === undefined || objection.at < mark.since) return mark;
  return { ...mark, brokenAt: Math.max(objection.at, mark.brokenAt ?? objection.at) };
}

function markAfter(
  mark: Mark | undefined,
  { verdict, born, name }: Finding,
  at: number,
  advances: boolean,
): Mark | undefined {
  const own = mark?.born === born ? mark : undefined;
  if (verdict.verdict === "unknown") {
    return own === undefined ? undefined : { ...own, brokenAt: Math.max(at, own.brokenAt ?? at) };
  }
  if (verdict.verdict !== "suspect" && verdict.verdict !== "stranded") return undefined;
  if (!advances || (own?.brokenAt !== undefined && at <= own.brokenAt)) return own;
  const named = name === undefined ? {} : { name };
  return own === undefined || own.brokenAt !== undefined
    ? { born, verdict: verdict.verdict, since: at, sightings: 1, last: at, ...named }
    : { ...own, verdict: verdict.verdict, sightings: own.sightings + 1, last: at };
}
