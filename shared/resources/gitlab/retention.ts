import type { BackupReader } from "../../aws/backups-port.ts";
import { type BackupManifest, backupsPrefix, backupTime, manifestKey, partFiles } from "./backup-manifest.ts";
import { type BackupFolder, readBackup } from "./backups.ts";
import type { BackupsWanted, Retention } from "./desired.ts";

/** Deleted by one run, at most: what is wrong with a clock or a file is seen before all is gone. */
export const perRun = 5;

const day = 86_400_000;

/**
 * Backups that may go, oldest first: older than `days`, beyond the `minimum` newest, and never the newest good one, for
 * which nothing stands in. Without a good one nothing goes.
 * @param folders finished ones @param now epoch milliseconds
 */
export function expiredBackups(
  folders: readonly string[],
  newestGood: string | undefined,
  retention: Retention,
  now: number,
): readonly string[] {
  if (newestGood === undefined) return [];
  const newestFirst = [...new Set(folders)].sort().reverse();
  return newestFirst
    .slice(retention.minimum)
    .filter((id) => {
      const at = backupTime(id);
      // Also never what is newer than the newest good one: somebody may want to know why it isn't good.
      return id < newestGood && at !== undefined && now - at > retention.days * day;
    })
    .reverse();
}

/** A set of which every object is known by name. */
export type ExpiredBackup = {
  readonly id: string;
  readonly createdAt: number;
  /** Parts first, the manifest last: what is broken off is found again. */
  readonly keys: readonly string[];
};

/** Milliseconds after which no backup is still being made: the host ends one after twelve hours. */
const brokenAfter = 7 * day;

/**
 * Folders without a manifest: backups that were broken off, oldest first, the first few. Older than a week, older than the
 * newest good one, and with nothing in them but what a backup writes.
 * @param root ends with a slash
 */
export function brokenBackups(
  folders: readonly BackupFolder[],
  newestGood: string | undefined,
  root: string,
  now: number,
): readonly ExpiredBackup[] {
  if (newestGood === undefined) return [];
  const broken = folders.flatMap(({ id, finished, keys }): readonly ExpiredBackup[] => {
    const createdAt = backupTime(id);
    const old = createdAt !== undefined && now - createdAt > brokenAfter && id < newestGood;
    const own = keys.every((key) => partFiles.some((name) => key === `${root}${id}/${name}`));
    return finished || !old || !own ? [] : [{ id, createdAt, keys }];
  });
  return broken.sort((a, b) => a.createdAt - b.createdAt).slice(0, perRun);
}

/** Those of them that are whole sets by their own manifests, with the keys that these name; the first few. */
export async function readExpired(
  reader: BackupReader,
  wanted: BackupsWanted,
  folders: readonly BackupFolder[],
  newest: BackupManifest | undefined,
  now: number,
): Promise<readonly ExpiredBackup[]> {
  const finished = folders.filter((one) => one.finished).map(({ id }) => id);
  const expired = expiredBackups(finished, newest?.id, wanted.retention, now).slice(0, perRun);
  const sets = await Promise.all(
    expired.map(async (id) => {
      const manifest = await readBackup(reader, wanted, id);
      return manifest === undefined || "why" in manifest ? undefined : setOf(manifest, wanted, now);
    }),
  );
  return sets.filter((set) => set !== undefined);
}

/** Undefined where the manifest names what isn't its own, or is younger than its name says. */
export function setOf(manifest: BackupManifest, wanted: BackupsWanted, now: number): ExpiredBackup | undefined {
  const { prefix, fleet } = wanted.place;
  const folder = `${backupsPrefix(prefix, fleet)}${manifest.id}/`;
  const parts = [manifest.parts.data.key, manifest.parts.configuration.key];
  if (!parts.every((key) => key.startsWith(folder) && !key.slice(folder.length).includes("/"))) return undefined;
  if (now - manifest.createdAt <= wanted.retention.days * day) return undefined;
  return { id: manifest.id, createdAt: manifest.createdAt, keys: [...parts, manifestKey(prefix, fleet, manifest.id)] };
}
