import type { StateKey } from "../service.ts";

/*
 * A stand-in for a GitLab: what its runner API keeps, and no more. Plain JSON, kept with the sandbox's other state. Times in
 * epoch milliseconds. Source of every rule: GitLab's API documentation, pages "Runners API" and "Users API".
 */

export type RunnerType = "instance_type" | "group_type" | "project_type";

export interface RunnerRecord {
  readonly id: number;
  token: string;
  tokenExpiresAt: number | null;
  readonly type: RunnerType;
  readonly groupId: number | null;
  readonly projectId: number | null;
  /** Made with a registration token; then it is deleted with its last manager. */
  readonly legacy: boolean;
  readonly createdAt: number;
  attributes: RunnerAttributes;
  readonly managers: ManagerRow[];
}

export interface RunnerAttributes {
  readonly description: string | null;
  readonly tagList: readonly string[];
  readonly runUntagged: boolean;
  readonly locked: boolean;
  readonly paused: boolean;
  readonly accessLevel: "not_protected" | "ref_protected";
  /** Seconds. */
  readonly maximumTimeout: number | null;
  readonly maintenanceNote: string | null;
}

/** What GitLab takes where a request says nothing. */
export const newRunner: RunnerAttributes = {
  description: null,
  tagList: [],
  runUntagged: true,
  locked: false,
  paused: false,
  accessLevel: "not_protected",
  maximumTimeout: null,
  maintenanceNote: null,
};

export interface ManagerRow {
  readonly id: number;
  readonly systemId: string;
  readonly createdAt: number;
  contactedAt: number;
  version: string | null;
}

export interface JobRecord {
  readonly id: number;
  readonly runnerId: number;
  readonly systemId: string;
  status: "running" | "success" | "failed" | "canceled";
  readonly name: string;
  readonly createdAt: number;
  /** What the runner has sent so far; its first lines name the machine. */
  trace?: string;
}

export interface AccessToken {
  readonly name: string;
  readonly value: string;
  readonly scopes: readonly string[];
  /** Whether its user is an administrator. */
  readonly admin: boolean;
  readonly expiresAt: number | null;
  revoked: boolean;
}

export interface GitLabCall {
  readonly at: number;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
}

export interface GitLabState {
  nextId: number;
  readonly runners: RunnerRecord[];
  readonly jobs: JobRecord[];
  readonly accessTokens: AccessToken[];
  /** Null: registration tokens are switched off, as new GitLabs have it. */
  registrationToken: string | null;
  /** How long new tokens of runners are good for, in seconds. Null: for ever. */
  tokenLifetime: number | null;
  /** For tests: after how many more calls, which all take effect, everything on the calling host is killed. */
  killAfter: number | null;
  /** Newest last; never a header or a body. */
  readonly calls: GitLabCall[];
}

export const gitlabStateKey: StateKey<GitLabState> = {
  name: "gitlab",
  initial: () => ({
    nextId: 1,
    runners: [],
    jobs: [],
    accessTokens: [],
    registrationToken: null,
    tokenLifetime: null,
    killAfter: null,
    calls: [],
  }),
};
