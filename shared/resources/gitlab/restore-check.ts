import type { GitLabEdition } from "../../desired/gitlab-version.ts";
import { type BackupManifest, type BackupPart, backupParts, isWhole } from "./backup-manifest.ts";

/** A part as it lies in the bucket; undefined: certainly not there. */
export type FoundPart = { readonly sizeBytes: number; readonly sha256?: string } | undefined;

export interface RestoreTarget {
  /** What runs on the host. */
  readonly version: string;
  readonly edition: GitLabEdition;
  /** Whether its GitLab holds nothing yet: no project and no user but root. */
  readonly fresh: boolean;
}

export type RestoreRefusal =
  | { readonly code: "PartMissing"; readonly part: BackupPart }
  | { readonly code: "PartTruncated"; readonly part: BackupPart; readonly expected: number; readonly found: number }
  | { readonly code: "PartAltered"; readonly part: BackupPart }
  | { readonly code: "NoSecretsFile" }
  | { readonly code: "PartsSkipped"; readonly skipped: readonly string[] }
  | { readonly code: "OtherVersion"; readonly backup: string; readonly host: string }
  | { readonly code: "OtherEdition"; readonly backup: GitLabEdition; readonly host: GitLabEdition }
  | { readonly code: "OtherFleet"; readonly fleet: string }
  | { readonly code: "NotFresh" };

export interface RestoreQuestion {
  readonly manifest: BackupManifest;
  readonly found: Readonly<Record<BackupPart, FoundPart>>;
  readonly target: RestoreTarget;
  readonly fleet: string;
  /** Into a host that holds data already, which is lost: a person said so. */
  readonly overwrite?: boolean;
}

/**
 * Every reason not to restore, before anything is touched; none: it may begin. GitLab restores only into exactly the
 * version and edition that was backed up (docs.gitlab.com/administration/backup_restore/restore_gitlab).
 */
export function restoreRefusals(question: RestoreQuestion): readonly RestoreRefusal[] {
  const { manifest, found, target, fleet } = question;
  const refusals = backupParts.flatMap((part) => partRefusal(part, manifest, found[part]));
  if (!manifest.secretsFile) refusals.push({ code: "NoSecretsFile" });
  else if (!isWhole(manifest)) refusals.push({ code: "PartsSkipped", skipped: manifest.skipped });
  if (manifest.gitlab.version !== target.version) {
    refusals.push({ code: "OtherVersion", backup: manifest.gitlab.version, host: target.version });
  }
  if (manifest.gitlab.edition !== target.edition) {
    refusals.push({ code: "OtherEdition", backup: manifest.gitlab.edition, host: target.edition });
  }
  if (manifest.fleet !== fleet) refusals.push({ code: "OtherFleet", fleet: manifest.fleet });
  if (!target.fresh && question.overwrite !== true) refusals.push({ code: "NotFresh" });
  return refusals;
}

function partRefusal(part: BackupPart, manifest: BackupManifest, found: FoundPart): RestoreRefusal[] {
  const expected = manifest.parts[part];
  if (found === undefined) return [{ code: "PartMissing", part }];
  if (found.sizeBytes !== expected.sizeBytes) {
    return [{ code: "PartTruncated", part, expected: expected.sizeBytes, found: found.sizeBytes }];
  }
  return found.sha256 !== undefined && found.sha256 !== expected.sha256 ? [{ code: "PartAltered", part }] : [];
}

/** For a person: what is wrong with the backup or the host, and what to do. */
export function restoreRefusalText(refusal: RestoreRefusal): string {
  switch (refusal.code) {
    case "PartMissing":
      return `the backup's ${refusal.part} is not in the bucket: look for an older version of the object, or take another backup`;
    case "PartTruncated":
      return `the backup's ${refusal.part} has ${refusal.found} of ${refusal.expected} bytes: take another backup`;
    case "PartAltered":
      return `the backup's ${refusal.part} isn't what was uploaded: take another backup`;
    case "NoSecretsFile":
      return "the backup has no gitlab-secrets.json, without which tokens, variables and two-factor logins can't be decrypted";
    case "PartsSkipped":
      return `the backup was made without ${refusal.skipped.join(", ")}`;
    case "OtherVersion":
      return `the backup is of GitLab ${refusal.backup} and ${refusal.host} runs: make a host of ${refusal.backup} first`;
    case "OtherEdition":
      return `the backup is of edition ${refusal.backup} and ${refusal.host} runs: make a host of that edition first`;
    case "OtherFleet":
      return `the backup is of fleet ${refusal.fleet}`;
    case "NotFresh":
      return "the host's GitLab holds projects or users, which a restore would wipe out: restore into a fresh host";
  }
}
