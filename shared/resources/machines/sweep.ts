import { type Subject, sortOf, sortOrder } from "./companion.ts";
import type { Finding } from "./companions.ts";
import { blowFuse } from "./fuse.ts";
import { clockTolerance, freshness } from "./gather-order.ts";
import type { Ledger } from "./ledger.ts";
import type { Look, Objection, Objections } from "./look.ts";
import { type CollectionPolicy, sightingsNeeded } from "./policy.ts";
import { isCondemned, isNonEmpty, type NonEmpty, type VerdictName } from "./verdict.ts";

/** Why something that is condemned isn't deleted (yet). */
export type Hold =
  | { readonly code: "report-mode" }
  | { readonly code: "not-condemned"; readonly verdict: VerdictName }
  | { readonly code: "look-stale"; readonly age: number }
  | { readonly code: "look-before-mark" }
  | { readonly code: "unmarked" }
  | { readonly code: "mark-of-another"; readonly born: number }
  | { readonly code: "mark-broken"; readonly at: number }
  | { readonly code: "spoken-for"; readonly at: number; readonly verdict: VerdictName }
  | { readonly code: "sightings"; readonly have: number; readonly need: number }
  | { readonly code: "grace"; readonly remaining: number }
  | { readonly code: "tag-missing" }
  | { readonly code: "fuse-blown"; readonly condemned: number; readonly fleet: number }
  | { readonly code: "after"; readonly sort: string }
  | { readonly code: "per-run-maximum"; readonly maximum: number };

export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly holds: NonEmpty<Hold> };

export interface SweepContext {
  readonly ledger: Ledger;
  readonly policy: CollectionPolicy;
  /** The sweeper's own fresh look at all witnesses. */
  readonly look: Look;
  readonly objections: Objections;
  /** Whether EC2 shows the mark's tag on it; true for what has no tags. */
  readonly tagged: (subject: Subject) => boolean;
  readonly now: number;
}

/**
 * The one predicate on every deleting path: may this be deleted now? Only if a fresh look condemns it, it carries a mark
 * of this very thing, the last three looks at least and all of those since the mark condemned it, over the grace period at
 * least, nobody objected since, the mark's tag is on it, and the fuse is whole or a person named it.
 */
export function mayDelete(finding: Finding, context: SweepContext): Permission {
  const holds = holdsOf(finding, context, fuseOf(context));
  return isNonEmpty(holds) ? { allowed: false, holds } : { allowed: true };
}

export interface SweepPlan {
  /** In the order of deletion. */
  readonly deletions: readonly Finding[];
  /** Condemned, but held. */
  readonly held: readonly { readonly finding: Finding; readonly holds: NonEmpty<Hold> }[];
  /**
   * True if spot requests are among the deletions: they alone are to be cancelled, then everything is looked at again,
   * because cancelling never terminates and an open request may have started a machine in between.
   */
  readonly lookAgain: boolean;
  readonly fuse: Ledger["fuse"];
}

/** What to delete now, oldest mark first, at most the per-run maximum of each sort. */
export function planSweep(context: SweepContext): SweepPlan {
  const fuse = fuseOf(context);
  const held: { finding: Finding; holds: NonEmpty<Hold> }[] = [];
  let free: Finding[] = [];
  for (const finding of context.look.findings) {
    if (!isCondemned(finding.verdict)) continue;
    const holds = holdsOf(finding, context, fuse);
    if (isNonEmpty(holds)) held.push({ finding, holds });
    else free.push(finding);
  }
  const { marks } = context.ledger;
  const since = ({ subject }: Finding) => marks[subject]?.since ?? 0;
  free.sort(
    (a, b) =>
      sortOrder.indexOf(sortOf(a.subject)) - sortOrder.indexOf(sortOf(b.subject)) ||
      since(a) - since(b) ||
      a.born - b.born ||
      (a.subject < b.subject ? -1 : 1),
  );
  const lookAgain = free.some(({ subject }) => sortOf(subject) === "spot-request");
  if (lookAgain) {
    const later = free.filter(({ subject }) => sortOf(subject) !== "spot-request");
    held.push(...later.map((finding) => ({ finding, holds: [{ code: "after", sort: "spot-request" }] as const })));
    free = free.filter(({ subject }) => sortOf(subject) === "spot-request");
  }
  const deletions: Finding[] = [];
  const counts = new Map<string, number>();
  for (const finding of free) {
    const sort = sortOf(finding.subject);
    const count = counts.get(sort) ?? 0;
    if (count < context.policy.perRunMaximum) {
      counts.set(sort, count + 1);
      deletions.push(finding);
    } else {
      held.push({ finding, holds: [{ code: "per-run-maximum", maximum: context.policy.perRunMaximum }] });
    }
  }
  return { deletions, held, lookAgain, fuse };
}

/** What the sweeper's look says for things that are marked, to be kept where the next sweep and the marker read it. */
export function objectionsOf(context: SweepContext): Objections {
  const objections: Record<Subject, Objection> = {};
  for (const [subject, objection] of Object.entries(context.objections) as [Subject, Objection][]) {
    if (context.ledger.marks[subject] !== undefined) objections[subject] = objection;
  }
  for (const { subject, verdict } of context.look.findings) {
    // Of two sweepers that looked side by side, the older look may come last.
    const newer = (objections[subject]?.at ?? 0) < context.look.at;
    if (newer && context.ledger.marks[subject] !== undefined && !isCondemned(verdict)) {
      objections[subject] = { at: context.look.at, verdict: verdict.verdict };
    }
  }
  return objections;
}

/**
 * Within what time a true orphan is deleted, from when it is one and the evidence is complete: its manager's end proven
 * (two looks), the grace period for its age, three sightings over the grace period, the per-run maximum, in milliseconds.
 *
 * @param interval between two runs
 * @param orphans how many there are at once
 */
export function collectionBound(policy: CollectionPolicy, interval: number, orphans: number): number {
  const runs = (duration: number) => Math.ceil(duration / interval);
  const proof = 2;
  const age = runs(policy.gracePeriod);
  const marked = Math.max(sightingsNeeded - 1, runs(policy.gracePeriod)) + 1;
  const paced = Math.ceil(orphans / policy.perRunMaximum);
  return (proof + age + marked + paced) * interval;
}

function fuseOf({ ledger, look, policy }: SweepContext): Ledger["fuse"] {
  return blowFuse(ledger, look, policy);
}

function holdsOf(finding: Finding, context: SweepContext, fuse: Ledger["fuse"]): readonly Hold[] {
  const { ledger, policy, look, now } = context;
  const { subject, verdict, born } = finding;
  const holds: Hold[] = [];
  if (policy.mode !== "collect") holds.push({ code: "report-mode" });
  if (!isCondemned(verdict)) holds.push({ code: "not-condemned", verdict: verdict.verdict });
  const age = now - look.at;
  if (!(age <= freshness && age >= -clockTolerance)) holds.push({ code: "look-stale", age });
  if (fuse.state === "blown" && ledger.approvals[subject]?.born !== born) {
    holds.push({ code: "fuse-blown", condemned: fuse.condemned, fleet: fuse.fleet });
  }
  if (!context.tagged(subject)) holds.push({ code: "tag-missing" });
  const mark = ledger.marks[subject];
  if (mark === undefined) return [...holds, { code: "unmarked" }];
  if (mark.born !== born) return [...holds, { code: "mark-of-another", born: mark.born }];
  if (mark.brokenAt !== undefined) holds.push({ code: "mark-broken", at: mark.brokenAt });
  if (!(look.at > mark.last)) holds.push({ code: "look-before-mark" });
  const objection = context.objections[subject];
  if (objection !== undefined && objection.at >= mark.since) holds.push({ code: "spoken-for", ...objection });
  if (mark.sightings < sightingsNeeded) {
    holds.push({ code: "sightings", have: mark.sightings, need: sightingsNeeded });
  }
  const remaining = policy.gracePeriod - (mark.last - mark.since);
  if (!(remaining <= 0)) holds.push({ code: "grace", remaining });
  return holds;
}
