import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  type EC2Client,
  paginateDescribeSnapshots,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { attempt, removeOrGone, required } from "./answer.ts";
import type { SnapshotReader, SnapshotRecord, SnapshotWriter } from "./backups-port.ts";
import { allItems } from "./pages.ts";
import { literalValue, tagList, tagsByKey } from "./tag-list.ts";

export function snapshotReader(client: EC2Client): SnapshotReader {
  return {
    tagged: (tags) =>
      attempt("listing the snapshots by tag", async () => {
        const Filters = Object.entries(tags).map(([key, value]) => ({
          Name: `tag:${key}`,
          Values: [literalValue(value)],
        }));
        const pages = paginateDescribeSnapshots({ client }, { OwnerIds: ["self"], Filters });
        return (await allItems(pages, (page) => page.Snapshots)).map(snapshotRecord);
      }),
  };
}

export function snapshotWriter(client: EC2Client): SnapshotWriter {
  return {
    create: (volumeId, description, tags) =>
      attempt(`making a snapshot of ${volumeId}`, async () => {
        const TagSpecifications = [{ ResourceType: "snapshot" as const, Tags: tagList(tags) }];
        const made = await client.send(
          new CreateSnapshotCommand({ VolumeId: volumeId, Description: description, TagSpecifications }),
        );
        return required(made.SnapshotId, "the new snapshot's id");
      }),
    remove: (snapshotId) =>
      removeOrGone(`deleting ${snapshotId}`, () => client.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }))),
  };
}

function snapshotRecord(snapshot: Snapshot): SnapshotRecord {
  return {
    id: required(snapshot.SnapshotId, "a snapshot's id"),
    volumeId: snapshot.VolumeId ?? "",
    startedAt: required(snapshot.StartTime, "a snapshot's time").getTime(),
    state: required(snapshot.State, "a snapshot's state"),
    encrypted: snapshot.Encrypted ?? false,
    ...(snapshot.KmsKeyId === undefined ? {} : { kmsKey: snapshot.KmsKeyId }),
    sizeGiB: required(snapshot.VolumeSize, "a snapshot's size"),
    tags: tagsByKey(snapshot.Tags),
  };
}
