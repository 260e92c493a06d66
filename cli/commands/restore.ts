import { Failure } from "../../shared/engine/failure.ts";
import type { BackupManifest } from "../../shared/resources/gitlab/backup-manifest.ts";
import { readBackup } from "../../shared/resources/gitlab/backups.ts";
import { checkGitLabRequest, readGitLabCheck, restoreRequest } from "../../shared/resources/gitlab/host-requests.ts";
import { restoreRefusals, restoreRefusalText } from "../../shared/resources/gitlab/restore-check.ts";
import { backupsOf } from "../backups.ts";
import { findHost, type HostOptions, type HostSession, onHost } from "../host-session.ts";
import type { Io } from "../io.ts";

interface Options extends HostOptions {
  readonly backup: string;
  readonly overwrite?: boolean;
}

/** Milliseconds between two looks at a GitLab that is starting. */
const pause = 15_000;

/**
 * `restore --backup ID`: onto the fleet's host, which must be fresh and of the same version and edition. Everything that
 * speaks against it is told before anything is touched. May be repeated: it goes on where it was broken off.
 */
export async function run(io: Io, _: readonly string[], options: Options): Promise<number> {
  const session = await findHost(io, options);
  const wanted = await backupsOf(session);
  const manifest = await readBackup(session.reconciler.engine.readers.backups, wanted, options.backup);
  if (manifest === undefined) throw refused([`there is no backup ${options.backup}: fleetkeeper backups lists them`]);
  if ("why" in manifest) throw refused([manifest.why]);
  const reasons = await whyNot(session, manifest, wanted.place.bucket, wanted.owner, options.overwrite === true);
  if (reasons.length > 0) throw refused(reasons);
  const request = restoreRequest(manifest, wanted.place, options.overwrite === true);
  const result = await onHost(session, async (send) => {
    for (;;) {
      const answer = await send(request);
      if (answer["state"] === "restored") return answer;
      io.stderr.write("the data is back; GitLab is starting\n");
      await io.sleep(pause);
      if (io.interrupted.aborted) {
        throw new Failure({
          code: "Interrupted",
          class: "retry",
          message: "interrupted while GitLab was starting",
          hint: "Repeat the command: it looks whether all is well.",
        });
      }
    }
  });
  const { projects, users } = result;
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, backup: manifest.id, projects: projects ?? null, users: users ?? null })}\n`
      : `restored ${manifest.id}: ${String(projects)} projects, ${String(users)} users; GitLab is ready and can decrypt its data\n`,
  );
  return 0;
}

async function whyNot(
  { reconciler, instanceId, fleet }: HostSession,
  manifest: BackupManifest,
  bucket: string,
  owner: string | undefined,
  overwrite: boolean,
): Promise<readonly string[]> {
  const { commands, backups } = reconciler.engine.readers;
  const { data, configuration } = manifest.parts;
  const [answer, dataSize, configurationSize] = await Promise.all([
    commands.ask(instanceId, checkGitLabRequest([])),
    backups.size(bucket, data.key, owner),
    backups.size(bucket, configuration.key, owner),
  ]);
  const check =
    answer.state === "done" ? readGitLabCheck(answer.result) : { why: "the host could not be asked about its GitLab" };
  if ("why" in check) return [check.why];
  if (check.version === null || check.edition === null)
    return ["GitLab doesn't run on the host: a restore needs one that is ready"];
  // One that was broken off goes on: what the host holds is then neither fresh nor anybody's.
  if (check.restoring === manifest.id) return [];
  if (check.restoring !== null) return [`the restore of ${check.restoring} is not finished on this host`];
  const size = (sizeBytes: number | undefined) => (sizeBytes === undefined ? undefined : { sizeBytes });
  return restoreRefusals({
    manifest,
    found: { data: size(dataSize), configuration: size(configurationSize) },
    target: {
      version: check.version,
      edition: check.edition,
      fresh: check.projects === 0 && check.users !== null && check.users <= 1,
    },
    fleet,
    overwrite,
  }).map(restoreRefusalText);
}

function refused(reasons: readonly string[]): Failure {
  return new Failure({
    code: "RestoreRefused",
    class: "terminal",
    message: `nothing was touched: ${reasons.join("; ")}`,
  });
}
