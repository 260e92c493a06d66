import type { Evidence } from "./evidence.ts";
import type { Machine } from "./machine.ts";
import { rules, suspicionOf } from "./rules.ts";
import type { Verdict } from "./verdict.ts";
import { hear, type Witnesses } from "./witnesses.ts";

/**
 * What is to be thought of one machine: total, pure, exactly one verdict. The first of {@link rules} that fits wins, so a
 * reason to leave a machine alone always comes before a reason to suspect it.
 *
 * @param now the decider's clock in epoch milliseconds; it only says whether the evidence is fresh enough to act on
 */
export function classify(machine: Machine, evidence: Evidence, now: number): Verdict {
  return judge(machine, hear(evidence, now));
}

/** {@link classify} with the evidence already heard: what one gathering says of many machines. */
export function judge(machine: Machine, witnesses: Witnesses): Verdict {
  for (const rule of rules) {
    const verdict = rule.test(machine, witnesses);
    if (verdict !== undefined) return verdict;
  }
  return suspicionOf(machine, witnesses);
}

/** Every listed machine's verdict by instance id. A listing that is incomplete gives none. */
export function classifyFleet(evidence: Evidence, now: number): ReadonlyMap<string, Verdict> {
  const witnesses = hear(evidence, now);
  const machines = evidence.listing.state === "answered" ? evidence.listing.value : [];
  return new Map(machines.map((machine) => [machine.id, judge(machine, witnesses)]));
}

/**
 * The machines that only a close look can clear or condemn: whether a job runs on the worker, and whether it is protected
 * from termination, is asked about these alone.
 */
export function candidates(evidence: Evidence, now: number): readonly Machine[] {
  const witnesses = hear(evidence, now);
  if (evidence.listing.state === "unknown" || witnesses.problems.length > 0) return [];
  return evidence.listing.value.filter((machine) => {
    const verdict = judge(machine, witnesses);
    return verdict.verdict === "unknown" && verdict.reasons[0].code === "not-looked-at-closely";
  });
}
