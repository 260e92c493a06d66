import type { Fleet } from "../../desired/fleet.ts";
import type { BackupPlace } from "./host-requests.ts";
import type { WantedGitLab } from "./upgrade-path.ts";
import { wantedGitLab } from "./wanted.ts";

export const kind = "gitlab";

export type VersionDesired = {
  readonly type: "version";
  readonly wanted: WantedGitLab;
  /** Missing: there are no backups, and so no upgrades. */
  readonly backups?: BackupsWanted;
};

export type BackupsDesired = { readonly type: "backups" } & BackupsWanted;

export type BackupsWanted = {
  readonly place: BackupPlace;
  readonly owner?: string;
  readonly skip: readonly string[];
  readonly schedule: string;
  /** IANA name, of the clock that the schedule goes by. */
  readonly timeZone: string;
  /** Milliseconds. */
  readonly maxAge: number;
};

export type GitLabDesired = VersionDesired | BackupsDesired;

export function gitlabDesired(fleet: Fleet): ReadonlyMap<string, GitLabDesired> {
  const wanted = wantedGitLab(fleet);
  if (wanted === undefined) return new Map();
  const backups = backupsWanted(fleet);
  const version: VersionDesired = { type: "version", wanted, ...(backups === undefined ? {} : { backups }) };
  if (backups === undefined) return new Map([["version", version]]);
  return new Map<string, GitLabDesired>([
    ["version", version],
    ["backups", { type: "backups", ...backups }],
  ]);
}

export function backupsWanted(fleet: Fleet): BackupsWanted | undefined {
  const { accountId, host } = fleet.spec;
  if (host?.backups === undefined) return undefined;
  const { bucket, prefix, skip, schedule, maxAge } = host.backups;
  return {
    place: { bucket, prefix, fleet: fleet.metadata.name },
    ...(accountId === undefined ? {} : { owner: accountId }),
    skip,
    schedule,
    timeZone: host.timeZone,
    maxAge,
  };
}
