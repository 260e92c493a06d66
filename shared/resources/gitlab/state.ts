import type { GitLabEdition } from "../../desired/gitlab-version.ts";

/** What was asked of GitLab for an upgrade; null: could not be told. */
export type UpgradeCheck = {
  readonly postgresql: number | null;
  readonly unfinished: number | null;
  readonly failed: number | null;
  readonly names: readonly string[];
  readonly pulled: readonly string[];
  readonly busy: boolean;
};

export type VersionState = {
  readonly type: "version";
  readonly running: string;
  readonly edition: GitLabEdition;
  /** Whether `/-/readiness` is 200. */
  readonly ready: boolean;
  /** Whether a restore of this host has been begun and not finished. */
  readonly restoring: boolean;
  /** Null where GitLab is as wanted: nothing is asked then. */
  readonly check: UpgradeCheck | null;
  /** The backup of just this version that is new enough for a step; null: there is none. */
  readonly backup: string | null;
  /** Whether the data volume has a snapshot with it, where the file wants one; null: it wants none. */
  readonly snapshot: boolean | null;
};

export type BackupsState = {
  readonly type: "backups";
  /** Whether GitLab runs, is ready and whole: only then it can be backed up. */
  readonly ready: boolean;
  readonly newest: { readonly id: string; readonly createdAt: number } | null;
  /** Epoch milliseconds: the scheduled backup that wasn't made. */
  readonly dueSince: number | null;
  readonly tooOld: boolean;
};

/** What is kept longer than the file asks for. */
export type RetentionState = {
  readonly type: "retention";
  /** Backups that were broken off a while ago. */
  readonly broken: RetentionState["expired"];
  readonly expired: readonly { readonly id: string; readonly createdAt: number; readonly keys: readonly string[] }[];
};

export type SnapshotsState = {
  readonly type: "snapshots";
  readonly volumeId: string | null;
  /** Whether the data volume is; null: could not be told. */
  readonly encrypted: boolean | null;
  /** The newest good backup, where the data volume has no snapshot with it. */
  readonly due: { readonly backup: string; readonly gitlab: string } | null;
  readonly expired: readonly { readonly id: string; readonly startedAt: number }[];
  /** Epoch milliseconds; null: there is no complete one. */
  readonly newestAt: number | null;
};

/** What GitLab serves with. */
export type CertificateState = {
  readonly type: "certificate";
  /** Epoch milliseconds; null: it can't be read. */
  readonly notAfter: number | null;
  /** Whether it should have been replaced by now. */
  readonly ending: boolean;
};

export type GitLabState = VersionState | BackupsState | RetentionState | SnapshotsState | CertificateState;
