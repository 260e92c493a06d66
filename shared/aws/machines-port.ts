/** The states of an EC2 instance. Source: EC2 API reference, InstanceState. */
export type InstanceState = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

/** One EC2 instance as listed, with what tells whose it is. All times are epoch milliseconds. */
export interface InstanceRecord {
  readonly id: string;
  readonly state: InstanceState;
  /** When it was last started, by EC2's clock. */
  readonly launchTime: number;
  readonly keyName?: string;
  /** ARN of its instance profile. */
  readonly profileArn?: string;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Tags of the spot request that it came from: some versions of docker-machine tag the request alone. */
  readonly requestTags?: Readonly<Record<string, string>>;
  readonly spotRequestId?: string;
}

/** An EC2 spot instance request. Source: EC2 API reference, SpotInstanceRequest. */
export interface SpotRequestRecord {
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

export interface KeyPairRecord {
  readonly name: string;
  readonly createdAt: number;
}

export interface VolumeRecord {
  readonly id: string;
  readonly state: "creating" | "available" | "in-use" | "deleting" | "deleted" | "error";
  /** Ids of the instances that it is attached to. */
  readonly attachedTo: readonly string[];
  /** It is deleted together with an instance: a root volume, not one for data. */
  readonly endsWithInstance: boolean;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface NetworkInterfaceRecord {
  readonly id: string;
  readonly state: "available" | "associated" | "attaching" | "in-use" | "detaching";
  /** 0: EC2 doesn't say when an interface was made. The time since its first sighting is what counts. */
  readonly createdAt: number;
  readonly requesterManaged: boolean;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * What collection asks of EC2. A listing is whole or it throws: half of it, taken for all, would make orphans of the rest.
 */
export interface MachinesReader {
  /** Every instance of the region that is pending, running, stopping or stopped, whoever made it. */
  instances(): Promise<readonly InstanceRecord[]>;
  /** The states of these instances, in every state; one that EC2 doesn't tell of is missing, which proves nothing. */
  instanceStates(ids: readonly string[]): Promise<Readonly<Record<string, InstanceState>>>;
  /** Every spot request that is open, active or disabled. */
  spotRequests(): Promise<readonly SpotRequestRecord[]>;
  /** Every key pair whose name starts with `runner-`. */
  keyPairs(): Promise<readonly KeyPairRecord[]>;
  /** Every volume with the fleet's tag. */
  volumes(fleetTags: Readonly<Record<string, string>>): Promise<readonly VolumeRecord[]>;
  /** Those of these volumes that exist, in any state but deleted. */
  existingVolumes(ids: readonly string[]): Promise<readonly string[]>;
  /** Every network interface with the fleet's tag. */
  networkInterfaces(fleetTags: Readonly<Record<string, string>>): Promise<readonly NetworkInterfaceRecord[]>;
  terminationProtected(id: string): Promise<boolean>;
}

/** What marking may do: put a tag on instances and take it off, and nothing else. */
export interface MachinesMarker {
  tag(ids: readonly string[], key: string, value: string): Promise<void>;
  untag(ids: readonly string[], key: string): Promise<void>;
}

/** What sweeping may do: delete, and never mark. What is gone already is no error. */
export interface MachinesSweeper {
  /** Cancelling never terminates the request's instance. */
  cancelSpotRequest(id: string): Promise<void>;
  /** Refused where termination protection is on. */
  terminate(id: string): Promise<void>;
  /** Through its Auto Scaling group, which wants one fewer from then on. */
  terminateInGroup(id: string): Promise<void>;
  deleteVolume(id: string): Promise<void>;
  deleteNetworkInterface(id: string): Promise<void>;
  deleteKeyPair(name: string): Promise<void>;
}
