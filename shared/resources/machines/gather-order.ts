import type { Evidence, ManagerEvidence } from "./evidence.ts";
import { type Answer, unanswered } from "./span.ts";
import type { EvidenceProblem } from "./verdict.ts";

/** Evidence older than this decides nothing: ten minutes, a gathering of 10,000 machines with room to spare. */
export const freshness = 10 * 60_000;

/** How far the asking machine's clock may lag behind AWS's before we stop trusting either. */
export const clockTolerance = 2 * 60_000;

/**
 * The evidence with every answer taken away that its times make worthless. docker-machine writes a machine's directory
 * before it launches: what EC2 showed at t0 and a disk read at t1 > t0 doesn't hold was dropped by its manager. The other
 * way round, every machine launched in between would look like an orphan; and jobs must be asked after the disks, or a job
 * that was assigned in between is on neither. So an answer whose times don't prove the order is no answer.
 */
export function inOrder(evidence: Evidence, now: number): Evidence {
  const { listing, traces } = evidence;
  if (listing.state === "unknown") return evidence;
  const listed = listing.span.to;
  const managers = evidence.managers.map((manager): ManagerEvidence => {
    if (manager.state !== "active") return manager;
    const { disk, sections, processes } = manager;
    return {
      ...manager,
      disk: after(listed, "the instances were all listed", disk, now),
      sections: after(listed, "the instances were all listed", sections, now),
      processes: after(listed, "the instances were all listed", processes, now),
    };
  });
  const ordered: Evidence = { ...evidence, managers };
  if (traces.state !== "answered") return ordered;
  return { ...ordered, traces: after(jobsNotBefore(ordered), "the disks were read", traces, now) };
}

/** What is wrong with the listing's own time: then nothing can be told of any machine. */
export function listingProblems({ listing }: Evidence, now: number): readonly EvidenceProblem[] {
  if (listing.state === "unknown") return [{ code: "listing-incomplete", why: listing.why }];
  const { from, to } = listing.span;
  if (!(from <= to)) return [{ code: "listing-incomplete", why: "it ended before it began: a clock is wrong" }];
  const age = now - from;
  if (!(age <= freshness)) return [{ code: "evidence-stale", age }];
  const by = to - now;
  return by <= clockTolerance ? [] : [{ code: "evidence-from-the-future", by }];
}

/** When the last of the disks was read completely: what is asked about jobs must be asked after it. */
export function jobsNotBefore(evidence: Evidence): number {
  let last = evidence.listing.state === "answered" ? evidence.listing.span.to : Number.POSITIVE_INFINITY;
  for (const manager of evidence.managers) {
    if (manager.state === "active" && manager.disk.state === "answered") last = Math.max(last, manager.disk.span.to);
  }
  return last;
}

function after<T>(earliest: number, what: string, answer: Answer<T>, now: number): Answer<T> {
  if (answer.state === "unknown") return answer;
  const { from, to } = answer.span;
  if (!(from >= earliest)) return unanswered(`it was asked before ${what}`);
  if (!(from <= to) || !(to - now <= clockTolerance)) return unanswered("its time is impossible: a clock is wrong");
  return answer;
}
