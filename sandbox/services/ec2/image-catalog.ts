export interface ImageRecord {
  readonly imageId: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: "x86_64" | "arm64";
  readonly ownerId: string;
  readonly ownerAlias?: string;
  readonly createdAt: number;
  /** From then on it is hidden from listings that don't own it; it can still be launched. */
  readonly deprecatedAt: number;
  readonly rootDeviceName: string;
  readonly snapshotId: string;
  /** GiB. */
  readonly rootSize: number;
  readonly rootVolumeType: "gp2" | "gp3";
  /** The image asks for IMDSv2. */
  readonly imdsV2: boolean;
}

const YEAR = 365 * 24 * 3600 * 1000;

function amazonLinux(imageId: string, version: string, architecture: "x86_64" | "arm64", created: string): ImageRecord {
  const createdAt = Date.parse(created);
  return {
    imageId,
    name: `al2023-ami-${version}-kernel-6.1-${architecture}`,
    description: `Amazon Linux 2023 AMI ${version} ${architecture} HVM kernel-6.1`,
    architecture,
    ownerId: "137112412989",
    ownerAlias: "amazon",
    createdAt,
    // Amazon Linux images are deprecated 90 days after they come out.
    deprecatedAt: createdAt + 90 * 24 * 3600 * 1000,
    rootDeviceName: "/dev/xvda",
    snapshotId: `snap-0${imageId.slice(5)}`,
    rootSize: 8,
    rootVolumeType: "gp3",
    imdsV2: true,
  };
}

function ubuntu(imageId: string, architecture: "x86_64" | "arm64", created: string): ImageRecord {
  const createdAt = Date.parse(created);
  const arch = architecture === "x86_64" ? "amd64" : "arm64";
  return {
    imageId,
    name: `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${arch}-server-${created.slice(0, 10).replaceAll("-", "")}`,
    description: `Canonical, Ubuntu, 24.04, ${arch} noble image`,
    architecture,
    ownerId: "099720109477",
    createdAt,
    deprecatedAt: createdAt + 2 * YEAR,
    rootDeviceName: "/dev/sda1",
    snapshotId: `snap-0${imageId.slice(5)}`,
    rootSize: 8,
    rootVolumeType: "gp3",
    imdsV2: true,
  };
}

/** An image that the account's owner made of Amazon Linux, with Docker in it. */
function withDocker(imageId: string, created: string): ImageRecord {
  const { ownerAlias: _amazon, ...base } = amazonLinux(imageId, "2023.12.20261102.0", "x86_64", created);
  const description = "Amazon Linux 2023 with Docker, ec2-user in its group";
  return { ...base, name: "acme-docker-20261103", description, ownerId: "123456789012" };
}

/** What the embedded EC2 has: public ones of Amazon Linux 2023 and Ubuntu 24.04, and one of the account's own. */
export const IMAGES: readonly ImageRecord[] = [
  amazonLinux("ami-0a1b2c3d4e5f60001", "2023.8.20250915.0", "x86_64", "2025-09-15T10:00:00Z"),
  amazonLinux("ami-0a1b2c3d4e5f60002", "2023.9.20251117.1", "x86_64", "2025-11-17T10:00:00Z"),
  amazonLinux("ami-0a1b2c3d4e5f60003", "2023.9.20251117.1", "arm64", "2025-11-17T10:00:00Z"),
  amazonLinux("ami-0a1b2c3d4e5f60004", "2023.12.20261102.0", "x86_64", "2026-11-02T10:00:00Z"),
  amazonLinux("ami-0a1b2c3d4e5f60005", "2023.12.20261102.0", "arm64", "2026-11-02T10:00:00Z"),
  ubuntu("ami-0b1b2c3d4e5f60001", "x86_64", "2025-11-12T10:00:00Z"),
  ubuntu("ami-0b1b2c3d4e5f60002", "arm64", "2025-11-12T10:00:00Z"),
  withDocker("ami-0a1b2c3d4e5f60718", "2026-11-03T10:00:00Z"),
];
