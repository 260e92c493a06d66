import type { Verdict } from "./condition.ts";
import type { DesiredState, Interpretation } from "./desired-state.ts";
import { failureWhile } from "./failure.ts";
import type { FleetState, Revision } from "./state-port.ts";

export interface InForce<Fleet> {
  readonly revision: Revision;
  readonly fleet: Fleet;
}

/** Which file a run goes by. */
export interface RevisionDecision<Fleet> {
  /** Of the condition `Accepted`. */
  readonly verdict: Verdict;
  /** Sequence of the newest revision looked at. */
  readonly generation: number;
  readonly inForce?: InForce<Fleet>;
  /** Set where `inForce` is new and has to be made the accepted one. */
  readonly accept?: Revision;
  /** What is wrong with the newest one, each a line. */
  readonly problems: readonly string[];
}

/**
 * The newest revision if it is valid, else the last good one. Pure. A file that got worse never takes away what the one
 * before it declared.
 */
export function decideRevision<Fleet>(
  desired: DesiredState<Fleet>,
  name: string,
  { newest, newestRefused, accepted, status }: Pick<FleetState, "newest" | "newestRefused" | "accepted" | "status">,
): RevisionDecision<Fleet> {
  const floor = Math.max(accepted?.sequence ?? 0, status?.value.observedGeneration ?? 0);
  // 1. Not pushed but put there, never pushed, or taken away.
  if (newestRefused !== undefined) {
    const verdict: Verdict = { reason: "RevisionInvalid", message: newestRefused };
    return lastGood(desired, name, accepted, verdict, floor, [newestRefused]);
  }
  if (newest === undefined) {
    const message = "no desired state is pushed";
    return lastGood(desired, name, accepted, { reason: "NothingPushed", message }, floor, [message]);
  }
  // 2. Older than what was looked at before: two pipelines raced past the check of the push.
  if (newest.sequence < floor) {
    const message = `revision ${newest.sequence} is older than ${floor}, which was seen before`;
    return lastGood(desired, name, accepted, { reason: "RevisionStale", message }, floor, [message]);
  }
  const interpretation = interpret(desired, newest, name);
  // 3. Not valid.
  if (!interpretation.valid) {
    const verdict: Verdict = { reason: "RevisionInvalid", message: summary(newest, interpretation.problems) };
    return lastGood(desired, name, accepted, verdict, newest.sequence, interpretation.problems);
  }
  // 4. Valid, and new or the one in force already.
  const known = accepted?.sequence === newest.sequence && accepted.digest === newest.digest;
  return {
    verdict: { reason: "RevisionValid", message: `revision ${newest.sequence} is in force` },
    generation: newest.sequence,
    inForce: { revision: newest, fleet: interpretation.fleet },
    ...(known ? {} : { accept: newest }),
    problems: [],
  };
}

function lastGood<Fleet>(
  desired: DesiredState<Fleet>,
  name: string,
  accepted: Revision | undefined,
  verdict: Verdict,
  generation: number,
  problems: readonly string[],
): RevisionDecision<Fleet> {
  const before = accepted === undefined ? undefined : interpret(desired, accepted, name);
  if (accepted === undefined || !before?.valid) return { verdict, generation, problems };
  const message = `${verdict.message}; revision ${accepted.sequence} stays in force`;
  return {
    verdict: { reason: verdict.reason, message },
    generation,
    inForce: { revision: accepted, fleet: before.fleet },
    problems,
  };
}

function interpret<Fleet>(desired: DesiredState<Fleet>, revision: Revision, name: string): Interpretation<Fleet> {
  try {
    return desired.interpret(revision, name);
  } catch (error) {
    return { valid: false, problems: [failureWhile(`reading revision ${revision.sequence}`, error).message] };
  }
}

function summary(revision: Revision, problems: readonly string[]): string {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `revision ${revision.sequence} is not valid: ${problems[0] ?? "no reason given"}${more}`;
}
