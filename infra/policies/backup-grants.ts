import type { Installation } from "../installation.ts";
import { eachBackupBucket } from "./cache-grants.ts";
import { asFleet, type Grant, ofFleet, sessionFleet } from "./grant.ts";

/** Snapshots with each backup, and what retention lets go. */
export function backupWrites(installation: Installation): readonly Grant[] {
  const { arn, partition, settings } = installation;
  const snapshots = `arn:${partition}:ec2:${settings.region}::snapshot/*`;
  const kind = "gitlab";
  return [
    ...eachBackupBucket(
      installation,
      "ExpireBackups",
      "Backups that are older than the file keeps. No version of them: the bucket has them for as long again.",
      ["s3:DeleteObject"],
      `*/${sessionFleet}/*`,
    ),
    {
      sid: "SnapshotVolumes",
      why: "Of the fleet's own data volume.",
      actions: ["ec2:CreateSnapshot"],
      resources: [arn("ec2", "volume/*")],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "CreateSnapshots",
      why: "With the mark in the call that makes one. The call is asked of both.",
      actions: ["ec2:CreateSnapshot"],
      resources: [snapshots],
      conditions: { StringEquals: { ...asFleet, "aws:RequestTag/fleetkeeper:kind": kind } },
    },
    {
      sid: "TagSnapshotsAtCreation",
      why: "The mark in that call; no other time, so that no other snapshot can be given it.",
      actions: ["ec2:CreateTags"],
      resources: [snapshots],
      conditions: { StringEquals: { ...asFleet, "ec2:CreateAction": "CreateSnapshot" } },
    },
    {
      sid: "ExpireSnapshots",
      why: "Snapshots beyond those that the file keeps.",
      actions: ["ec2:DeleteSnapshot"],
      resources: [snapshots],
      conditions: { StringEquals: { ...ofFleet, "aws:ResourceTag/fleetkeeper:kind": kind } },
    },
  ];
}
