import { targetKey } from "../../engine/action.ts";
import type { ConditionType } from "../../engine/condition.ts";
import { digest } from "../../engine/digest.ts";
import { type HoldReason, holdReasons } from "../../engine/hold.ts";
import { isRevision } from "../../engine/plan.ts";
import { type DriftInput, driftOf } from "./drift.ts";
import type { Matter, News } from "./matter.ts";
import { type Orphans, orphanMatters } from "./orphan-matters.ts";

export interface NewsInput extends DriftInput {
  readonly fleet: string;
  readonly record: DriftInput["record"] & { readonly failure?: { readonly code: string; readonly message: string } };
  /** Kinds that the run was asked to act on; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** What runs, by `kind/name`, as far as it is known. */
  readonly versions: Readonly<Record<string, string>>;
  readonly orphans: Orphans;
}

/** Those that have an event of their own, or go with another matter that has. */
const toldOtherwise: readonly HoldReason[] = ["ApprovalNeeded", "NotAccepted", "TerminalFailure"];

/** Everything that there is to tell after a run, new or not. Pure. */
export function newsOf(input: NewsInput): News {
  const { before, status, plan, only, orphans } = input;
  const drift = driftOf(input);
  const upgrades = upgradeMatters(input);
  return {
    matters: [
      ...revisionMatters(input),
      ...drift.matters,
      ...approvalMatters(input),
      ...stallMatters(input),
      ...failureMatters(input),
      ...orphanMatters(orphans, input.fleet),
      ...upgrades,
      ...backupMatters(input),
    ],
    drifted: drift.drifted,
    versions: { ...before?.notifications?.versions, ...input.versions },
    uncertain(event, subject) {
      switch (subject) {
        case "revision":
          return conditionOf(input, "Accepted")?.status === "Unknown";
        case "run":
          return false;
        case "backup":
          return conditionOf(input, "BackedUp")?.status === "Unknown";
        default:
      }
      if (event === "OrphansFound" || event === "FuseBlown") {
        const { look } = orphans;
        return look === undefined || look.rows.some((row) => row.subject === subject && row.verdict === "unknown");
      }
      if (plan === undefined || status.resources[subject]?.sync === "Unknown") return true;
      return only !== undefined && !only.some((kind) => subject.startsWith(`${kind}/`));
    },
  };
}

function conditionOf({ status }: NewsInput, type: ConditionType) {
  return status.conditions.find((condition) => condition.type === type);
}

function revisionMatters(input: NewsInput): readonly Matter[] {
  const { before, status, record, fleet } = input;
  const accepted = conditionOf(input, "Accepted");
  const matters: Matter[] = [];
  const { inForce } = status;
  if (inForce !== undefined && accepted?.status === "True" && !isRevision(before?.inForce, inForce)) {
    const commit = inForce.commit === "" ? "" : `, commit ${inForce.commit.slice(0, 12)}`;
    const message = `revision ${inForce.sequence}${commit} is in force`;
    matters.push({ events: ["Accepted"], subject: "revision", message, since: record.endedAt });
  }
  if (accepted?.status === "False") {
    const { reason, message, observedGeneration, lastTransitionTime } = accepted;
    matters.push({
      events: ["Rejected", "Stalled"],
      subject: "revision",
      message,
      since: lastTransitionTime,
      content: digest([reason, observedGeneration, message]).slice(0, 12),
      todo: `fleetkeeper history --details --fleet ${fleet}`,
    });
  }
  return matters;
}

function approvalMatters({ plan, status, fleet, record }: NewsInput): readonly Matter[] {
  const waiting = (plan?.actions ?? []).filter(({ held }) => held?.reason === "ApprovalNeeded");
  return [...Map.groupBy(waiting, ({ target }) => targetKey(target))].map(([key, actions]): Matter => {
    const ids = actions.map(({ id }) => id).sort();
    return {
      events: ["ApprovalNeeded", "Stalled"],
      subject: key,
      message: actions.map(({ verb, reason }) => `${verb}: ${reason}`).join("; "),
      since: status.resources[key]?.since ?? record.endedAt,
      content: ids.join(" "),
      todo: `fleetkeeper reconcile --fleet ${fleet} --approve ${ids.join(" ")}`,
    };
  });
}

function stallMatters({ plan, status, fleet, record }: NewsInput): readonly Matter[] {
  const matters = new Map<string, Matter>();
  for (const { target, held } of plan?.actions ?? []) {
    if (held === undefined || !holdReasons[held.reason].needsPerson || toldOtherwise.includes(held.reason)) continue;
    const key = targetKey(target);
    matters.set(key, {
      events: ["Stalled"],
      subject: key,
      message: `${held.reason}: ${held.message}`,
      since: status.resources[key]?.since ?? record.endedAt,
      content: held.reason,
      todo: `fleetkeeper plan --fleet ${fleet}`,
    });
  }
  return [...matters.values()];
}

function failureMatters({ plan, status, record, fleet }: NewsInput): readonly Matter[] {
  const matters: Matter[] = [];
  // Where nothing was looked at, failures stand as they were told.
  for (const [key, { failure, since }] of plan === undefined ? [] : Object.entries(status.resources)) {
    if (failure === undefined) continue;
    const { code, message, hint, notBefore } = failure;
    matters.push({
      events: notBefore === undefined ? ["Failed", "Stalled"] : ["Failed"],
      subject: key,
      message: hint === undefined ? message : `${message} (to mend it: ${hint})`,
      since,
      content: notBefore === undefined ? `${code} for good` : code,
      todo:
        notBefore === undefined
          ? `fleetkeeper reconcile --fleet ${fleet} --force`
          : `fleetkeeper history --details --fleet ${fleet}`,
    });
  }
  if (record.failure !== undefined) {
    const { code, message } = record.failure;
    const todo = `fleetkeeper history --details --fleet ${fleet}`;
    matters.push({ events: ["Failed"], subject: "run", message, since: record.endedAt, content: code, todo });
  }
  return matters;
}

/** GitLab's version is the one that was told last; nobody hears of the first. */
function upgradeMatters({ before, versions, record }: NewsInput): readonly Matter[] {
  return Object.entries(versions).flatMap(([subject, version]): readonly Matter[] => {
    const last = before?.notifications?.versions[subject];
    if (last === undefined || last === version) return [];
    const message = `GitLab ${version} runs; before it was ${last}`;
    return [{ events: ["Upgraded"], subject, message, since: record.endedAt }];
  });
}

function backupMatters(input: NewsInput): readonly Matter[] {
  const backedUp = conditionOf(input, "BackedUp");
  if (backedUp?.reason !== "BackupOverdue") return [];
  return [
    {
      events: ["BackupOverdue"],
      subject: "backup",
      message: `the newest good backup is older than host.backups.maxAge: ${backedUp.message}`,
      since: backedUp.lastTransitionTime,
      content: "overdue",
      todo: `fleetkeeper backup --fleet ${input.fleet}`,
    },
  ];
}
