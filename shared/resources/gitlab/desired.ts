import type { Fleet } from "../../desired/fleet.ts";
import { displayName } from "../../desired/names.ts";
import { markOf, nameTag, type Tags, tagsOf } from "../common/tags.ts";
import type { BackupPlace } from "./host-requests.ts";
import type { WantedGitLab } from "./upgrade-path.ts";
import { wantedGitLab } from "./wanted.ts";

export const kind = "gitlab";
const snapshotsName = "snapshots";

export type VersionDesired = {
  readonly type: "version";
  readonly wanted: WantedGitLab;
  /** Missing: there are no backups, and so no upgrades. */
  readonly backups?: BackupsWanted;
};

export type BackupsDesired = { readonly type: "backups" } & BackupsWanted;

/** What is kept of backups. */
export type Retention = { readonly days: number; readonly minimum: number };

export type RetentionDesired = { readonly type: "retention" } & BackupsWanted;

/** Snapshots of the data volume, one with each backup. */
export type SnapshotsDesired = {
  readonly type: "snapshots";
  readonly keep: number;
  readonly backups: BackupsWanted;
  /** Of every snapshot of the fleet, and by which they are found. */
  readonly mark: Tags;
  readonly tags: Tags;
};

export type BackupsWanted = {
  readonly retention: Retention;
  /** Whether a snapshot of the data volume goes with each. */
  readonly snapshots: boolean;
  readonly place: BackupPlace;
  readonly owner?: string;
  readonly skip: readonly string[];
  readonly schedule: string;
  /** IANA name, of the clock that the schedule goes by. */
  readonly timeZone: string;
  /** Milliseconds. */
  readonly maxAge: number;
};

/** What GitLab serves with, where its host ends TLS. */
export type CertificateDesired = {
  readonly type: "certificate";
  /** Below the data volume. */
  readonly path: string;
  readonly from: "LetsEncrypt" | "Secret";
};

export type GitLabDesired = VersionDesired | BackupsDesired | RetentionDesired | SnapshotsDesired | CertificateDesired;

export function gitlabDesired(fleet: Fleet): ReadonlyMap<string, GitLabDesired> {
  const wanted = wantedGitLab(fleet);
  if (wanted === undefined) return new Map();
  const backups = backupsWanted(fleet);
  const version: VersionDesired = { type: "version", wanted, ...(backups === undefined ? {} : { backups }) };
  const first: readonly [string, GitLabDesired][] = [["version", version], ...certificateDesired(fleet)];
  if (backups === undefined) return new Map(first);
  return new Map<string, GitLabDesired>([
    ...first,
    ["backups", { type: "backups", ...backups }],
    ["retention", { type: "retention", ...backups }],
    ...snapshotsDesired(fleet, backups),
  ]);
}

function certificateDesired({ spec: { host } }: Fleet): readonly [string, CertificateDesired][] {
  if (host === undefined || host.tls.type === "None") return [];
  const from = host.tls.type;
  // Omnibus keeps Let's Encrypt's under the name of external_url.
  const { hostname } = new URL(host.externalUrl);
  const path = from === "Secret" ? "stack/gitlab/tls.crt" : `gitlab/config/ssl/${hostname}.crt`;
  return [["certificate", { type: "certificate", path, from }]];
}

function snapshotsDesired(fleet: Fleet, backups: BackupsWanted): readonly [string, SnapshotsDesired][] {
  const wanted = fleet.spec.host?.backups?.snapshots;
  if (wanted === undefined || !wanted.enabled) return [];
  const name = snapshotsName;
  return [
    [
      name,
      {
        type: name,
        keep: wanted.keep,
        backups,
        mark: snapshotMark(fleet),
        tags: { Name: displayName(fleet.metadata.name, "data"), ...tagsOf(fleet, kind, name) },
      },
    ],
  ];
}

/** By which every snapshot of the fleet's data volume is found, whatever its file says now. */
export function snapshotMark(fleet: Fleet): Tags {
  return { ...markOf(fleet, kind), [nameTag]: snapshotsName };
}

export function backupsWanted(fleet: Fleet): BackupsWanted | undefined {
  const { accountId, host } = fleet.spec;
  if (host?.backups === undefined) return undefined;
  const { bucket, prefix, skip, schedule, maxAge, retention, snapshots } = host.backups;
  return {
    retention: { days: retention.days, minimum: retention.minimum },
    snapshots: snapshots.enabled,
    place: { bucket, prefix, fleet: fleet.metadata.name },
    ...(accountId === undefined ? {} : { owner: accountId }),
    skip,
    schedule,
    timeZone: host.timeZone,
    maxAge,
  };
}
