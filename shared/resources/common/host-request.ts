import { createHash } from "node:crypto";
import type { HostCommand, HostRecord } from "./host-command.ts";

/** Where things are on a host. GitLab's data and the manager's state live below `data`, on a volume of its own. */
export const hostPaths = {
  /** Mount point of the data volume. */
  data: "/srv/fleetkeeper",
  /** The manager's `/etc/gitlab-runner`: config.toml, .runner_system_id. */
  runner: "/srv/fleetkeeper/runner",
  /** docker-machine's storage path: certs/, machines/. */
  machine: "/srv/fleetkeeper/machine",
  /** The compose project's directory. */
  stack: "/srv/fleetkeeper/stack",
  /** The host's own: fence, lock, what was written. Mode 0700, on the root volume. */
  state: "/var/lib/fleetkeeper",
} as const;

/** On a host that is half restored from a backup: it names the backup. */
export const restoringMark = "/srv/fleetkeeper/gitlab/.fleetkeeper-restoring";

/** Services of the compose file that documents know by name. */
export const hostServices = { gitlab: "gitlab", runner: "gitlab-runner" } as const;

/** @param files paths under our control @param mounts paths whose space matters, the data volume's among them */
export function factsRequest(files: readonly string[], mounts: readonly string[] = [hostPaths.data, "/"]): HostCommand {
  const records: HostRecord[] = [
    ...mounts.map((path): HostRecord => ["mount", path]),
    ...files.map((path): HostRecord => ["file", path]),
  ];
  return { document: "facts", fenced: false, records };
}

/** Formats the volume if it is blank, and never else; mounts it by UUID; leaves a sentinel. `data`: its mount point. */
export function prepareVolumeRequest(volumeId: string): HostCommand {
  return { document: "prepare-volume", records: [["volume", volumeId, hostPaths.data]] };
}

/** The volume has grown in EC2; its file system follows. */
export function growVolumeRequest(volumeId: string): HostCommand {
  return { document: "grow-volume", records: [["volume", volumeId, hostPaths.data]] };
}

export interface DockerRequest {
  /** Version of the distribution's package, `25.0.8`; the release may be left out. */
  readonly docker: string;
  readonly compose: { readonly version: string; readonly url: string; readonly sha256: string };
  /** Text of the unit's drop-in with the daemon's proxies; empty or left out: none. */
  readonly proxy?: string;
}

export function installDockerRequest({ docker, compose, proxy = "" }: DockerRequest): HostCommand {
  return {
    document: "install-docker",
    records: [
      ["docker", docker],
      ["compose", compose.version, compose.url, compose.sha256],
      ["proxy", proxy],
    ],
  };
}

/**
 * How a secret's value is written into a file: as it is, or as a literal of the file's language. `version`: not the value,
 * but the number of its version, so that what is started of the file starts anew with the next one.
 */
export type SecretEncoding = "raw" | "json" | "ruby" | "env" | "base64" | "version";

/** Stands in a file's text for the value of a SecureString; write-files puts the value there, on the host. */
export function secretMark(parameter: string, encoding: SecretEncoding): string {
  if (!/^\/[A-Za-z0-9_./-]{1,1010}$/.test(parameter)) throw new RangeError(`not a parameter's name: ${parameter}`);
  return `@@fleetkeeper-secret:${encoding}:${parameter}@@`;
}

/** Parameters whose values stand in a file once it is written, each once. */
export function secretsIn(content: string): readonly string[] {
  return [
    ...new Set(
      [...content.matchAll(/@@fleetkeeper-secret:[a-z0-9]+:(\/[A-Za-z0-9_./-]+)@@/g)].map(([, name = ""]) => name),
    ),
  ];
}

export interface HostFile {
  /** Absolute, below one of {@link writableRoots}. */
  readonly path: string;
  /** May hold {@link secretMark}s; with values, the mode must be 0600 or 0400. */
  readonly content: string;
  /** Four octal digits: `0644`. */
  readonly mode: string;
  /** As numbers; default 0:0. */
  readonly owner?: string;
}

/** As facts report it under `written`. */
export function fileDigest(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Files whole or not at all, each; previous versions are kept. What isn't named is left alone. */
export function writeFilesRequest(files: readonly HostFile[]): HostCommand {
  return {
    document: "write-files",
    records: files.map(({ path, content, mode, owner = "0:0" }) => [
      "file",
      path,
      mode,
      owner,
      fileDigest(content),
      content,
    ]),
  };
}

export type ComposeVerb = "up" | "stop" | "start" | "restart" | "pull" | "build" | "remove";

/**
 * One verb on services of the project in {@link hostPaths.stack}. `up` starts what is down and recreates what changed, but
 * never the runner's container while it runs: that is `RunnerNotDrained` until drain-runner is done. Starts, doesn't wait.
 * `remove` is for services that the compose file doesn't have any more: their containers go, their data stays.
 */
export function composeRequest(verb: ComposeVerb, services: readonly string[]): HostCommand {
  return {
    document: "compose",
    records: [["verb", verb], ...services.map((name): HostRecord => ["service", name])],
  };
}

/** @param unusedForSeconds images that no container uses and that are older than this */
export function pruneImagesRequest(unusedForSeconds: number): HostCommand {
  return { document: "prune-images", records: [["unused-for", String(unusedForSeconds)]] };
}

/** Newest lines of a service, at most 500. Result: `{lines: [...], cut: boolean}`. Logs may hold what users logged. */
export function serviceLogsRequest(service: string, lines: number): HostCommand {
  return { document: "service-logs", fenced: false, records: [["service", service, String(lines)]] };
}

/** Moves the initial root password into a SecureString of this name. Result: `{moved: boolean, version}`; never the value. */
export function rootPasswordRequest(parameter: string): HostCommand {
  return { document: "root-password", records: [["parameter", parameter]] };
}

/** SIGQUIT, then looks until it has ended or `waitSeconds` are over. Result: `{drained: boolean, jobs}`: ask again. */
export function drainRunnerRequest(waitSeconds: number): HostCommand {
  return { document: "drain-runner", records: [["wait", String(waitSeconds)]] };
}

/** Result: `machines` and `processes` as in the facts. */
export function listMachinesRequest(): HostCommand {
  return { document: "list-machines", fenced: false, records: [] };
}

/** Asked on a worker. Result: `{containers}`, how many containers of jobs run there. */
export function listJobsRequest(): HostCommand {
  return { document: "list-jobs", fenced: false, records: [] };
}
