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

export type GitLabState = VersionState | BackupsState;
