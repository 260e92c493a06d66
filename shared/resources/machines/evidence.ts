import type { Machine } from "./machine.ts";
import type { Answer, Span } from "./span.ts";

/** What tells this fleet's machines from everybody else's, and how long they are left alone. */
export interface FleetIdentity {
  readonly name: string;
  /** ARNs of the machine instance profiles that this fleet has or had. */
  readonly profileArns: readonly string[];
  /** Ids of the machine security groups that this fleet has or had. */
  readonly groupIds: readonly string[];
  /** Ids of the data volumes of this fleet's hosts, past ones too: never a machine's leftover, whatever their tags say. */
  readonly hostVolumes: readonly string[];
  /** Name templates (`runner-t9wkyjhg-acme-%s`) that a manager of this fleet was ever seen with, from the ledger. */
  readonly templates: readonly string[];
  /** Milliseconds. No machine younger than this is judged. */
  readonly gracePeriod: number;
}

/** One directory under docker-machine's `machines`: the instance id may be missing while (or after) it is created. */
export interface MachineDirectory {
  readonly name: string;
  readonly instanceId?: string;
  /** It has no config.json, which docker-machine writes before it launches: its manager can neither use nor remove the machine. */
  readonly broken?: true;
}

/** What the manager's list-machines document printed. */
export interface DiskReading {
  /** As the command was given it. */
  readonly nonce: string;
  /** The id of the instance that it ran on, by that instance's metadata service. */
  readonly instance: string;
  /** The machines directory. */
  readonly path: string;
  /** The mount point that the directory is on. */
  readonly mount: string;
  /** The file that says "this directory is the one, on this volume": with it, no machines is an answer. */
  readonly sentinel?: { readonly volume: string; readonly generation: number };
  readonly machines: readonly MachineDirectory[];
  /** As printed after the list: how many, {@link diskHash} of them, and whether the end mark came. */
  readonly count: number;
  readonly hash: string;
  readonly ended: boolean;
}

/** What a disk reading must say to count. */
export interface DiskExpectation {
  readonly nonce: string;
  readonly path: string;
  readonly mount: string;
  /** Missing where it couldn't be told which data volume is attached: then no reading counts. */
  readonly volume?: string;
  /** The sentinel's generation never falls: a lower one is an old copy of the volume. */
  readonly generation: number;
}

/** How the end of a manager was proven. NotFound is not among them. */
export type EndProof =
  | { readonly how: "volume-gone"; readonly terminatedSeenAt: number; readonly volumeGoneAt: number }
  | {
      readonly how: "successor-read";
      readonly terminatedSeenAt: number;
      readonly successor: string;
      readonly readAt: number;
    }
  /** A person vouches for it, by name: for an end that nobody looked at while EC2 still told of it. */
  | { readonly how: "attested"; readonly by: string; readonly at: number };

export type ManagerEvidence =
  | {
      readonly state: "active";
      /** Its instance id. */
      readonly id: string;
      readonly expected: DiskExpectation;
      /** What its `.runner_system_id` holds, if it answered and has one. */
      readonly systemId?: string;
      readonly disk: Answer<DiskReading>;
      /** Name templates of the sections that the running runner has loaded. A runner that doesn't run is unknown. */
      readonly sections: Answer<readonly string[]>;
      /** Names of machines in the command line of docker-machine processes. */
      readonly processes: Answer<readonly string[]>;
    }
  | { readonly state: "ended"; readonly id: string; readonly volume?: string; readonly proof: EndProof }
  /** Neither read nor proven to have ended. */
  | { readonly state: "missing"; readonly id: string; readonly missing: string };

/** What is asked about a machine alone, and only once everything else speaks against it. */
export interface CloseLook {
  readonly terminationProtection: Answer<boolean>;
  /** Containers of jobs on the worker; `no-agent` where the agent's complete inventory says it can't be asked. */
  readonly containers: Answer<number> | { readonly state: "no-agent"; readonly span: Span };
}

/** Names of machines in the traces of all running jobs; `not-asked` where no API token is configured. */
export type TraceEvidence = Answer<readonly string[]> | { readonly state: "not-asked" };

/** Everything that a decision rests on: plain data, taken in one gathering, storable, and enough to repeat it. */
export interface Evidence {
  readonly fleet: FleetIdentity;
  /** Every page, states pending, running, stopping and stopped. The first thing asked. */
  readonly listing: Answer<readonly Machine[]>;
  /** Instance ids of the hosts that the file declares, whatever their state. */
  readonly hosts: Answer<readonly string[]>;
  /**
   * Ids of the data volumes of this fleet's hosts that exist, by tag. Each holds a machines directory: one that nobody
   * read may know any machine, also if no manager on record ever was on it.
   */
  readonly dataVolumes: Answer<readonly string[]>;
  /** Names of the Auto Scaling groups that exist. */
  readonly scalingGroups: Answer<readonly string[]>;
  /** Every manager on record, each exactly once. Asked after the listing was complete. */
  readonly managers: readonly ManagerEvidence[];
  /** Asked after the disks. */
  readonly traces: TraceEvidence;
  /** By instance id. Asked after the disks. */
  readonly closeLooks: Readonly<Record<string, CloseLook>>;
}
