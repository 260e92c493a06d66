import type { BackupReader, StoredObject } from "../../aws/backups-port.ts";
import {
  type BackupManifest,
  backupsPrefix,
  backupTime,
  isWhole,
  manifestKey,
  readManifest,
} from "./backup-manifest.ts";
import type { BackupsWanted } from "./desired.ts";

/** Manifests that are broken are no backups; more than so many of them at the end are not looked behind. */
const looks = 10;

/** A folder of the bucket by what lies in it. Whether it is a backup, its manifest says. */
export interface BackupFolder {
  readonly id: string;
  readonly finished: boolean;
  /** Of every object in it, in full, sorted. */
  readonly keys: readonly string[];
}

/** Every folder with a backup's name, oldest first. What else lies in the bucket is nobody's backup. */
export async function backupFolders(reader: BackupReader, wanted: BackupsWanted): Promise<readonly BackupFolder[]> {
  const { bucket, prefix, fleet } = wanted.place;
  const root = backupsPrefix(prefix, fleet);
  const objects = (await reader.objects(bucket, root, wanted.owner)) ?? [];
  return foldersOf(objects, root);
}

/** @param root ends with a slash */
export function foldersOf(objects: readonly StoredObject[], root: string): readonly BackupFolder[] {
  const folders = new Map<string, { finished: boolean; readonly keys: string[] }>();
  for (const { key } of objects) {
    const [id = "", name, ...deeper] = key.slice(root.length).split("/");
    if (!key.startsWith(root) || name === undefined || backupTime(id) === undefined) continue;
    const folder = folders.get(id) ?? { finished: false, keys: [] };
    folder.finished ||= name === "manifest.json" && deeper.length === 0;
    folder.keys.push(key);
    folders.set(id, folder);
  }
  return [...folders]
    .map(([id, { finished, keys }]) => ({ id, finished, keys: keys.sort() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The newest backup that a restore would take; undefined: none. Newest first, and no more manifests than needed. */
export async function newestBackup(
  reader: BackupReader,
  wanted: BackupsWanted,
  folders: readonly BackupFolder[],
): Promise<BackupManifest | undefined> {
  const finished = folders.filter((one) => one.finished).reverse();
  for (const { id } of finished.slice(0, looks)) {
    const manifest = await readBackup(reader, wanted, id);
    if (manifest !== undefined && !("why" in manifest) && isWhole(manifest)) return manifest;
  }
  return undefined;
}

export interface ListedBackup {
  readonly id: string;
  readonly manifest: BackupManifest | { readonly why: string };
}

/** All of them, newest first: whole, partial and broken. */
export async function allBackups(reader: BackupReader, wanted: BackupsWanted): Promise<readonly ListedBackup[]> {
  const folders = await backupFolders(reader, wanted);
  return Promise.all(
    [...folders].reverse().map(async ({ id, finished }) => {
      const manifest = finished ? await readBackup(reader, wanted, id) : undefined;
      return { id, manifest: manifest ?? { why: "it has no manifest: it was never finished" } };
    }),
  );
}

export async function readBackup(
  reader: BackupReader,
  { place, owner }: BackupsWanted,
  id: string,
): Promise<BackupManifest | { readonly why: string } | undefined> {
  const text = await reader.text(place.bucket, manifestKey(place.prefix, place.fleet, id), owner);
  if (text === undefined) return undefined;
  const manifest = readManifest(text);
  if ("why" in manifest || (manifest.id === id && manifest.fleet === place.fleet)) return manifest;
  return { why: "its manifest is another backup's" };
}
