import * as z from "zod/mini";
import { field, optional, section, withDefault } from "./field.ts";
import type { Finding, Path } from "./problem.ts";
import { kmsKey, wholeNumber } from "./values.ts";

const fields = (size: number) => ({
  sizeGiB: field(withDefault(wholeNumber(1, 65_536), size), {
    description: "Size. It can grow in place and never shrinks.",
    unit: "GiB",
    example: size,
  }),
  type: field(withDefault(z.enum(["gp3", "gp2", "io2"]), "gp3"), { description: "EBS volume type.", example: "gp3" }),
  iops: field(optional(wholeNumber(100, 256_000)), {
    description:
      "Operations a second: gp3 3,000 to 80,000, io2 100 to 256,000, gp2 none. Default: what AWS gives the type.",
    unit: "IOPS",
    example: 3000,
  }),
  throughputMiBps: field(optional(wholeNumber(125, 2_000)), {
    description: "Throughput of gp3. Default: what AWS gives.",
    unit: "MiB/s",
    example: 250,
  }),
  encrypted: field(withDefault(z.boolean(), true), { description: "Whether the volume is encrypted.", example: true }),
  kmsKey: field(optional(kmsKey()), {
    description: "Key of the encryption. Default: the account's default key for EBS.",
    example: "alias/acme-volumes",
  }),
});

export const rootVolumeSchema = section(fields(30));

export const dataVolumeSchema = section({
  ...fields(200),
  deletionPolicy: field(withDefault(z.enum(["Retain", "Delete"]), "Retain"), {
    description: "What happens to the volume, and with it to GitLab's data, when the fleet is destroyed.",
    example: "Retain",
  }),
});

type Volume = z.output<typeof rootVolumeSchema>;

/** Size, IOPS and throughput by type. Source: EC2 API reference, EbsBlockDevice, and the EBS user guide's ratios. */
const limits = {
  gp2: { size: [1, 16_384], iops: undefined, iopsPerGiB: 0 },
  gp3: { size: [1, 65_536], iops: [3_000, 80_000], iopsPerGiB: 500 },
  io2: { size: [4, 65_536], iops: [100, 256_000], iopsPerGiB: 1_000 },
} as const;

export function checkVolume(volume: Volume, path: Path): Finding[] {
  const limit = limits[volume.type];
  const findings: Finding[] = [];
  const error = (key: string, message: string, expected: string) =>
    findings.push({
      severity: "error",
      path: [...path, key],
      message,
      expected,
      got: String(Reflect.get(volume, key)),
    });
  const [least, most] = limit.size;
  if (volume.sizeGiB < least || volume.sizeGiB > most) {
    error("sizeGiB", `not a size that ${volume.type} has`, `${least} to ${most}`);
  }
  if (volume.iops !== undefined) {
    if (limit.iops === undefined) error("iops", `${volume.type} has no IOPS to choose`, "no iops, or another type");
    else if (volume.iops < limit.iops[0] || volume.iops > limit.iops[1]) {
      error("iops", `not IOPS that ${volume.type} has`, `${limit.iops[0]} to ${limit.iops[1]}`);
    } else if (volume.iops > Math.max(limit.iops[0], volume.sizeGiB * limit.iopsPerGiB)) {
      error("iops", `more than ${limit.iopsPerGiB} for each GiB`, `at most ${volume.sizeGiB * limit.iopsPerGiB}`);
    }
  } else if (volume.type === "io2") {
    findings.push({
      severity: "error",
      path: [...path, "iops"],
      message: "missing: io2 has no default",
      expected: "100 to 256000",
    });
  }
  if (volume.throughputMiBps !== undefined) {
    if (volume.type !== "gp3") error("throughputMiBps", `${volume.type} has no throughput to choose`, "type gp3");
    else if (volume.throughputMiBps > (volume.iops ?? 3_000) / 4) {
      error("throughputMiBps", "more than a quarter of the IOPS", `at most ${Math.floor((volume.iops ?? 3_000) / 4)}`);
    }
  }
  if (!volume.encrypted) {
    findings.push({
      severity: volume.kmsKey === undefined ? "warning" : "error",
      path: [...path, "encrypted"],
      message:
        volume.kmsKey === undefined ? "the volume will not be encrypted" : "a key is given, but encryption is off",
    });
  }
  return findings;
}
