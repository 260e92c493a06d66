import { type Subject, sortOf } from "./companion.ts";
import type { Fuse, Ledger } from "./ledger.ts";
import type { Look } from "./look.ts";
import type { CollectionPolicy } from "./policy.ts";
import { isCondemned } from "./verdict.ts";

/**
 * The fuse after a look. It blows where more machines are condemned than the policy allows, counting those that nobody
 * approved, and holds every machine that is condemned then. It stays blown until each of them is approved, gone, or no
 * longer condemned: approving two of twelve must not let the other ten slip under the limit.
 */
export function blowFuse(ledger: Ledger, look: Look, policy: CollectionPolicy): Fuse {
  const condemned = new Set<Subject>();
  const undecided = new Set<Subject>();
  let fleet = 0;
  for (const { subject, verdict } of look.findings) {
    if (sortOf(subject) !== "instance") continue;
    if (verdict.verdict === "gone" || verdict.verdict === "foreign" || verdict.verdict === "protected") continue;
    fleet += 1;
    if (isCondemned(verdict)) condemned.add(subject);
    else if (verdict.verdict === "unknown") undecided.add(subject);
  }
  const unapproved = [...condemned].filter((subject) => ledger.approvals[subject] === undefined);
  const before = ledger.fuse.state === "blown" ? ledger.fuse : undefined;
  const complete = look.complete.has("instance");
  const left = (before?.held ?? []).filter((subject) => condemned.has(subject) || undecided.has(subject) || !complete);
  const waiting = left.some((subject) => ledger.approvals[subject] === undefined);
  const over = unapproved.length > policy.fuse.count && unapproved.length > policy.fuse.share * fleet;
  if (!over && !waiting) return { state: "closed" };
  return {
    state: "blown",
    at: before?.at ?? look.at,
    condemned: before?.condemned ?? condemned.size,
    fleet: before?.fleet ?? fleet,
    held: [...new Set([...left, ...condemned])].sort(),
  };
}
