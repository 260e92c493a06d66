import { type Sort, sortOf } from "./companion.ts";
import type { Finding } from "./companions.ts";
import { reasonText } from "./explanation-text.ts";
import type { SweepContext } from "./sweep.ts";
import { isCondemned, type Reason } from "./verdict.ts";

/** What of a fleet's machines must be gone before its host may go. Each a line for a person. */
export interface Left {
  /** Lives, works, or is on its way out by the road of every orphan. */
  readonly waiting: readonly string[];
  /** Nobody can tell. */
  readonly unknown: readonly string[];
  /** Only a person can go on: it is kept, or what condemns it is held back. */
  readonly stuck: readonly string[];
}

/**
 * Sorts that hang on what a teardown ends. Directories go with the host or stay on its volume, and rows in GitLab with the
 * runner that they are of.
 */
const counted: ReadonlySet<Sort> = new Set(["instance", "spot-request", "volume", "network-interface", "key-pair"]);

/** Reasons to leave a machine alone that only a person can take away; a group ends its own, and the others say that it is none. */
const heldByPeople: ReadonlySet<Reason["code"]> = new Set(["keep-tag", "termination-protection"]);

/** What is left, by the same verdicts as everywhere. Pure. */
export function leftOf({ look, ledger, policy }: Pick<SweepContext, "look" | "ledger" | "policy">): Left {
  const left = { waiting: [] as string[], unknown: [] as string[], stuck: [] as string[] };
  for (const finding of look.findings) {
    if (!counted.has(sortOf(finding.subject))) continue;
    const { verdict, reasons } = finding.verdict;
    const line = lineOf(finding);
    if (verdict === "gone" || verdict === "foreign") continue;
    if (verdict === "protected") {
      if (reasons.some(({ code }) => heldByPeople.has(code))) left.stuck.push(line);
    } else if (verdict === "unknown") left.unknown.push(line);
    else if (!isCondemned(finding.verdict)) left.waiting.push(line);
    else if (policy.mode !== "collect") left.stuck.push(`${line}, and garbageCollection.mode is report`);
    else if (isFused(finding, ledger)) {
      left.stuck.push(`${line}, and the fuse is blown: fleetkeeper gc --approve ${finding.subject.split("/")[1]}`);
    } else left.waiting.push(`${line}; seen so ${ledger.marks[finding.subject]?.sightings ?? 0} times`);
  }
  return left;
}

function isFused({ subject, born }: Finding, { fuse, approvals }: SweepContext["ledger"]): boolean {
  return fuse.state === "blown" && fuse.held.includes(subject) && approvals[subject]?.born !== born;
}

function lineOf({ subject, name, verdict }: Finding): string {
  const [first] = verdict.reasons;
  const what = name === undefined || subject.endsWith(name) ? subject : `${subject} (${name})`;
  return `${what} is ${verdict.verdict}: ${reasonText(first)}`;
}
