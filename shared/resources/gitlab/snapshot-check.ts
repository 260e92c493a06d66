import type { SnapshotRecord } from "../../aws/backups-port.ts";
import type { GitLabEdition } from "../../desired/gitlab-version.ts";
import { gitlabTag } from "./snapshots.ts";

export type SnapshotRefusal =
  | { readonly code: "NotCompleted"; readonly state: string }
  | { readonly code: "NotEncrypted" }
  | { readonly code: "OtherKey"; readonly snapshot: string; readonly wanted: string }
  | { readonly code: "UnknownVersion" }
  | { readonly code: "OtherVersion"; readonly snapshot: string; readonly file: string }
  | { readonly code: "LargerThanFile"; readonly snapshotGiB: number; readonly fileGiB: number };

/** What the file in force, and the volume that is there, ask of a snapshot. */
export interface SnapshotTarget {
  readonly version: string;
  readonly edition: GitLabEdition;
  readonly sizeGiB: number;
  /** ARN of the key of the volume that is to be replaced, else the key that the file names; undefined: neither is there. */
  readonly kmsKey: string | undefined;
}

/**
 * Every reason not to go back to a snapshot of the fleet's data volume, before anything is touched; none: it may begin.
 * A GitLab of another version than the data's would migrate it, or not start.
 */
export function snapshotRefusals(snapshot: SnapshotRecord, target: SnapshotTarget): readonly SnapshotRefusal[] {
  const refusals: SnapshotRefusal[] = [];
  if (snapshot.state !== "completed") refusals.push({ code: "NotCompleted", state: snapshot.state });
  if (!snapshot.encrypted) refusals.push({ code: "NotEncrypted" });
  else if (target.kmsKey !== undefined && !isKey(snapshot.kmsKey, target.kmsKey)) {
    refusals.push({ code: "OtherKey", snapshot: snapshot.kmsKey ?? "an unknown key", wanted: target.kmsKey });
  }
  const of = snapshot.tags[gitlabTag];
  const file = `${target.version}-${target.edition}`;
  if (of === undefined) refusals.push({ code: "UnknownVersion" });
  else if (of !== file) refusals.push({ code: "OtherVersion", snapshot: of, file });
  if (snapshot.sizeGiB > target.sizeGiB) {
    refusals.push({ code: "LargerThanFile", snapshotGiB: snapshot.sizeGiB, fileGiB: target.sizeGiB });
  }
  return refusals;
}

/** An ARN, or the id at its end. An alias can't be told from here: what it leads to, EC2 alone knows. */
function isKey(arn: string | undefined, key: string): boolean {
  return arn === key || arn?.endsWith(`:key/${key}`) === true || key.includes("alias/");
}

/** For a person: what is wrong with the snapshot or the file, and what to do. */
export function snapshotRefusalText(refusal: SnapshotRefusal): string {
  switch (refusal.code) {
    case "NotCompleted":
      return `the snapshot is ${refusal.state}: wait until it is completed, or take another`;
    case "NotEncrypted":
      return "the snapshot isn't encrypted, and GitLab's data is never put on a volume that isn't";
    case "OtherKey":
      return `the snapshot is encrypted by ${refusal.snapshot}, and the data volume by ${refusal.wanted}: take another, or copy it under that key with its tags`;
    case "UnknownVersion":
      return `the snapshot's tag ${gitlabTag} doesn't say which GitLab its data is of`;
    case "OtherVersion":
      return `the snapshot is of GitLab ${refusal.snapshot}, and the file asks for ${refusal.file}: put that version and edition into the file first`;
    case "LargerThanFile":
      return `the snapshot is of ${refusal.snapshotGiB} GiB, and the file asks for ${refusal.fileGiB}: a volume can't shrink, so ask for as much`;
  }
}
