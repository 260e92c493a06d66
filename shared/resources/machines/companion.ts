import type {
  KeyPairRecord,
  NetworkInterfaceRecord,
  SpotRequestRecord,
  VolumeRecord,
} from "../../aws/machines-port.ts";
import type { Answer } from "./span.ts";

export type SpotRequest = SpotRequestRecord;
export type KeyPair = KeyPairRecord;
export type Volume = VolumeRecord;
export type NetworkInterface = NetworkInterfaceRecord;

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
