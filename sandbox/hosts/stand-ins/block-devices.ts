import type { FileSystemRecord } from "../host-state.ts";
import { parseArgs, type StandIn, type StandInContext, text, trouble } from "../stand-in.ts";

const GiB = 2 ** 30;

/** What is on a device: the root volume's file system, or what was made on another volume. */
function fileSystemOf(path: string, context: StandInContext): FileSystemRecord | undefined {
  const device = context.devices.find((one) => one.path === path);
  if (device === undefined) return undefined;
  if (device.isRoot) return { type: "xfs", uuid: "root", label: "/", size: device.size / GiB };
  return context.hosts.fileSystems[device.volumeId];
}

function mountPointOf(volumeId: string, context: StandInContext): string {
  return Object.entries(context.host.mounts).find(([, volume]) => volume === volumeId)?.[0] ?? "";
}

const lsblk: StandIn = ({ args }, context) => {
  const { options } = parseArgs(args, ["-b", "-n", "-P"]);
  const columns = (options.get("-o")?.[0] ?? "PATH,SIZE,MOUNTPOINT").split(",");
  const lines = context.devices.map((device) => {
    const made = fileSystemOf(device.path, context);
    const values: Readonly<Record<string, string>> = {
      PATH: device.path,
      SERIAL: device.volumeId.replace("-", ""),
      SIZE: String(device.size),
      FSTYPE: made?.type ?? "",
      UUID: made?.uuid ?? "",
      LABEL: made?.label ?? "",
      MOUNTPOINT: device.isRoot ? "/" : mountPointOf(device.volumeId, context),
    };
    return columns.map((column) => `${column}="${values[column] ?? ""}"`).join(" ");
  });
  return text(lines.map((line) => `${line}\n`).join(""));
};

/** Low-level probing: 2 where nothing is found. Source: blkid(8). */
const blkid: StandIn = ({ args }, context) => {
  const path = args.at(-1) ?? "";
  const made = fileSystemOf(path, context);
  if (made === undefined) return { exitCode: 2 };
  return text(`${path}: LABEL="${made.label}" UUID="${made.uuid}" TYPE="${made.type}" USAGE="filesystem"\n`);
};

const wipefs: StandIn = ({ args }, context) => {
  if (!args.includes("--no-act")) return trouble("wipefs: the sandbox only looks", 1);
  const made = fileSystemOf(args.at(-1) ?? "", context);
  return text(made === undefined ? "" : `0x0,${made.uuid},${made.label},${made.type}\n`);
};

/** As the real ones: refuses a device that holds a file system, unless by force, which the sandbox doesn't know. */
const mkfs: StandIn = ({ program, args }, context) => {
  const { options, rest } = parseArgs(args, ["-q"]);
  const device = context.devices.find((one) => one.path === rest[0]);
  if (device === undefined) return trouble(`${program}: ${rest[0]}: no such device`);
  if (fileSystemOf(device.path, context) !== undefined) {
    return trouble(`${program}: ${device.path} appears to contain an existing filesystem (xfs).`);
  }
  const uuid = context.random.uuid();
  context.hosts.fileSystems[device.volumeId] = {
    type: program.slice("mkfs.".length),
    uuid,
    label: options.get("-L")?.[0] ?? "",
    size: device.size / GiB,
  };
  return { inside: `printf XFSB | dd of=${device.path} conv=notrunc status=none` };
};

const mount: StandIn = ({ args }, context) => {
  const point = args.at(-1) ?? "";
  const { host, hosts, devices } = context;
  if (host.mounts[point] !== undefined) return trouble(`mount: ${point}: already mounted.`, 32);
  const entry = fstab(context).find((one) => one.point === point);
  const wanted = args.length > 1 ? args.at(-2) : entry?.source;
  if (wanted === undefined) return trouble(`mount: ${point}: can't find in /etc/fstab.`);
  const device = devices.find(
    (one) => one.path === wanted || `UUID=${hosts.fileSystems[one.volumeId]?.uuid}` === wanted,
  );
  if (device === undefined) return trouble(`mount: ${point}: can't find ${wanted}.`);
  if (fileSystemOf(device.path, context) === undefined) {
    return trouble(`mount: ${point}: wrong fs type, bad option, bad superblock on ${device.path}.`, 32);
  }
  host.mounts[point] = device.volumeId;
  return { inside: `/usr/bin/mount --bind /run/sandbox/volumes/${device.volumeId} '${point}'` };
};

const umount: StandIn = ({ args }, { host }) => {
  const point = args.at(-1) ?? "";
  if (host.mounts[point] === undefined) return trouble(`umount: ${point}: not mounted.`, 32);
  delete host.mounts[point];
  return { inside: `/usr/bin/umount -l '${point}' 2>/dev/null || true` };
};

export function fstab({ files }: Pick<StandInContext, "files">): readonly { source: string; point: string }[] {
  return (files.text("/etc/fstab") ?? "").split("\n").flatMap((line) => {
    const [source, point] = line.trim().split(/\s+/);
    return source === undefined || point === undefined || source.startsWith("#") ? [] : [{ source, point }];
  });
}

/** The mount that a path is on. */
function mountOf(path: string, context: StandInContext) {
  const { host, devices } = context;
  const [point, volumeId] = Object.entries(host.mounts)
    .filter(([candidate]) => path === candidate || path.startsWith(`${candidate}/`))
    .sort(([a], [b]) => b.length - a.length)[0] ?? ["/", undefined];
  const device = devices.find((one) => (volumeId === undefined ? one.isRoot : one.volumeId === volumeId));
  const made = device === undefined ? undefined : fileSystemOf(device.path, context);
  return { point, device, made };
}

const findmnt: StandIn = ({ args }, context) => {
  const { options } = parseArgs(args, ["-n"]);
  const { point, device, made } = mountOf(options.get("-T")?.[0] ?? "/", context);
  const values: Readonly<Record<string, string>> = {
    TARGET: point,
    SOURCE: device?.path ?? "",
    FSTYPE: made?.type ?? "",
    UUID: made?.uuid ?? "",
  };
  const columns = (options.get("-o")?.[0] ?? "TARGET").split(",");
  return text(`${columns.map((column) => values[column] ?? "").join(" ")}\n`);
};

/** A tenth is used, and what a test says beside it. */
const df: StandIn = ({ args }, context) => {
  const columns = (args.find((arg) => arg.startsWith("--output="))?.slice("--output=".length) ?? "size,avail").split(
    ",",
  );
  const { point, made } = mountOf(args.at(-1) ?? "/", context);
  const size = Math.floor((made?.size ?? 8) * GiB * 0.99);
  const used = Math.ceil(size * (context.host.diskUse?.[point] ?? 0.1));
  const values: Readonly<Record<string, number>> = { size, avail: size - used, used };
  return text(`${columns.join(" ")}\n${columns.map((column) => values[column] ?? 0).join(" ")}\n`);
};

const grow: StandIn = ({ args }, context) => {
  const path = args.at(-1) ?? "";
  const device = context.devices.find((one) => one.path === path || context.host.mounts[path] === one.volumeId);
  const made = device === undefined ? undefined : context.hosts.fileSystems[device.volumeId];
  if (device === undefined || made === undefined) return trouble(`${path} is not a mounted file system`);
  made.size = device.size / GiB;
  return text("");
};

export const deviceStandIns: Readonly<Record<string, StandIn>> = {
  blkid,
  df,
  findmnt,
  lsblk,
  "mkfs.ext4": mkfs,
  "mkfs.xfs": mkfs,
  mount,
  resize2fs: grow,
  umount,
  wipefs,
  xfs_growfs: grow,
};
