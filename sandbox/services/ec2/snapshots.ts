import type {
  CreateSnapshotCommandInput,
  CreateSnapshotCommandOutput,
  DeleteSnapshotCommandInput,
  DescribeSnapshotsCommandInput,
  DescribeSnapshotsCommandOutput,
  Snapshot,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { page } from "./pages.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";
import { type SnapshotRecord, shapeOf } from "./volume-state.ts";

export function snapshotById(id: string, { state }: Ec2Context): SnapshotRecord {
  const snapshot = state.snapshots[checkIdentifier("snapshot", id)];
  if (snapshot === undefined) throw notFound("snapshot", id);
  return snapshot;
}

export function CreateSnapshot(
  input: CreateSnapshotCommandInput,
  context: Ec2Context,
): Answer<CreateSnapshotCommandOutput> {
  const { state, clock, random } = context;
  const tags = tagsFromSpecifications(input.TagSpecifications, ["snapshot"]).get("snapshot");
  const volume = state.volumes[checkIdentifier("volume", required(input.VolumeId, "VolumeId"))];
  if (volume === undefined) throw notFound("volume", input.VolumeId ?? "");
  const now = clock.now();
  const snapshot: SnapshotRecord = {
    snapshotId: random.id("snap"),
    volumeId: volume.volumeId,
    size: shapeOf(volume, now).size,
    description: input.Description ?? "",
    encrypted: volume.encrypted,
    startedAt: now,
    completedAt: now + state.timing.snapshot,
    ...(volume.kmsKeyId === undefined ? {} : { kmsKeyId: volume.kmsKeyId }),
  };
  state.snapshots[snapshot.snapshotId] = snapshot;
  setTags(state, snapshot.snapshotId, tags);
  return snapshotAnswer(snapshot, context);
}

export function DeleteSnapshot(input: DeleteSnapshotCommandInput, context: Ec2Context): object {
  const { state } = context;
  const { snapshotId } = snapshotById(required(input.SnapshotId, "SnapshotId"), context);
  const image = Object.values(state.images).find((candidate) => candidate.snapshotId === snapshotId);
  if (image !== undefined) {
    throw ec2Error("InvalidSnapshot.InUse", `The snapshot ${snapshotId} is currently in use by ${image.imageId}`);
  }
  delete state.snapshots[snapshotId];
  delete state.tags[snapshotId];
  return {};
}

/** The account's own snapshots; those behind public images aren't listed. */
export function DescribeSnapshots(
  input: DescribeSnapshotsCommandInput,
  context: Ec2Context,
): Answer<DescribeSnapshotsCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const ids = input.SnapshotIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    throw ec2Error(
      "InvalidParameterCombination",
      "The parameter snapshotSet cannot be used with the parameter maxResults",
    );
  }
  const owned = (input.OwnerIds ?? ["self"]).some((owner) => owner === "self" || owner === context.account);
  const all = owned ? Object.values(state.snapshots) : [];
  const snapshots = ids.length > 0 ? ids.map((id) => snapshotById(id, context)) : all;
  const matching = filterItems(
    snapshots,
    input.Filters,
    {
      description: (snapshot) => snapshot.description,
      encrypted: (snapshot) => snapshot.encrypted,
      "owner-id": () => context.account,
      "snapshot-id": (snapshot) => snapshot.snapshotId,
      "start-time": (snapshot) => new Date(snapshot.startedAt).toISOString(),
      status: (snapshot) => (snapshot.completedAt > now ? "pending" : "completed"),
      "volume-id": (snapshot) => snapshot.volumeId,
      "volume-size": (snapshot) => snapshot.size,
    },
    (snapshot) => tagsOf(state, snapshot.snapshotId),
  );
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (snapshot) => snapshot.snapshotId, input, limits);
  return { Snapshots: items.map((snapshot) => snapshotAnswer(snapshot, context)), NextToken };
}

function snapshotAnswer(snapshot: SnapshotRecord, context: Ec2Context): Snapshot {
  const now = context.clock.now();
  const span = Math.max(1, snapshot.completedAt - snapshot.startedAt);
  const done = Math.min(100, Math.floor(((now - snapshot.startedAt) / span) * 100));
  return {
    SnapshotId: snapshot.snapshotId,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.size,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId,
    State: snapshot.completedAt > now ? "pending" : "completed",
    StartTime: new Date(snapshot.startedAt),
    CompletionTime: snapshot.completedAt > now ? undefined : new Date(snapshot.completedAt),
    Progress: `${done}%`,
    OwnerId: context.account,
    StorageTier: "standard",
    Tags: tagsOf(context.state, snapshot.snapshotId),
  };
}
