import type { Evidence } from "./evidence.ts";
import type { Answer, Span } from "./span.ts";
import type { EvidenceProblem } from "./verdict.ts";

/** Evidence older than this decides nothing: ten minutes, a gathering of 10,000 machines with room to spare. */
export const freshness = 10 * 60_000;

/** How far the asking machine's clock may lag behind AWS's before we stop trusting either. */
export const clockTolerance = 2 * 60_000;

/**
 * Order and age of the evidence. docker-machine writes a machine's directory before it launches: what EC2 showed at t0 and
 * a disk read at t1 > t0 doesn't hold was dropped by its manager. The other way round, every machine launched in between
 * would look like an orphan; so evidence whose times don't prove the order proves nothing.
 */
export function orderProblems(evidence: Evidence, now: number): readonly EvidenceProblem[] {
  const { listing } = evidence;
  if (listing.state === "unknown") return [{ code: "listing-incomplete", why: listing.why }];
  const problems: EvidenceProblem[] = [];
  const disks: Dated[] = [];
  for (const manager of evidence.managers) {
    if (manager.state !== "active") continue;
    disks.push(
      ...dated(`disk of ${manager.id}`, manager.disk),
      ...dated(`sections of ${manager.id}`, manager.sections),
      ...dated(`processes of ${manager.id}`, manager.processes),
    );
  }
  for (const disk of disks) {
    if (disk.span.from < listing.span.to) problems.push(outOfOrder("instances", disk.name));
  }
  // An answer that a runner's disk gave is only followed by its jobs if the jobs were asked after it: a job that was
  // assigned in between would be on neither.
  const traces = evidence.traces.state === "answered" ? dated("job traces", evidence.traces) : [];
  for (const jobs of traces) {
    const early = disks.find((disk) => jobs.span.from < disk.span.to);
    if (early !== undefined) problems.push(outOfOrder(early.name, jobs.name));
    else if (jobs.span.from < listing.span.to) problems.push(outOfOrder("instances", jobs.name));
  }
  const all = [{ name: "instances", span: listing.span }, ...disks, ...traces];
  if (all.some(({ span }) => !(span.from <= span.to))) {
    problems.push({ code: "out-of-order", first: "start", second: "end of an answer" });
  }
  const age = now - listing.span.from;
  if (!(age <= freshness)) problems.push({ code: "evidence-stale", age });
  const ahead = Math.max(...all.map(({ span }) => span.to)) - now;
  if (!(ahead <= clockTolerance)) problems.push({ code: "evidence-from-the-future", by: ahead });
  return problems;
}

/** When the last of the disks was read completely: what is asked about jobs must be asked after it. */
export function jobsNotBefore(evidence: Evidence): number {
  let last = evidence.listing.state === "answered" ? evidence.listing.span.to : Number.POSITIVE_INFINITY;
  for (const manager of evidence.managers) {
    if (manager.state === "active" && manager.disk.state === "answered") last = Math.max(last, manager.disk.span.to);
  }
  return last;
}

interface Dated {
  readonly name: string;
  readonly span: Span;
}

function dated<T>(name: string, answer: Answer<T>): readonly Dated[] {
  return answer.state === "answered" ? [{ name, span: answer.span }] : [];
}

function outOfOrder(first: string, second: string): EvidenceProblem {
  return { code: "out-of-order", first, second };
}
