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

/** Who speaks for machines beside EC2. Each call answers completely or throws; a throw is silence, never an answer. */
export interface WitnessReader {
  /** @param nonce must come back, or the answer is another command's */
  askManager(instanceId: string, nonce: string): Promise<ManagerAnswer>;
  /** Containers of jobs on a worker; `no-agent` where the agent's complete inventory doesn't have the worker. */
  jobContainers(instanceId: string): Promise<number | "no-agent">;
  /** Machine names in the traces of all running jobs of this fleet's runners; `not-asked` without an API token. */
  tracedMachines(): Promise<readonly string[] | "not-asked">;
  managerRows(): Promise<readonly ManagerRowRecord[]>;
  /** Names of the Auto Scaling groups that exist. */
  scalingGroups(): Promise<readonly string[]>;
}

/** What may be deleted beside EC2's own: a directory on a manager, a row in GitLab. */
export interface LeftoverSweeper {
  /** Refused where the directory isn't there any more as it was listed, or a process works on it. */
  removeDirectory(manager: string, name: string): Promise<void>;
  deleteManagerRow(runnerId: number, systemId: string): Promise<void>;
}
