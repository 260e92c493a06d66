import * as z from "zod/mini";
import type { Json } from "../../engine/json.ts";
import type { HostCommand, HostRecord } from "../common/host-command.ts";
import { type BackupManifest, backupsPrefix } from "./backup-manifest.ts";
import { gitLabImage, type UpgradeStep } from "./upgrade-step.ts";

/** Where a fleet's backups are. */
export type BackupPlace = {
  readonly bucket: string;
  /** As the file has it; the fleet's own folder follows. */
  readonly prefix: string;
  readonly fleet: string;
};

/** @param images of GitLab's, whose presence on the host matters */
export function checkGitLabRequest(images: readonly string[]): HostCommand {
  return { document: "check-gitlab", fenced: false, records: images.map((image): HostRecord => ["image", image]) };
}

const whole = z.nullable(z.int());

/** What check-gitlab answers; null: could not be told. */
export const gitLabCheckSchema = z.object({
  version: z.nullable(z.string()),
  edition: z.nullable(z.enum(["ce", "ee"])),
  readiness: z.int(),
  postgresql: whole,
  migrations: z.object({ unfinished: whole, failed: whole, names: z.nullable(z.array(z.string())) }),
  projects: whole,
  users: whole,
  pulled: z.array(z.string()),
  /** A backup, an upgrade or a restore is at work. */
  busy: z.boolean(),
  /** The backup that this host is half restored from. */
  restoring: z.nullable(z.string()),
});

export type GitLabCheck = z.infer<typeof gitLabCheckSchema>;

export function readGitLabCheck(result: Json): GitLabCheck | { readonly why: string } {
  const parsed = gitLabCheckSchema.safeParse(result);
  return parsed.success ? parsed.data : { why: "the host's answer about GitLab isn't of this version" };
}

/** Result: `{made, manifest}`; asked again for the same id it isn't made twice. @param skip as GitLab's SKIP has it */
export function backUpRequest(place: BackupPlace, id: string, skip: readonly string[]): HostCommand {
  const { bucket, prefix, fleet } = place;
  return {
    document: "back-up",
    records: [
      ["backup", id, bucket, backupsPrefix(prefix, fleet), fleet],
      ...skip.map((name): HostRecord => ["skip", name]),
    ],
  };
}

export function pullImageRequest(image: string): HostCommand {
  return { document: "pull-image", records: [["image", image]] };
}

/**
 * One step, whole. The host itself refuses it without the backup, with unfinished migrations, from another version than the
 * step begins at. Result of a version: `{started, arrived}`; of PostgreSQL: `{postgresql}`.
 */
export function upgradeRequest(
  step: UpgradeStep,
  edition: "ce" | "ee",
  backup: string,
  place: BackupPlace,
): HostCommand {
  const { bucket, prefix, fleet } = place;
  const from = [backup, bucket, backupsPrefix(prefix, fleet)] as const;
  switch (step.kind) {
    case "version":
      return {
        document: "upgrade-gitlab",
        records: [["step", `${step.from}-${edition}`, step.to, step.edition, ...from]],
      };
    case "edition":
      return { document: "upgrade-gitlab", records: [["step", `${step.at}-${step.from}`, step.at, step.to, ...from]] };
    case "postgresql":
      return {
        document: "upgrade-postgresql",
        records: [["postgresql", `${step.at}-${edition}`, String(step.from ?? 0), String(step.to), ...from]],
      };
  }
}

/** The image that a step needs on the host beforehand; undefined where it needs none. */
export function imageOfStep(step: UpgradeStep): string | undefined {
  switch (step.kind) {
    case "version":
      return gitLabImage(step.edition, step.to);
    case "edition":
      return gitLabImage(step.to, step.at);
    case "postgresql":
      return undefined;
  }
}

/** Result: `{state: "starting"}` until GitLab is ready again (ask again), then `{state: "restored", projects, users}`. */
export function restoreRequest(manifest: BackupManifest, place: BackupPlace, overwrite: boolean): HostCommand {
  const { data, configuration } = manifest.parts;
  const { bucket, prefix } = place;
  const folder = backupsPrefix(prefix, manifest.fleet);
  return {
    document: "restore-gitlab",
    records: [
      [
        "restore",
        manifest.id,
        bucket,
        folder,
        manifest.fleet,
        data.sha256,
        configuration.sha256,
        overwrite ? "overwrite" : "fresh",
      ],
    ],
  };
}
