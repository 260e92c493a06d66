import type { BackupReader } from "../../shared/aws/backups-port.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { age } from "../../shared/report/age.ts";
import type { BackupManifest } from "../../shared/resources/gitlab/backup-manifest.ts";
import { readBackup } from "../../shared/resources/gitlab/backups.ts";
import type { BackupsWanted } from "../../shared/resources/gitlab/desired.ts";
import { checkGitLabRequest, readGitLabCheck, restoreRequest } from "../../shared/resources/gitlab/host-requests.ts";
import { restoreRefusals, restoreRefusalText } from "../../shared/resources/gitlab/restore-check.ts";
import { backedUpFleet, backupsOf } from "../backups.ts";
import { findHost, type HostOptions, type HostSession, noLease, onHost } from "../host-session.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import { rehearse } from "../rehearsal.ts";
import { refused } from "../snapshot-restore.ts";
import { fleetOf } from "../state.ts";
import { restoreSnapshot } from "./restore-snapshot.ts";

interface Options extends HostOptions {
  readonly backup?: string;
  readonly snapshot?: string;
  readonly approve?: string;
  readonly overwrite?: boolean;
  readonly rehearse?: boolean;
}

type BackupOptions = Omit<Options, "snapshot"> & { readonly backup: string };

/** Milliseconds between two looks at a GitLab that is starting. */
const pause = 15_000;

/**
 * `restore --backup ID`: onto the fleet's host, which must be fresh and of the same version and edition. Everything that
 * speaks against it is told before anything is touched. May be repeated: it goes on where it was broken off.
 */
export async function run(io: Io, _: readonly string[], { backup, snapshot, ...options }: Options): Promise<number> {
  if (snapshot !== undefined) return restoreSnapshot(io, { ...options, snapshot });
  if (backup !== undefined) return restoreBackup(io, { ...options, backup });
  throw new Failure({
    code: "InvalidArgument",
    class: "terminal",
    message: "restore takes --backup ID or --snapshot ID; fleetkeeper backups lists both",
  });
}

async function restoreBackup(io: Io, options: BackupOptions): Promise<number> {
  if (options.rehearse === true) return runRehearsal(io, options);
  const session = await findHost(io, options);
  const wanted = await backupsOf(session);
  const manifest = await manifestOf(session.reconciler.engine.readers.backups, wanted, options.backup);
  const reasons = await whyNot(session, manifest, wanted, options.overwrite === true);
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

async function manifestOf(reader: BackupReader, wanted: BackupsWanted, id: string): Promise<BackupManifest> {
  const manifest = await readBackup(reader, wanted, id);
  if (manifest === undefined) throw refused([`there is no backup ${id}: fleetkeeper backups lists them`]);
  if ("why" in manifest) throw refused([manifest.why]);
  return manifest;
}

/** `--rehearse`: whether the backup brings a GitLab back, on a host that is made for this and removed. Needs no living host. */
async function runRehearsal(io: Io, options: BackupOptions): Promise<number> {
  const reconciler = await reconcilerOf(io, options, undefined, { emit: () => undefined });
  const fleet = await fleetOf(reconciler.store, options.fleet);
  const { file, wanted } = await backedUpFleet({ fleet, reconciler });
  const { readers } = reconciler.engine;
  const manifest = await manifestOf(readers.backups, wanted, options.backup);
  const target = { version: manifest.gitlab.version, edition: manifest.gitlab.edition, fresh: true };
  const found = await partsOf(readers.backups, manifest, wanted);
  const reasons = restoreRefusals({ manifest, found, target, fleet }).map(restoreRefusalText);
  if (reasons.length > 0) throw refused(reasons);
  const session = { io, fleet: file, readers, writers: reconciler.engine.writers(noLease) };
  const report = await rehearse(session, manifest, wanted.place);
  const { projects, users, took, instance, removed } = report;
  const left = removed.length === 0 ? "" : `; removed first, of an earlier rehearsal: ${removed.join(", ")}`;
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, ...report }, null, 2)}\n`
      : `${manifest.id} can be restored: GitLab ${manifest.gitlab.version}-${manifest.gitlab.edition} came up in ${age(took)} with ${projects} projects and ${users} users, and can decrypt its data. ${instance} is removed${left}.\n`,
  );
  return 0;
}

/** By the bucket's listing: what a backup holds may only its host read. */
async function partsOf(reader: BackupReader, { parts }: BackupManifest, { place, owner }: BackupsWanted) {
  const find = async (key: string) =>
    (await reader.objects(place.bucket, key, owner))?.find((object) => object.key === key);
  const [data, configuration] = await Promise.all([find(parts.data.key), find(parts.configuration.key)]);
  return { data, configuration };
}

async function whyNot(
  { reconciler, instanceId, fleet }: HostSession,
  manifest: BackupManifest,
  wanted: BackupsWanted,
  overwrite: boolean,
): Promise<readonly string[]> {
  const { commands, backups } = reconciler.engine.readers;
  const [answer, found] = await Promise.all([
    commands.ask(instanceId, checkGitLabRequest([])),
    partsOf(backups, manifest, wanted),
  ]);
  const check =
    answer.state === "done" ? readGitLabCheck(answer.result) : { why: "the host could not be asked about its GitLab" };
  if ("why" in check) return [check.why];
  if (check.version === null || check.edition === null)
    return ["GitLab doesn't run on the host: a restore needs one that is ready"];
  // One that was broken off goes on: what the host holds is then neither fresh nor anybody's.
  if (check.restoring === manifest.id) return [];
  if (check.restoring !== null) return [`the restore of ${check.restoring} is not finished on this host`];
  return restoreRefusals({
    manifest,
    found,
    target: {
      version: check.version,
      edition: check.edition,
      fresh: check.projects === 0 && check.users !== null && check.users <= 1,
    },
    fleet,
    overwrite,
  }).map(restoreRefusalText);
}
