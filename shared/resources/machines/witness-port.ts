import type { MachineDirectory } from "./evidence.ts";

/** What a manager's list-machines document answers, in one command. */
export interface ManagerAnswer {
  readonly nonce: string;
  /** The id of the instance that it ran on. */
  readonly instance: string;
  readonly path: string;
  readonly mount: string;
  readonly sentinel?: { readonly volume: string; readonly generation: number };
  readonly machines: readonly MachineDirectory[];
  readonly count: number;
  readonly hash: string;
  readonly ended: boolean;
  /** Name templates of the sections that the running runner has loaded; missing where no runner runs, or none could say. */
  readonly sections?: readonly string[];
  /** There is no container of a runner manager at all, not even a stopped one. */
  readonly runnerAbsent?: true;
  /** Machine names in the command line of docker-machine processes. */
  readonly processes: readonly string[];
  /** What `.runner_system_id` holds. */
  readonly systemId?: string;
}

/** A row of GitLab's runner managers. Source: REST API, `GET /runners/:id/managers`. */
export interface ManagerRowRecord {
  readonly runnerId: number;
  readonly systemId: string;
  readonly createdAt: number;
  readonly contactedAt?: number;
  readonly active: boolean;
}

export interface GitLabAnswer {
  /** Machine names in the traces of all running jobs of these managers; `not-asked` without a token that may read them. */
  readonly traced: readonly string[] | "not-asked";
  /** Missing without an API token. */
  readonly rows?: readonly ManagerRowRecord[];
}

/** Who speaks for machines beside EC2. Each call answers completely or throws; a throw is silence, never an answer. */
export interface WitnessReader {
  /** @param nonce must come back, or the answer is another command's */
  askManager(instanceId: string, nonce: string): Promise<ManagerAnswer>;
  /** Containers of jobs on a worker; `no-agent` where the agent's complete inventory doesn't have the worker. */
  jobContainers(instanceId: string): Promise<number | "no-agent">;
  /**
   * What GitLab knows, asked on the managers' hosts, which have the tokens.
   * @param managers instance ids; GitLab can't be asked where there is none
   * @param traces whether the traces of running jobs are to be read: that costs a call for each job
   */
  askGitLab(managers: readonly string[], traces: boolean): Promise<GitLabAnswer>;
  /** Names of the Auto Scaling groups that exist. */
  scalingGroups(): Promise<readonly string[]>;
}

/** What may be deleted beside EC2's own: a directory on a manager, a row in GitLab. */
export interface LeftoverSweeper {
  /**
   * Refused where the directory isn't as it was listed, or a process works on it.
   * @param instanceId as its config.json named it, if it did
   */
  removeDirectory(manager: string, name: string, instanceId: string | undefined): Promise<void>;
  /** @param managers instance ids of living managers; the host that has the runner's token deletes it */
  deleteManagerRow(managers: readonly string[], runnerId: number, systemId: string): Promise<void>;
}
