import type { VolumeType } from "@aws-sdk/client-ec2";
import { ec2Error } from "./errors.ts";
import type { VolumeShape } from "./volume-state.ts";

interface TypeLimits {
  /** GiB. */
  readonly size: readonly [number, number];
  readonly iops?: { readonly range: readonly [number, number]; readonly perGiB: number; readonly default?: number };
  /** MiB/s. */
  readonly throughput?: { readonly range: readonly [number, number]; readonly default: number };
}

/** Source: "Amazon EBS volume types" in the EBS User Guide. */
const LIMITS: Readonly<Partial<Record<VolumeType, TypeLimits>>> = {
  gp2: { size: [1, 16_384] },
  gp3: {
    size: [1, 65_536],
    iops: { range: [3000, 80_000], perGiB: 500, default: 3000 },
    throughput: { range: [125, 2000], default: 125 },
  },
  io1: { size: [4, 16_384], iops: { range: [100, 64_000], perGiB: 50 } },
  io2: { size: [4, 65_536], iops: { range: [100, 256_000], perGiB: 1000 } },
  st1: { size: [125, 16_384] },
  sc1: { size: [125, 16_384] },
  standard: { size: [1, 1024] },
};

/** Fills in the defaults of the type and refuses what it can't be. */
export function checkedShape(request: {
  readonly type: VolumeType;
  readonly size: number;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
}): VolumeShape {
  const { type, size, throughput } = request;
  const limits = LIMITS[type];
  if (limits === undefined) throw ec2Error("InvalidParameterValue", `Invalid value '${type}' for VolumeType.`);
  if (!within(size, limits.size)) {
    throw ec2Error(
      "InvalidParameterValue",
      `Volume of ${size}GiB is invalid for volume type ${type}; it must be between ${limits.size[0]} and ${limits.size[1]} GiB.`,
    );
  }
  if (request.iops !== undefined && limits.iops === undefined) {
    throw ec2Error("InvalidParameterCombination", `The parameter iops is not supported for ${type} volumes.`);
  }
  if (throughput !== undefined && limits.throughput === undefined) {
    throw ec2Error("InvalidParameterCombination", `The parameter throughput is not supported for ${type} volumes.`);
  }
  const iops = request.iops ?? limits.iops?.default;
  if (limits.iops !== undefined) {
    if (iops === undefined) {
      throw ec2Error("MissingParameter", `The request must contain the parameter iops for ${type} volumes`);
    }
    if (!within(iops, limits.iops.range)) {
      throw ec2Error("InvalidParameterValue", `Volume iops of ${iops} is out of range for volume type ${type}.`);
    }
    // The lowest speed is to be had at any size.
    if (iops > Math.max(limits.iops.range[0], size * limits.iops.perGiB)) {
      throw ec2Error(
        "InvalidParameterValue",
        `Iops to volume size ratio of ${iops / size} is too high; maximum is ${limits.iops.perGiB}.`,
      );
    }
  }
  if (throughput !== undefined && limits.throughput !== undefined) {
    if (!within(throughput, limits.throughput.range)) {
      throw ec2Error("InvalidParameterValue", `Throughput of ${throughput} is out of range for volume type ${type}.`);
    }
    // A quarter of a MiB/s for each operation a second.
    if (throughput > Math.max(125, (iops ?? 0) / 4)) {
      throw ec2Error("InvalidParameterValue", "Throughput to iops ratio is too high; maximum is 0.25 MiB/s per iops.");
    }
  }
  const speed = throughput ?? limits.throughput?.default;
  return {
    type,
    size,
    ...(limits.iops === undefined || iops === undefined ? {} : { iops }),
    ...(speed === undefined ? {} : { throughput: speed }),
  };
}

function within(value: number, [least, most]: readonly [number, number]): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
