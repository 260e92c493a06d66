import type { HostVolumeRecord, VolumeSettings } from "../../aws/host-port.ts";
import type { Change } from "../../engine/action.ts";
import { fieldChange } from "../common/field-change.ts";

export type VolumeShape = {
  readonly sizeGiB: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  readonly encrypted: boolean;
  readonly kmsKey?: string;
};

export function shapeOf(volume: HostVolumeRecord): VolumeShape {
  return {
    sizeGiB: volume.sizeGiB,
    type: volume.type,
    ...(volume.iops === undefined ? {} : { iops: volume.iops }),
    ...(volume.throughputMiBps === undefined ? {} : { throughputMiBps: volume.throughputMiBps }),
    encrypted: volume.encrypted,
    ...(volume.kmsKey === undefined ? {} : { kmsKey: volume.kmsKey }),
  };
}

/** What changes in place, as ModifyVolume does it. A size, speed or type that the file leaves open isn't compared. */
export function growth(observed: VolumeShape, desired: VolumeSettings, prefix = ""): readonly Change[] {
  return [
    ...(desired.sizeGiB > observed.sizeGiB ? fieldChange(`${prefix}sizeGiB`, observed.sizeGiB, desired.sizeGiB) : []),
    ...fieldChange(`${prefix}type`, observed.type, desired.type),
    ...(desired.iops === undefined ? [] : fieldChange(`${prefix}iops`, observed.iops, desired.iops)),
    ...(desired.throughputMiBps === undefined
      ? []
      : fieldChange(`${prefix}throughputMiBps`, observed.throughputMiBps, desired.throughputMiBps)),
  ];
}

/** What EBS can't do to a volume that exists, with the sentence that says so. */
export function impossible(
  observed: VolumeShape,
  desired: VolumeSettings,
  prefix = "",
): { readonly changes: readonly Change[]; readonly why: string } | undefined {
  if (desired.sizeGiB < observed.sizeGiB) {
    return {
      changes: [{ path: `${prefix}sizeGiB`, from: observed.sizeGiB, to: desired.sizeGiB }],
      why: `an EBS volume can't shrink: it has ${observed.sizeGiB} GiB and the file asks for ${desired.sizeGiB}`,
    };
  }
  if (desired.encrypted !== observed.encrypted) {
    return {
      changes: [{ path: `${prefix}encrypted`, from: observed.encrypted, to: desired.encrypted }],
      why: "encryption of an EBS volume can't be changed: restore an encrypted copy of a snapshot instead",
    };
  }
  return undefined;
}
