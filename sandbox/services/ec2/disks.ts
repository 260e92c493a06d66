/** What volumes and snapshots hold, by their ids, where something keeps it. Told within the call, so that it is of that moment. */
export interface Disks {
  /** What one holds becomes what the other holds; one that holds something already is left as it is. */
  copy(from: string, to: string): void;
}

/** The calls that copy a disk: a snapshot's making, and a volume's that is made of one. */
export function follow(operation: string, answer: object, disks: Disks): void {
  if (operation !== "CreateSnapshot" && operation !== "CreateVolume") return;
  const { VolumeId: volume, SnapshotId: snapshot } = answer as { VolumeId?: string; SnapshotId?: string };
  if (volume === undefined || snapshot === undefined || snapshot === "") return;
  if (operation === "CreateSnapshot") disks.copy(volume, snapshot);
  else disks.copy(snapshot, volume);
}
