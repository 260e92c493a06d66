import type {
  DescribeVolumesModificationsCommandInput,
  DescribeVolumesModificationsCommandOutput,
  ModifyVolumeCommandInput,
  ModifyVolumeCommandOutput,
  VolumeModification,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { page } from "./pages.ts";
import { checkedShape } from "./volume-shape.ts";
import { type ModificationRecord, modificationState, shapeOf, volumeState } from "./volume-state.ts";
import { volumeById } from "./volumes.ts";

/** Grows or retypes in place; a volume never shrinks, and rests between two modifications. */
export function ModifyVolume(input: ModifyVolumeCommandInput, context: Ec2Context): Answer<ModifyVolumeCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const volume = volumeById(required(input.VolumeId, "VolumeId"), context);
  if (volumeState(volume, now) === "creating") {
    throw ec2Error("IncorrectState", `The volume '${volume.volumeId}' is 'creating'.`);
  }
  const old = shapeOf(volume, now);
  const last = volume.modification;
  if (last !== undefined && last.completedAt > now) {
    throw ec2Error("IncorrectModificationState", `The volume '${volume.volumeId}' is being modified.`);
  }
  if (last !== undefined && last.startedAt + state.timing.volumeCooldown > now) {
    throw ec2Error(
      "VolumeModificationRateExceeded",
      `You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume.`,
    );
  }
  const size = input.Size ?? old.size;
  if (size < old.size) throw ec2Error("InvalidParameterValue", "New size cannot be smaller than existing size");
  const type = input.VolumeType ?? old.type;
  const kept = type === old.type ? old : { iops: undefined, throughput: undefined };
  const iops = input.Iops ?? kept.iops;
  const to = checkedShape({ type, size, iops, throughput: input.Throughput ?? kept.throughput });
  const same = to.size === old.size && to.type === old.type && to.iops === old.iops && to.throughput === old.throughput;
  // Nothing to do ends at once, and still starts the time of rest.
  const usableAt = same ? now : now + state.timing.volumeAttach;
  const completedAt = same ? now : usableAt + state.timing.volumeOptimize;
  const modification: ModificationRecord = { from: old, to, startedAt: now, usableAt, completedAt };
  state.volumes[volume.volumeId] = { ...volume, modification };
  return { VolumeModification: answer(volume.volumeId, modification, now) };
}

export function DescribeVolumesModifications(
  input: DescribeVolumesModificationsCommandInput,
  context: Ec2Context,
): Answer<DescribeVolumesModificationsCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const ids = input.VolumeIds ?? [];
  const volumes = ids.length > 0 ? ids.map((id) => volumeById(id, context)) : Object.values(state.volumes);
  const modified = volumes.flatMap(({ volumeId, modification }) =>
    modification === undefined ? [] : [{ volumeId, modification }],
  );
  const [first] = ids;
  if (ids.length > 0 && modified.length === 0) {
    throw ec2Error("InvalidVolumeModification.NotFound", `Modification for volume '${first}' does not exist.`);
  }
  const matching = filterItems(modified, input.Filters, {
    "modification-state": ({ modification }) => modificationState(modification, now),
    "original-size": ({ modification }) => modification.from.size,
    "start-time": ({ modification }) => new Date(modification.startedAt).toISOString(),
    "target-size": ({ modification }) => modification.to.size,
    "target-volume-type": ({ modification }) => modification.to.type,
    "volume-id": ({ volumeId }) => volumeId,
  });
  const limits = { min: 5, max: 500, pageSize: context.pageSize ?? 500 };
  const { items, NextToken } = page(matching, ({ volumeId }) => volumeId, input, limits);
  const VolumesModifications = items.map(({ volumeId, modification }) => answer(volumeId, modification, now));
  return { VolumesModifications, NextToken };
}

function answer(VolumeId: string, modification: ModificationRecord, now: number): VolumeModification {
  const { from, to, startedAt, usableAt, completedAt } = modification;
  const state = modificationState(modification, now);
  const done = (now - usableAt) / Math.max(1, completedAt - usableAt);
  return {
    VolumeId,
    ModificationState: state,
    OriginalSize: from.size,
    OriginalVolumeType: from.type,
    OriginalIops: from.iops,
    OriginalThroughput: from.throughput,
    TargetSize: to.size,
    TargetVolumeType: to.type,
    TargetIops: to.iops,
    TargetThroughput: to.throughput,
    Progress: state === "completed" ? 100 : Math.max(0, Math.min(99, Math.floor(done * 100))),
    StartTime: new Date(startedAt),
    EndTime: state === "completed" ? new Date(completedAt) : undefined,
  };
}
