import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { Verdict } from "../../engine/condition.ts";
import type { Health, Kind } from "../../engine/kind.ts";
import type { Observation } from "../../engine/observation.ts";
import { applyVersion, backUp } from "./apply.ts";
import { tellsOfCertificate } from "./certificate.ts";
import { type GitLabDesired, gitlabDesired, kind } from "./desired.ts";
import { diffBackups, diffRetention, diffVersion } from "./diff.ts";
import { observeGitLab } from "./observe.ts";
import { applySnapshots, diffSnapshots } from "./snapshots.ts";
import type { GitLabState } from "./state.ts";

type GitLabReaders = Pick<Readers, "commands" | "backups" | "snapshots">;
type GitLabWriters = Pick<Writers, "commands" | "backups" | "snapshots">;

/** GitLab's version, its way there, and its backups: docs/upgrades-and-backups.md. */
export const gitlabKind: Kind<Fleet, GitLabReaders, GitLabWriters, GitLabDesired, GitLabState> = {
  kind,
  after: ["stack", "backup-bucket"],
  observeAfter: ["host"],
  desired: gitlabDesired,
  observe: ({ fleet, readers, inventory, operations, only, outputs, now }) =>
    observeGitLab({ readers, desired: gitlabDesired(fleet), inventory, operations, only, outputs, now }),
  diff({ name, desired, observed }) {
    const target = { kind, name };
    switch (desired?.type) {
      case undefined:
        return [];
      case "version":
        return diffVersion(target, of("version", observed), desired);
      case "backups":
        return diffBackups(target, of("backups", observed), desired);
      case "retention":
        return diffRetention(target, of("retention", observed), desired);
      case "snapshots":
        return diffSnapshots(target, of("snapshots", observed), desired);
      case "certificate":
        return [];
    }
  },
  async apply({ action, desired, observed, outputs, writers, now }) {
    const sending = { commands: writers.commands, outputs, now };
    const paths = action.changes.map(({ path }) => path);
    switch (desired?.type) {
      case undefined:
        return { state: "done" };
      case "version": {
        const version = of("version", observed);
        return version === undefined ? { state: "done" } : applyVersion(sending, desired, version);
      }
      case "backups":
        return backUp(sending, desired, "scheduled");
      case "retention": {
        const { bucket } = desired.place;
        const seen = of("retention", observed);
        for (const { id, keys } of seen?.expired ?? []) {
          if (paths.includes(`expired[${id}]`)) await writers.backups.remove(bucket, keys, desired.owner);
        }
        for (const { id, keys } of seen?.broken ?? []) {
          if (paths.includes(`broken[${id}]`)) await writers.backups.remove(bucket, keys, desired.owner);
        }
        return { state: "done" };
      }
      case "snapshots": {
        const seen = of("snapshots", observed);
        if (seen === undefined) return { state: "done" };
        return applySnapshots({ snapshots: writers.snapshots, outputs }, desired, seen, paths);
      }
      case "certificate":
        return { state: "done" };
    }
  },
  outputs: (_name, observed) =>
    observed.type === "version" ? { version: observed.running, edition: observed.edition } : {},
  fingerprinted(_name, observed) {
    switch (observed.type) {
      case "backups":
        return { newest: observed.newest, dueSince: observed.dueSince };
      case "version": {
        const { ready: _ready, check, ...rest } = observed;
        return check === null ? rest : { ...rest, postgresql: check.postgresql, pulled: check.pulled };
      }
      case "retention":
        return observed;
      case "snapshots":
        return { due: observed.due, expired: observed.expired };
      case "certificate":
        return observed;
    }
  },
  health: (_name, observed) => health(observed),
  tells,
};

function tells(name: string, observation: Observation<GitLabState>): readonly Verdict[] {
  if (observation.state === "unknown") {
    const reason = name === "backups" ? "BackupUnknown" : name === "certificate" ? "CertificateUnknown" : undefined;
    return reason === undefined ? [] : [{ reason, message: observation.why }];
  }
  if (observation.state === "absent") return [];
  const { value } = observation;
  if (value.type === "certificate") return [tellsOfCertificate(value)];
  if (value.type !== "backups") return [];
  const { newest, tooOld } = value;
  const message = newest === null ? "there is no backup yet" : `the newest good backup is ${newest.id}`;
  return [{ reason: tooOld ? "BackupOverdue" : "BackupFresh", message }];
}

function of<Type extends GitLabState["type"]>(
  type: Type,
  observed: GitLabState | undefined,
): Extract<GitLabState, { type: Type }> | undefined {
  return observed?.type === type ? (observed as Extract<GitLabState, { type: Type }>) : undefined;
}

function health(observed: GitLabState): Health {
  switch (observed.type) {
    case "version":
      if (observed.restoring) return { status: "Degraded", message: "a restore was begun and isn't finished" };
      return observed.ready ? { status: "Healthy" } : { status: "Progressing", message: "GitLab isn't ready" };
    case "backups": {
      if (!observed.tooOld) return { status: "Healthy" };
      const { newest } = observed;
      return {
        status: "Degraded",
        message: newest === null ? "there is no backup" : `the newest backup, ${newest.id}, is older than it may be`,
      };
    }
    case "certificate":
      return observed.ending
        ? { status: "Degraded", message: tellsOfCertificate(observed).message }
        : { status: "Healthy" };
    case "retention":
    case "snapshots":
      return { status: "Healthy" };
  }
}
