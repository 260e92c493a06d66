import { backupId } from "../../shared/resources/gitlab/backup-manifest.ts";
import { backUpRequest } from "../../shared/resources/gitlab/host-requests.ts";
import { backupsOf } from "../backups.ts";
import { findHost, type HostOptions, onHost } from "../host-session.ts";
import type { Io } from "../io.ts";

/** `backup`: one now, whatever the schedule: GitLab's data, its secrets file and its configuration. Prints its id. */
export async function run(io: Io, _: readonly string[], options: HostOptions): Promise<number> {
  const session = await findHost(io, options);
  const wanted = await backupsOf(session);
  const id = backupId(io.now(), "requested");
  const { manifest } = await onHost(session, (send) => send(backUpRequest(wanted.place, id, wanted.skip)));
  io.stdout.write(options.output === "json" ? `${JSON.stringify(manifest ?? null, null, 2)}\n` : `${id}\n`);
  return 0;
}
