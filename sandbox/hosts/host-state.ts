import type { StateKey } from "../service.ts";

/**
 * What the stand-ins on the sandbox's hosts remember: plain JSON, kept with the sandbox's other state. Files are not in here:
 * they are real, in a directory per instance and per volume. Times in epoch milliseconds.
 */
export interface HostsState {
  readonly hosts: Record<string, HostRecord>;
  /** By volume id. */
  readonly fileSystems: Record<string, FileSystemRecord>;
  /** Versions that no repository has, by package. */
  readonly unavailablePackages: Record<string, readonly string[]>;
  /** Images that no registry has. */
  readonly unavailableImages: readonly string[];
  /** Whether GitLab's images leave PostgreSQL as it is, as GITLAB_SKIP_PG_UPGRADE makes them. Tests set it. */
  postgresqlOptOut: boolean;
  timing: HostTiming;
}

/** How long things on a host take, in milliseconds. */
export interface HostTiming {
  /** From GitLab's very first start until it answers: it makes its database. */
  readonly gitlabFirstBoot: number;
  readonly gitlabBoot: number;
  /** From then on until the background migrations of an upgrade are finished. */
  readonly gitlabMigrations: number;
}

export const DEFAULT_HOST_TIMING: HostTiming = {
  gitlabFirstBoot: 6 * 60_000,
  gitlabBoot: 2 * 60_000,
  gitlabMigrations: 10 * 60_000,
};

export interface FileSystemRecord {
  readonly type: string;
  readonly uuid: string;
  readonly label: string;
  /** GiB that it was made for or grown to. */
  size: number;
}

export interface HostRecord {
  readonly instanceId: string;
  /** When the instance began to run as this record has followed it. */
  bootedAt: number;
  /** Versions by package. */
  readonly packages: Record<string, string>;
  readonly units: Record<string, { enabled: boolean; active: boolean }>;
  /** Volume ids by mount point. */
  readonly mounts: Record<string, string>;
  readonly containers: Record<string, ContainerRecord>;
  /** By image id. */
  readonly images: Record<string, ImageRecord>;
  /** What runs in the manager's container. */
  readonly manager: ManagerRecord;
  /** How full disks are, from 0 to 1, by mount point; a tenth where nothing is said. Tests set it. */
  readonly diskUse?: Record<string, number>;
  /** Newest last. */
  readonly calls: StandInCall[];
}

export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly service: string;
  readonly image: string;
  readonly imageId: string;
  readonly configHash: string;
  readonly healthCheck: boolean;
  /** How long a health check that fails doesn't count, in milliseconds: its start period. */
  readonly healthGrace?: number;
  /** GITLAB_OMNIBUS_CONFIG as it was given. */
  readonly omnibus?: string;
  /** As `docker compose` binds them: what is on the host by what is in the container. */
  readonly binds: readonly { readonly host: string; readonly container: string }[];
  restart: string;
  status: "created" | "running" | "exited";
  exitCode: number;
  startedAt: number;
  restarts: number;
  /** Set once SIGQUIT has come: it ends with its last job. */
  quitting: boolean;
  /** Whether a person or compose stopped it, so that a boot doesn't start it. */
  stopped: boolean;
  /** Of GitLab: its services that `gitlab-ctl stop` ended, until it or the container starts them again. */
  down?: readonly string[];
  log: string[];
}

export interface ImageRecord {
  readonly id: string;
  tags: string[];
  readonly taggedAt: number;
}

export interface ManagerRecord {
  /** Jobs that run now; tests set them. */
  jobs: number;
  /** Command lines beside the manager's own. */
  processes: string[];
  /** Modification time of the config.toml that was loaded last; 0: none. */
  loadedVersion: number;
  loaded: number;
  loadingErrors: number;
  concurrent: number;
  /** The first `listen_address` that it has met since it started: the real one reads it at start only. Missing: none. */
  listens?: string;
}

export interface StandInCall {
  readonly at: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly exitCode: number;
}

export function hostsStateKey(timing?: Partial<HostTiming>): StateKey<HostsState> {
  return {
    name: "hosts",
    initial: () => ({
      hosts: {},
      fileSystems: {},
      unavailablePackages: {},
      unavailableImages: [],
      postgresqlOptOut: false,
      timing: { ...DEFAULT_HOST_TIMING, ...timing },
    }),
  };
}

export function newHost(instanceId: string): HostRecord {
  return {
    instanceId,
    bootedAt: 0,
    packages: { "amazon-ssm-agent": "3.3.3050.0" },
    units: { "amazon-ssm-agent": { enabled: true, active: true } },
    mounts: {},
    containers: {},
    images: {},
    manager: { jobs: 0, processes: [], loadedVersion: 0, loaded: 0, loadingErrors: 0, concurrent: 0 },
    diskUse: {},
    calls: [],
  };
}
