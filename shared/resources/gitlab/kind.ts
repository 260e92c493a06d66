import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { Kind } from "../../engine/kind.ts";
import { applyVersion, backUp } from "./apply.ts";
import { type GitLabDesired, gitlabDesired, kind } from "./desired.ts";
import { diffBackups, diffVersion } from "./diff.ts";
import { observeGitLab } from "./observe.ts";
import type { GitLabState } from "./state.ts";

type GitLabReaders = Pick<Readers, "commands" | "backups">;
type GitLabWriters = Pick<Writers, "commands">;

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
    if (desired?.type === "version")
      return diffVersion(target, observed?.type === "version" ? observed : undefined, desired);
    if (desired?.type === "backups")
      return diffBackups(target, observed?.type === "backups" ? observed : undefined, desired);
    return [];
  },
  async apply({ desired, observed, outputs, writers, now }) {
    const sending = { commands: writers.commands, outputs, now };
    if (desired?.type === "version" && observed?.type === "version") return applyVersion(sending, desired, observed);
    if (desired?.type === "backups") return backUp(sending, desired, "scheduled");
    return { state: "done" };
  },
  outputs: (_name, observed) =>
    observed.type === "version" ? { version: observed.running, edition: observed.edition } : {},
  fingerprinted(_name, observed) {
    if (observed.type === "backups") return { newest: observed.newest, dueSince: observed.dueSince };
    const { ready: _ready, check, ...rest } = observed;
    return check === null ? rest : { ...rest, postgresql: check.postgresql, pulled: check.pulled };
  },
  health(_name, observed) {
    if (observed.type === "version") {
      if (observed.restoring) return { status: "Degraded", message: "a restore was begun and isn't finished" };
      return observed.ready ? { status: "Healthy" } : { status: "Progressing", message: "GitLab isn't ready" };
    }
    if (!observed.tooOld) return { status: "Healthy" };
    const { newest } = observed;
    return {
      status: "Degraded",
      message: newest === null ? "there is no backup" : `the newest backup, ${newest.id}, is older than it may be`,
    };
  },
};
