import type { SnapshotReader, SnapshotRecord, SnapshotWriter } from "../../aws/backups-port.ts";
import type { ActionDraft, Target } from "../../engine/action.ts";
import { isoTime } from "../../engine/clock.ts";
import type { ApplyResult, OutputsByTarget } from "../../engine/kind.ts";
import type { BackupManifest } from "./backup-manifest.ts";
import type { SnapshotsDesired } from "./desired.ts";
import type { SnapshotsState } from "./state.ts";

/** On a snapshot: the backup that it goes with, and what GitLab ran then: whoever goes back must name it in the file. */
export const backupTag = "fleetkeeper:backup";
export const gitlabTag = "fleetkeeper:gitlab";

/** Deleted by one run, at most. */
const perRun = 5;

/** @param newest the newest good backup @param volume the data volume's id, where it is known */
export async function observeSnapshots(
  reader: SnapshotReader,
  desired: SnapshotsDesired,
  newest: BackupManifest | undefined,
  volume: { readonly id: string | undefined; readonly encrypted: boolean | undefined },
): Promise<SnapshotsState> {
  const found = await reader.tagged(desired.mark);
  const missing = newest !== undefined && !found.some((one) => isOf(one, newest.id));
  return {
    type: "snapshots",
    volumeId: volume.id ?? null,
    encrypted: volume.encrypted ?? null,
    due: missing ? { backup: newest.id, gitlab: `${newest.gitlab.version}-${newest.gitlab.edition}` } : null,
    expired: expiredSnapshots(found, desired.keep)
      .slice(0, perRun)
      .map(({ id, startedAt }) => ({ id, startedAt })),
    newestAt: completed(found)[0]?.startedAt ?? null,
  };
}

/** Begun is enough: a snapshot is of the moment at which it was asked for. */
export function isOf({ state, tags }: SnapshotRecord, backup: string): boolean {
  return tags[backupTag] === backup && state !== "error";
}

/** Newest first. */
function completed(snapshots: readonly SnapshotRecord[]): readonly SnapshotRecord[] {
  return snapshots.filter(({ state }) => state === "completed").sort((a, b) => b.startedAt - a.startedAt);
}

/**
 * Those that may go, oldest first: beyond the `keep` newest that are complete, and failed ones that a complete one has
 * followed. What is still being made is neither counted nor deleted.
 */
export function expiredSnapshots(snapshots: readonly SnapshotRecord[], keep: number): readonly SnapshotRecord[] {
  const good = completed(snapshots);
  const newest = good[0]?.startedAt ?? Number.NEGATIVE_INFINITY;
  const failed = snapshots.filter(({ state, startedAt }) => state === "error" && startedAt < newest);
  return [...good.slice(Math.max(1, keep)), ...failed].sort((a, b) => a.startedAt - b.startedAt);
}

export function diffSnapshots(
  target: Target,
  observed: SnapshotsState | undefined,
  desired: SnapshotsDesired,
): readonly ActionDraft[] {
  if (observed === undefined) return [];
  const { due, expired } = observed;
  const base = { target, verb: "update", ownership: "ours", risk: "safe", routine: true } as const;
  const needs: readonly Target[] = [{ kind: "host", name: "volume/data" }];
  const drafts: ActionDraft[] = [];
  if (due !== null && observed.volumeId !== null) {
    const refused =
      observed.encrypted === true
        ? {}
        : {
            refused:
              "the data volume isn't encrypted, and a snapshot of it would hold GitLab's secrets in the clear: set host.backups.snapshots.enabled to false, or move to an encrypted volume",
          };
    drafts.push({
      ...base,
      needs,
      changes: [{ path: `snapshot[${due.backup}]`, to: observed.volumeId }],
      reason: `the data volume has no snapshot with the backup ${due.backup}`,
      ...refused,
    });
  }
  if (expired.length > 0) {
    drafts.push({
      ...base,
      changes: expired.map(({ id, startedAt }) => ({ path: `expired[${id}]`, from: isoTime(startedAt) })),
      reason: `${expired.length} snapshots are more than the ${desired.keep} newest`,
    });
  }
  return drafts;
}

interface SnapshotWriting {
  readonly snapshots: SnapshotWriter;
  readonly outputs: OutputsByTarget;
}

export async function applySnapshots(
  { snapshots, outputs }: SnapshotWriting,
  desired: SnapshotsDesired,
  observed: SnapshotsState,
  paths: readonly string[],
): Promise<ApplyResult> {
  const { due, expired } = observed;
  const volume = outputs.get("host/volume/data")?.["id"];
  if (due !== null && volume !== undefined && paths.includes(`snapshot[${due.backup}]`)) {
    const tags = { ...desired.tags, [backupTag]: due.backup, [gitlabTag]: due.gitlab };
    await snapshots.create(volume, `GitLab ${due.gitlab}, with the backup ${due.backup}`, tags);
  }
  for (const { id } of expired) if (paths.includes(`expired[${id}]`)) await snapshots.remove(id);
  return { state: "done" };
}
