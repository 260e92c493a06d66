import type { Fleet } from "../../desired/fleet.ts";
import type { WantedGitLab } from "./upgrade-path.ts";

/** What a fleet's file asks of GitLab's version; undefined where it has no host. */
export function wantedGitLab(fleet: Fleet): WantedGitLab | undefined {
  const host = fleet.spec.host;
  if (host === undefined) return undefined;
  const { version, edition, upgradePath, omnibus, omnibusSecrets } = host.gitlab;
  return { version, edition, upgradePath, omnibus, omnibusSecrets, backups: host.backups !== undefined };
}
