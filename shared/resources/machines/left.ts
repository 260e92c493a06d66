import { type Sort, type Subject, sortOf } from "./companion.ts";
import type { Finding } from "./companions.ts";
import { reasonText } from "./explanation-text.ts";
import { tag } from "./machine.ts";
import type { SweepContext } from "./sweep.ts";
import type { Reason } from "./verdict.ts";

/** What of a fleet's machines must be gone before its host may go. Each a line for a person. */
export interface Left {
  /** Lives, works, or is on its way out by the road of every orphan. */
  readonly waiting: readonly string[];
  /** Nobody can tell. */
  readonly unknown: readonly string[];
  /** Only a person can go on: it is kept, or what condemns it is held back. */
  readonly stuck: readonly string[];
  /** Milliseconds until the first of those that wait may go its way by time alone; 0 where something else may happen first. */
  readonly ripeIn: number;
}

type Context = Pick<SweepContext, "look" | "ledger" | "policy">;
type Standing =
  | { readonly is: "gone" | "not-ours" | "told-with-user" }
  | { readonly is: "unknown" }
  | { readonly is: "waiting"; readonly ripeIn: number; readonly more?: string }
  | { readonly is: "stuck"; readonly how: string };

/**
 * Sorts that hang on what a teardown ends. Directories go with the host or stay on its volume, and rows in GitLab with the
 * runner that they are of.
 */
const counted: ReadonlySet<Sort> = new Set(["instance", "spot-request", "volume", "network-interface", "key-pair"]);

/** What is left, by the same verdicts as everywhere. Pure. */
export function leftOf(context: Context): Left {
  const left = { waiting: [] as string[], unknown: [] as string[], stuck: [] as string[], ripeIn: [] as number[] };
  const found = context.look.findings.filter(({ subject }) => counted.has(sortOf(subject)));
  const standings = found.map((finding) => [finding, standingOf(finding, context)] as const);
  const byId = new Map(standings.map(([finding, standing]) => [idOf(finding), standing]));
  for (const [finding, own] of standings) {
    const standing = throughUser(finding, own, byId);
    switch (standing.is) {
      case "gone":
      case "not-ours":
      case "told-with-user":
        break;
      case "unknown":
        left.unknown.push(lineOf(finding));
        break;
      case "waiting":
        left.waiting.push(`${lineOf(finding)}${standing.more ?? ""}`);
        left.ripeIn.push(standing.ripeIn);
        break;
      case "stuck":
        left.stuck.push(`${lineOf(finding)}${standing.how}`);
    }
  }
  return { ...left, ripeIn: left.ripeIn.length === 0 ? 0 : Math.max(0, Math.min(...left.ripeIn)) };
}

function standingOf(finding: Finding, { look, ledger, policy }: Context): Standing {
  const { subject, verdict } = finding;
  switch (verdict.verdict) {
    case "gone":
      return { is: "gone" };
    case "foreign":
      return { is: "not-ours" };
    case "unknown":
      return { is: "unknown" };
    case "protected": {
      const typed = verdict.reasons.flatMap(({ code }) => unprotect(code, subject) ?? []);
      return typed.length === 0 ? { is: "not-ours" } : { is: "stuck", how: `; to let it go: ${typed.join(", then ")}` };
    }
    case "known":
    case "busy":
      return { is: "waiting", ripeIn: 0 };
    case "young": {
      const ages = verdict.reasons.map((reason) => (reason.code === "pending" ? undefined : reason.age));
      const youngest = ages.includes(undefined) ? policy.gracePeriod : Math.min(...ages.map((age) => age ?? 0));
      return { is: "waiting", ripeIn: policy.gracePeriod - youngest };
    }
    case "suspect":
    case "stranded": {
      if (policy.mode !== "collect") return { is: "stuck", how: ", and garbageCollection.mode is report" };
      if (isFused(finding, ledger)) {
        return { is: "stuck", how: `, and the fuse is blown: fleetkeeper gc --approve ${idOf(finding)}` };
      }
      const mark = ledger.marks[subject];
      const ripeIn = mark === undefined ? 0 : mark.since + policy.gracePeriod - look.at;
      return { is: "waiting", ripeIn, more: `; seen so ${mark?.sightings ?? 0} times` };
    }
  }
}

/**
 * What a machine uses goes when that may go, and is told with it: nobody waits for the key pair of a machine that a person
 * keeps. What somebody else's machine uses goes when that has gone, which isn't ours to bring about.
 */
function throughUser(
  { verdict: { reasons } }: Finding,
  own: Standing,
  standings: ReadonlyMap<string, Standing>,
): Standing {
  const [reason] = reasons;
  const user = reason.code === "in-use" ? standings.get(reason.by) : undefined;
  switch (user?.is) {
    case undefined:
    case "gone":
    case "told-with-user":
      return own;
    case "not-ours":
      return { is: "stuck", how: ", which isn't this fleet's: it can go once that is gone" };
    case "unknown":
    case "waiting":
    case "stuck":
      return { is: "told-with-user" };
  }
}

/** What a person types against reasons that only a person can take away: a group ends its own, and the others say that it is none. */
function unprotect(code: Reason["code"], subject: Subject): string | undefined {
  const id = idOf({ subject });
  switch (code) {
    case "keep-tag":
      return sortOf(subject) === "instance" ? `fleetkeeper unkeep ${id}` : `take its tag ${tag.keep} off`;
    case "termination-protection":
      return `aws ec2 modify-instance-attribute --no-disable-api-termination --instance-id ${id}`;
    default:
      return undefined;
  }
}

function isFused({ subject, born }: Finding, { fuse, approvals }: SweepContext["ledger"]): boolean {
  return fuse.state === "blown" && fuse.held.includes(subject) && approvals[subject]?.born !== born;
}

function idOf({ subject }: Pick<Finding, "subject">): string {
  return subject.slice(subject.indexOf("/") + 1);
}

function lineOf({ subject, name, verdict }: Finding): string {
  const [first] = verdict.reasons;
  const what = name === undefined || subject.endsWith(name) ? subject : `${subject} (${name})`;
  return `${what} is ${verdict.verdict}: ${reasonText(first)}`;
}
