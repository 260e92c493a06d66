import type { BackupReader } from "../../aws/backups-port.ts";
import { type BackupManifest, backupsPrefix, isWhole, manifestKey, readManifest } from "./backup-manifest.ts";
import type { BackupsWanted } from "./desired.ts";

/** Folders whose manifest is missing or broken are no backups; more than so many of them at the end are not looked behind. */
const looks = 10;

/** The newest backup that a restore would take; undefined: none. Newest first, and no more manifests than needed. */
export async function newestBackup(reader: BackupReader, wanted: BackupsWanted): Promise<BackupManifest | undefined> {
  const { bucket, prefix, fleet } = wanted.place;
  const ids = (await reader.folders(bucket, backupsPrefix(prefix, fleet), wanted.owner)) ?? [];
  for (const id of [...ids].reverse().slice(0, looks)) {
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
  const { bucket, prefix, fleet } = wanted.place;
  const ids = (await reader.folders(bucket, backupsPrefix(prefix, fleet), wanted.owner)) ?? [];
  return Promise.all(
    [...ids].reverse().map(async (id) => {
      const manifest = await readBackup(reader, wanted, id);
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
