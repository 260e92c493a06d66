import type { BackupManifest } from "../../../shared/resources/gitlab/backup-manifest.ts";
import { backupId } from "../../../shared/resources/gitlab/backup-manifest.ts";

/** A good backup of that instant. */
export function manifest(createdAt: number, more: Partial<BackupManifest> = {}): BackupManifest {
  const id = backupId(createdAt, "scheduled");
  const part = (name: string, digit: string) => ({
    key: `gitlab/acme/${id}/${name}`,
    sizeBytes: 1000,
    sha256: digit.repeat(64),
  });
  return {
    version: 1,
    id,
    fleet: "acme",
    createdAt,
    gitlab: { version: "18.2.8", edition: "ee" },
    parts: { data: part("data.tar", "a"), configuration: part("configuration.tar", "b") },
    secretsFile: true,
    skipped: [],
    ...more,
  };
}
