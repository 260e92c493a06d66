import * as z from "zod/mini";

/** What a backup is made of. Without the configuration, and the secrets file in it, the data can't be decrypted. */
export const backupParts = ["data", "configuration"] as const;
export type BackupPart = (typeof backupParts)[number];

/** What the host calls them, in the backup's folder. The manifest comes last. */
export const partFiles: readonly string[] = backupParts.map((part) => `${part}.tar`);

const part = z.object({
  /** Full key in the bucket. */
  key: z.string(),
  sizeBytes: z.int().check(z.gte(0)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

/**
 * The last object that a backup writes, as `manifest.json` beside its parts: without it there is no backup. It holds no
 * secret and nothing that a secret could be guessed from: the digest of the configuration is of the whole archive, keys and all.
 */
export const backupManifestSchema = z.object({
  version: z.literal(1),
  /** Also the name of the folder: `20261124T013000Z-scheduled`. */
  id: z.string().check(z.regex(/^\d{8}T\d{6}Z-[a-z0-9][a-z0-9.-]{0,60}$/)),
  fleet: z.string(),
  /** Epoch milliseconds, by the host's clock, when it was begun. */
  createdAt: z.int(),
  gitlab: z.object({ version: z.string(), edition: z.enum(["ce", "ee"]) }),
  parts: z.object({ data: part, configuration: part }),
  /** Whether gitlab-secrets.json is in the configuration. */
  secretsFile: z.boolean(),
  /** What `gitlab-backup create` was told to leave out. */
  skipped: z.array(z.string()),
});

export type BackupManifest = z.infer<typeof backupManifestSchema>;

/** A manifest out of its text; a sentence where it isn't one that this version knows. */
export function readManifest(text: string): BackupManifest | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: "its manifest isn't JSON" };
  }
  const parsed = backupManifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return { why: `its manifest isn't of this version: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim() };
}

/** Where a fleet's backups are: one bucket may serve several fleets. Ends with a slash. */
export function backupsPrefix(prefix: string, fleet: string): string {
  return `${prefix}${fleet}/`;
}

export function manifestKey(prefix: string, fleet: string, id: string): string {
  return `${backupsPrefix(prefix, fleet)}${id}/manifest.json`;
}

/** @param at epoch milliseconds @param reason `scheduled`, `requested`, `before-17.3.7` */
export function backupId(at: number, reason: string): string {
  return `${new Date(at)
    .toISOString()
    .replace(/\.\d{3}/, "")
    .replaceAll(/[-:]/g, "")}-${reason}`;
}

/** Epoch milliseconds of a backup's id, undefined where it isn't one. */
export function backupTime(id: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[a-z0-9][a-z0-9.-]{0,60}$/.exec(id);
  if (found === null) return undefined;
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

/** What a backup must hold to bring a GitLab back. */
const essential: readonly string[] = ["db", "repositories"];

/** Whether everything is there that a restore needs. */
export function isWhole(manifest: BackupManifest): boolean {
  return manifest.secretsFile && !manifest.skipped.some((name) => essential.includes(name));
}
