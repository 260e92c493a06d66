import type { VolumeModificationState, VolumeType } from "@aws-sdk/client-ec2";

export interface VolumeRecord extends VolumeShape {
  readonly volumeId: string;
  readonly encrypted: boolean;
  /** ARN. */
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  /** The letter after the region's name. */
  readonly zone: string;
  readonly createdAt: number;
  /** Until then it is `creating`. */
  readonly availableAt: number;
  readonly visibleAt: number;
  readonly attachment?: AttachmentRecord;
  readonly modification?: ModificationRecord;
}

export interface VolumeShape {
  readonly type: VolumeType;
  /** GiB. */
  readonly size: number;
  readonly iops?: number;
  /** MiB/s. */
  readonly throughput?: number;
}

export interface AttachmentRecord {
  readonly instanceId: string;
  readonly device: string;
  readonly deleteOnTermination: boolean;
  readonly since: number;
  /** Until then it is `attaching`. */
  readonly attachedAt: number;
  /** Set while it is `detaching`: when it is gone. */
  readonly detachedAt?: number;
}

export interface ModificationRecord {
  readonly from: VolumeShape;
  readonly to: VolumeShape;
  readonly startedAt: number;
  /** `modifying` until then, then `optimizing`. */
  readonly usableAt: number;
  readonly completedAt: number;
}

export interface SnapshotRecord {
  readonly snapshotId: string;
  readonly volumeId: string;
  readonly size: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly startedAt: number;
  readonly completedAt: number;
}

/** The attachment as it is now; one whose detaching has ended is none. */
export function attachmentOf(volume: VolumeRecord, now: number): AttachmentRecord | undefined {
  const { attachment } = volume;
  if (attachment === undefined) return undefined;
  return attachment.detachedAt !== undefined && attachment.detachedAt <= now ? undefined : attachment;
}

export function attachmentState(attachment: AttachmentRecord, now: number): "attaching" | "attached" | "detaching" {
  if (attachment.detachedAt !== undefined) return "detaching";
  return attachment.attachedAt > now ? "attaching" : "attached";
}

export function volumeState(volume: VolumeRecord, now: number): "creating" | "available" | "in-use" {
  if (attachmentOf(volume, now) !== undefined) return "in-use";
  return volume.availableAt > now ? "creating" : "available";
}

/** Size, type and speed as they are now: a modification counts once it is usable. */
export function shapeOf(volume: VolumeRecord, now: number): VolumeShape {
  const { modification } = volume;
  if (modification === undefined) return volume;
  return modification.usableAt <= now ? modification.to : modification.from;
}

export function modificationState(modification: ModificationRecord, now: number): VolumeModificationState {
  if (modification.usableAt > now) return "modifying";
  return modification.completedAt > now ? "optimizing" : "completed";
}
