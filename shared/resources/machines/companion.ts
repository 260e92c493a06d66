import type { Answer } from "./span.ts";

/** An EC2 spot instance request. Source: EC2 API reference, SpotInstanceRequest. */
export interface SpotRequest {
  readonly id: string;
  readonly state: "open" | "active" | "disabled" | "closed" | "cancelled" | "failed";
  /** A persistent one starts another instance when its instance is terminated. */
  readonly type: "one-time" | "persistent";
  readonly createdAt: number;
  readonly keyName?: string;
  readonly profileArn?: string;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly instanceId?: string;
}

export interface KeyPair {
  readonly name: string;
  readonly createdAt: number;
}

export interface Volume {
  readonly id: string;
  readonly state: "creating" | "available" | "in-use" | "deleting" | "deleted" | "error";
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface NetworkInterface {
  readonly id: string;
  readonly state: "available" | "associated" | "attaching" | "in-use" | "detaching";
  /** 0: EC2 doesn't say when an interface was made. The time since its first sighting is what counts. */
  readonly createdAt: number;
  readonly requesterManaged: boolean;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A row of GitLab's `GET /runners/:id/managers`: one for every system id that a runner's token was ever used with. */
export interface ManagerRow {
  readonly runnerId: number;
  readonly systemId: string;
  readonly createdAt: number;
  readonly contactedAt?: number;
  /** Whether a job runs on it, by GitLab's `job_execution_status`. */
  readonly active: boolean;
}

/** What machines leave behind: listed after the instances and before the managers' disks. */
export interface CompanionEvidence {
  readonly requests: Answer<readonly SpotRequest[]>;
  readonly keyPairs: Answer<readonly KeyPair[]>;
  readonly volumes: Answer<readonly Volume[]>;
  readonly interfaces: Answer<readonly NetworkInterface[]>;
  readonly managerRows: Answer<readonly ManagerRow[]>;
  /** The system ids that the managers' own files hold now. */
  readonly systemIds: Answer<readonly string[]>;
}

/** In the order of deletion: open requests before instances, or one starts another; key pairs last. */
export const sortOrder = [
  "spot-request",
  "instance",
  "volume",
  "network-interface",
  "directory",
  "manager-row",
  "key-pair",
] as const;

export type Sort = (typeof sortOrder)[number];

/** `sort/id`: `instance/i-0123`, `directory/i-0host/runner-...`. */
export type Subject = `${Sort}/${string}`;

export function sortOf(subject: Subject): Sort {
  return subject.slice(0, subject.indexOf("/")) as Sort;
}
