import type { HostFacts } from "../common/host-facts.ts";
import { hostPaths } from "../common/host-request.ts";
import type { DiskDesired, FilesDesired, StackDesired } from "./desired.ts";

export type MountState = {
  readonly type: "mount";
  /** Which volume is mounted, by its sentinel. */
  readonly volumeId: string | null;
  /** How much larger the volume is than its file system, in MiB; 0 but for a file system's own needs. */
  readonly growableMiB: number;
};

export type DockerState = {
  readonly type: "docker";
  readonly running: boolean;
  readonly docker: string | null;
  readonly compose: string | null;
  /** Digest of the drop-in with its proxies; null: none. */
  readonly proxy: string | null;
};

export type FileState = {
  readonly exists: boolean;
  /** Of what was asked for, with marks for secrets. */
  readonly written: string | null;
  readonly intact: boolean;
  readonly mode: string | null;
  readonly owner: string | null;
  /** Secrets that Parameter Store has newer versions of than the file. */
  readonly outdated: readonly OutdatedSecret[];
};

export type OutdatedSecret = { readonly parameter: string; readonly written: number; readonly current: number };

export type FilesState = {
  readonly type: "files";
  readonly files: { readonly [path: string]: FileState };
  /** Of GitLab's container, where it has one and this is asked for. */
  readonly gitlabImage?: string;
};

export type ServiceState = {
  readonly type: "service";
  readonly state: string;
  readonly health: string;
  readonly image: string;
  readonly exitCode: number | null;
  readonly restarts: number | null;
  /** Milliseconds since it was started. */
  readonly age: number | null;
  readonly configHash: string | null;
  /** What docker compose would make it of now; null where it can't tell. */
  readonly wantedHash: string | null;
  /** Of GitLab: HTTP status of its readiness, 0 where nothing answers. */
  readonly readiness?: number;
};

export type DiskState = {
  readonly type: "disk";
  /** Whole percent, by mount point. */
  readonly usedPercent: { readonly [path: string]: number };
  /** Seconds since images were pruned last; null: never. */
  readonly prunedAgo: number | null;
  /** From which on a disk is too full, by the file. */
  readonly warningPercent: number;
};

export type StackState = MountState | DockerState | FilesState | ServiceState | DiskState;

/** `absent`: it isn't there. `null`: what was told doesn't say. */
export type Read<State> = State | "absent" | null;

/** One resource out of what the host told. Pure. */
export function stateOf(desired: StackDesired, facts: HostFacts): Read<StackState> {
  switch (desired.type) {
    case "mount":
      return mountState(facts);
    case "docker":
      return dockerState(facts);
    case "files":
      return filesState(desired, facts);
    case "service":
      return serviceState(desired.service, facts);
    case "disk":
      return diskState(desired, facts);
  }
}

function mountState(facts: HostFacts): Read<MountState> {
  const mount = facts.mounts.find(({ path }) => path === hostPaths.data);
  if (mount === undefined) return null;
  if (!mount.mounted) return "absent";
  const volumeId = facts.sentinel?.volume ?? null;
  const device = facts.devices.find(({ volume }) => volume !== null && volume === volumeId);
  const [whole, used] = [device?.sizeBytes ?? null, mount.totalBytes];
  const missing = whole === null || used === null ? 0 : whole - used;
  // What XFS and ext4 keep for themselves: logs and inode tables.
  const own = 64 * 2 ** 20 + (whole ?? 0) * (mount.fileSystem === "xfs" ? 0.01 : 0.03);
  return { type: "mount", volumeId, growableMiB: missing > own ? Math.round(missing / 2 ** 20) : 0 };
}

function dockerState({ docker }: HostFacts): Read<DockerState> {
  if (!docker.installed) return "absent";
  const { running, version, compose, proxy = null } = docker;
  return { type: "docker", running, docker: version, compose, proxy };
}

function filesState({ files, gitlabImage }: FilesDesired, facts: HostFacts): Read<FilesState> {
  const told = new Map(facts.files.map((file) => [file.path, file]));
  const states: Record<string, FileState> = {};
  for (const { path } of files) {
    const file = told.get(path);
    if (file === undefined) return null;
    const { exists, written, intact, mode, owner, secrets = [] } = file;
    // What could not be told is no reason to write a file.
    const outdated = secrets.flatMap(({ parameter, written: before, current }): readonly OutdatedSecret[] =>
      before === null || current === null || before === current ? [] : [{ parameter, written: before, current }],
    );
    states[path] = { exists, written, intact, mode, owner, outdated };
  }
  if (Object.values(states).every(({ exists }) => !exists)) return "absent";
  const image = gitlabImage === undefined ? undefined : facts.services?.find(({ name }) => name === "gitlab")?.image;
  return { type: "files", files: states, ...(image === undefined ? {} : { gitlabImage: image }) };
}

export function serviceState(service: string, facts: HostFacts): Read<ServiceState> {
  // Without Docker there is no service; with one that doesn't answer nobody knows.
  if (!facts.docker.installed) return "absent";
  if (facts.services === null) return null;
  const found = facts.services.find(({ name }) => name === service);
  if (found === undefined) return "absent";
  const started = found.startedAt === null ? Number.NaN : Date.parse(found.startedAt);
  return {
    type: "service",
    state: found.state,
    health: found.health,
    image: found.image,
    exitCode: found.exitCode,
    restarts: found.restarts,
    age: Number.isNaN(started) ? null : Math.max(0, facts.clock - started),
    configHash: found.configHash,
    wantedHash: facts.composeHashes?.find(({ name }) => name === service)?.hash ?? null,
    ...(service === "gitlab" && facts.gitlab !== null ? { readiness: facts.gitlab.readiness } : {}),
  };
}

function diskState({ warningPercent }: DiskDesired, facts: HostFacts): Read<DiskState> {
  const usedPercent = Object.fromEntries(
    facts.mounts.flatMap(({ path, mounted, totalBytes, availableBytes }) =>
      !mounted || totalBytes === null || availableBytes === null || totalBytes === 0
        ? []
        : [[path, Math.round(100 * (1 - availableBytes / totalBytes))] as const],
    ),
  );
  if (Object.keys(usedPercent).length === 0) return null;
  const { prunedAt } = facts.docker;
  const prunedAgo = prunedAt === null ? null : Math.round(facts.clock / 1000) - prunedAt;
  return { type: "disk", usedPercent, prunedAgo, warningPercent };
}

export function fullest({ usedPercent }: DiskState): readonly [path: string, percent: number] {
  return Object.entries(usedPercent).reduce((most, one) => (one[1] > most[1] ? one : most), ["/", 0]);
}

/** Whether unused images are to go: the disk is full enough, and it was not done a short while ago. */
export function prunes(state: DiskState, { prune }: DiskDesired): boolean {
  if (prune === undefined || fullest(state)[1] <= prune.abovePercent) return false;
  return state.prunedAgo === null || state.prunedAgo > pruneEvery;
}

/** Seconds: images younger than the file's age stay, and must not be asked for again at once. */
const pruneEvery = 24 * 3600;
