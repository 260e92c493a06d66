import type { Explanation, Heard } from "./explain.ts";
import { nameOf } from "./machine.ts";
import type { Hold } from "./sweep.ts";
import type { DiskProblem, Reason } from "./verdict.ts";

/** An explanation as plain text, one line a rule, its evidence indented under it. */
export function explanationText(explanation: Explanation): string {
  const { machine, verdict, steps, permission } = explanation;
  const name = nameOf(machine);
  const lines = [`${machine.id}${name === undefined ? "" : ` (${name})`}: ${verdict.verdict}`];
  steps.forEach((step, index) => {
    const head = `${String(index + 1).padStart(2)}. ${step.rule.padEnd(9)} ${step.question}`;
    if (step.outcome === "not-asked") return;
    lines.push(`${head} ${step.outcome === "passed" ? "No." : "Decided:"}`);
    for (const reason of step.verdict?.reasons ?? []) lines.push(`      ${reasonText(reason)}`);
    lines.push(...step.evidence.map((heard) => `      ${heardText(heard)}`));
  });
  if (permission !== undefined) {
    lines.push(permission.allowed ? "It may be deleted now." : "It is not deleted, because:");
    if (!permission.allowed) lines.push(...permission.holds.map((hold) => `  - ${holdText(hold)}`));
  }
  return `${lines.join("\n")}\n`;
}

function heardText({ witness, span, why }: Heard): string {
  if (span === undefined) return `${witness}: no answer${why === undefined ? "" : ` (${why})`}`;
  return `${witness}: read from ${timeText(span.from)} to ${timeText(span.to)}`;
}

export function timeText(time: number): string {
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : "an impossible time";
}

/** Milliseconds in the two widest units that matter: `3h 20m`, `45s`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  const sign = milliseconds < 0 ? "-" : "";
  if (seconds < 60) return `${sign}${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${sign}${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${sign}${hours}h ${minutes % 60}m`;
  return `${sign}${Math.floor(hours / 24)}d ${hours % 24}h`;
}

const diskProblems: Readonly<Record<DiskProblem, string>> = {
  "nonce-differs": "the output answers another command",
  "instance-differs": "it ran on another instance",
  "path-differs": "it read another directory",
  "mount-differs": "the directory isn't on the data volume",
  "sentinel-missing": "the file that identifies the directory is missing, so an empty list proves nothing",
  "sentinel-of-other-volume": "the directory says that it belongs to another volume",
  "sentinel-of-older-generation": "the directory is an older copy of itself",
  "end-mark-missing": "the output was cut off",
  "count-differs": "it lists another number of machines than it counted",
  "hash-differs": "its hash doesn't match",
};

/** A reason as a clause for a person. */
export function reasonText(reason: Reason): string {
  switch (reason.code) {
    case "shutting-down":
      return "it is shutting down";
    case "terminated":
    case "deleted":
      return `it is ${reason.code}`;
    case "keep-tag":
      return "a person tagged it fleetkeeper:keep";
    case "declared-host":
      return "the file declares it as a host";
    case "manager":
      return "it is a runner manager on record";
    case "other-kind":
      return `its tag says that it is of kind ${reason.kind}`;
    case "scaling-group":
      return `Auto Scaling group ${reason.group} owns it${reason.live === "unknown" ? " (whether the group exists is unknown)" : ""}`;
    case "termination-protection":
      return "termination protection is on";
    case "aws-managed":
      return "an AWS service manages it";
    case "host-volume":
      return `it is the data volume of ${reason.manager}`;
    case "other-fleet":
      return `its tag names fleet ${reason.fleet}`;
    case "other-profile":
      return `its instance profile is ${reason.profile}, not this fleet's`;
    case "other-key-pair":
      return `its key pair ${reason.keyName} isn't named as this fleet's machines are`;
    case "not-a-machine":
      return "nothing about it says docker-machine";
    case "nothing-of-ours":
      return "neither tag, profile, group nor key pair is this fleet's";
    case "pending":
      return "it is still starting";
    case "launched-recently":
      return `it is ${durationText(reason.age)} old`;
    case "named-recently":
      return `its name was made up ${durationText(reason.age)} ago`;
    case "listing-incomplete":
      return `not everything could be listed: ${reason.why}`;
    case "hosts-unknown":
      return `the declared hosts could not be read: ${reason.why}`;
    case "data-volumes-unknown":
      return `the fleet's data volumes could not be listed: ${reason.why}`;
    case "data-volume-unread":
      return `data volume ${reason.volume} exists, and nobody read the machines directory on it`;
    case "no-manager-on-record":
      return "no runner manager is on record";
    case "evidence-stale":
      return `the evidence is ${durationText(reason.age)} old`;
    case "evidence-from-the-future":
      return `the evidence is from ${durationText(reason.by)} in the future: a clock is wrong`;
    case "out-of-order":
      return `${reason.second} was asked before ${reason.first} was complete`;
    case "manager-silent":
      return `manager ${reason.manager} didn't answer about its ${reason.witness}: ${reason.why}`;
    case "manager-not-asked":
      return `host ${reason.manager} wasn't asked`;
    case "manager-end-unproven":
      return `manager ${reason.manager} can't be read, and its end isn't proven: ${reason.missing}; if it is gone for good, say so: fleetkeeper gc --ended ${reason.manager}`;
    case "disk-untrusted":
      return `the disk reading of manager ${reason.manager} doesn't count: ${diskProblems[reason.what]}`;
    case "names-unrecorded-manager":
      return `its tag names manager ${reason.manager}, which nobody knows; if it is gone for good, say so: fleetkeeper gc --ended ${reason.manager}`;
    case "sections-unknown":
      return `it is on the disk of ${reason.manager}, whose loaded sections are unknown: ${reason.why}`;
    case "jobs-unknown":
      return `whether a job runs on it is unknown (${reason.witness}): ${reason.why}`;
    case "not-looked-at-closely":
      return `the last look at it alone is missing: ${reason.why}`;
    case "on-disk":
      return `it is on the disk of ${reason.manager}, of section ${reason.section}, which is loaded`;
    case "in-flight":
      return `docker-machine on ${reason.manager} is working on it`;
    case "in-use":
      return `it is in use by ${reason.by}`;
    case "job-container":
      return `${reason.containers} job containers run on it`;
    case "job-trace":
      return "a running job names it";
    case "directory-broken":
      return `its directory on ${reason.manager} has no config.json, so its manager can neither use nor remove it`;
    case "section-not-loaded":
      return `it is on the disk of ${reason.manager}, of section ${reason.template}, which the runner doesn't have`;
    case "on-no-disk":
      return `it is on the disk of none of the ${reason.managersRead} managers that were read`;
    case "manager-ended":
      return `its manager ${reason.manager} has ended, which is proven`;
    case "group-abandoned":
      return `every manager has ended, which is proven, and nobody else sizes its Auto Scaling group ${reason.group}`;
    case "no-instance":
      return "there is no instance for it";
    case "request-open":
      return "the request is open and no manager waits for it";
    case "unattached":
      return "it is attached to nothing";
    case "manager-row-stale":
      return "no manager has this system id any more";
  }
}

/** A hold as a clause for a person. */
export function holdText(hold: Hold): string {
  switch (hold.code) {
    case "report-mode":
      return "garbageCollection.mode is report";
    case "not-condemned":
      return `the fresh look says ${hold.verdict}`;
    case "look-stale":
      return `the look is ${durationText(hold.age)} old`;
    case "look-before-mark":
      return "the look isn't newer than the mark";
    case "unmarked":
      return "it carries no mark";
    case "mark-of-another":
      return `the mark is of something made at ${timeText(hold.born)}`;
    case "mark-broken":
      return `a look at ${timeText(hold.at)} couldn't tell: its sightings start over`;
    case "spoken-for":
      return `a look at ${timeText(hold.at)} said ${hold.verdict}: its sightings start over`;
    case "sightings":
      return `it was seen so ${hold.have} times in a row, ${hold.need} are needed`;
    case "grace":
      return `the grace period has ${durationText(hold.remaining)} to go`;
    case "tag-missing":
      return "the mark's tag isn't on it";
    case "fuse-blown":
      return `the fuse is blown (${hold.condemned} of ${hold.fleet} machines): approve it by name`;
    case "after":
      return `every ${hold.sort} goes first`;
    case "per-run-maximum":
      return `this run deletes ${hold.maximum} at most`;
  }
}
