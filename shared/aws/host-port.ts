export type InstanceStateName = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

export type InstanceRecord = {
  readonly id: string;
  readonly state: InstanceStateName;
  /** As given at its launch; nobody can change it. */
  readonly clientToken: string;
  readonly imageId: string;
  readonly instanceType: string;
  /** `eu-central-1a` */
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp?: string;
  readonly publicIp?: string;
  /** EC2 lent it: it isn't an Elastic IP. */
  readonly lentIp: boolean;
  /** Ids, sorted. */
  readonly groupIds: readonly string[];
  readonly profile?: { readonly arn: string; readonly id: string };
  readonly metadata: MetadataSettings;
  readonly rootDevice: string;
  /** Epoch milliseconds; of the last start. */
  readonly launchedAt: number;
  readonly tags: Readonly<Record<string, string>>;
};

export type MetadataSettings = {
  /** `required`: IMDSv2 only. */
  readonly tokens: string;
  readonly hopLimit: number;
  readonly endpoint: string;
};

export type HostVolumeRecord = {
  readonly id: string;
  readonly zone: string;
  readonly sizeGiB: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  readonly encrypted: boolean;
  readonly kmsKey?: string;
  /** `creating`, `available`, `in-use`, `deleting`, `deleted`, `error` */
  readonly state: string;
  readonly attachment?: {
    readonly instanceId: string;
    readonly device: string;
    /** `attaching`, `attached`, `detaching`, `busy` */
    readonly state: string;
    readonly deleteOnTermination: boolean;
  };
  readonly tags: Readonly<Record<string, string>>;
};

export type HostAddressRecord = {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly associationId?: string;
  readonly instanceId?: string;
  readonly tags: Readonly<Record<string, string>>;
};

export interface HostReader {
  /** Every instance that was launched under one of these client tokens, ended ones too as long as EC2 lists them. */
  instancesOfTokens(tokens: readonly string[]): Promise<readonly InstanceRecord[]>;
  /** Ids of every instance that has this instance profile and hasn't ended, whoever made it. */
  instancesOfProfile(arn: string): Promise<readonly string[]>;
  /** Every instance with all these tags, ended ones too as long as EC2 lists them. */
  instancesTagged(tags: Readonly<Record<string, string>>): Promise<readonly InstanceRecord[]>;
  terminationProtection(instanceId: string): Promise<boolean>;
  volumesOf(instanceId: string): Promise<readonly HostVolumeRecord[]>;
  /** Every volume of the region with all these tags. */
  volumesTagged(tags: Readonly<Record<string, string>>): Promise<readonly HostVolumeRecord[]>;
  /** Whether EC2 is still changing a volume's size or type; its new size is usable before that ends. */
  isModifying(volumeId: string): Promise<boolean>;
  addressesTagged(tags: Readonly<Record<string, string>>): Promise<readonly HostAddressRecord[]>;
  /** Undefined where the account has no such address. */
  address(allocationId: string): Promise<HostAddressRecord | undefined>;
  /** The AMI's id behind a public parameter. @throws Failure `NotFound` */
  imageBehind(parameter: string): Promise<string>;
}

export type VolumeSettings = {
  readonly sizeGiB: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  readonly encrypted: boolean;
  readonly kmsKey?: string;
};

export interface NewInstance {
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly profileName: string;
  readonly metadata: MetadataSettings;
  readonly terminationProtection: boolean;
  /** A public address lent by EC2. */
  readonly publicAddress: boolean;
  readonly root: VolumeSettings;
  /** A second volume, blank, which ends with the instance. */
  readonly scratch?: { readonly device: string; readonly settings: VolumeSettings };
  readonly tags: Readonly<Record<string, string>>;
  /** Of every volume that is made with it. */
  readonly rootTags: Readonly<Record<string, string>>;
}

/**
 * What a launch under a client token led to. `ended`: an earlier launch under it made an instance that is gone by now.
 * `otherwise`: an earlier launch asked for something else under it.
 */
export type Launched =
  | { readonly state: "launched"; readonly id: string }
  | { readonly state: "ended" }
  | { readonly state: "otherwise" };

export interface HostWriter extends HostReader {
  launch(instance: NewInstance, clientToken: string): Promise<Launched>;
  start(instanceId: string): Promise<void>;
  stop(instanceId: string): Promise<void>;
  /** Refused while it is protected. */
  terminate(instanceId: string): Promise<void>;
  /** The instance must be stopped. */
  setType(instanceId: string, instanceType: string): Promise<void>;
  setGroups(instanceId: string, groupIds: readonly string[]): Promise<void>;
  setMetadata(instanceId: string, metadata: MetadataSettings): Promise<void>;
  setTerminationProtection(instanceId: string, on: boolean): Promise<void>;
  /** Whatever profile it has or hasn't. */
  setProfile(instanceId: string, arn: string): Promise<void>;
  tag(resourceId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  zoneOf(subnetId: string): Promise<string>;
  /** Undefined where the volume that an earlier call made under this token is gone, or was another. */
  createVolume(
    volume: VolumeSettings & {
      readonly zone: string;
      /** Made of this one, with its key unless another is named; else blank. */
      readonly snapshotId?: string;
      readonly tags: Readonly<Record<string, string>>;
    },
    clientToken: string,
  ): Promise<string | undefined>;
  attach(volumeId: string, instanceId: string, device: string): Promise<void>;
  /** Refused while it is attached. What is gone already is no error. */
  deleteVolume(volumeId: string): Promise<void>;
  detach(volumeId: string, instanceId: string): Promise<void>;
  keepOnTermination(instanceId: string, device: string): Promise<void>;
  modifyVolume(volumeId: string, settings: Omit<VolumeSettings, "encrypted" | "kmsKey">): Promise<void>;
  allocateAddress(tags: Readonly<Record<string, string>>): Promise<HostAddressRecord>;
  /** Takes the address from whatever has it. */
  associateAddress(allocationId: string, instanceId: string): Promise<void>;
  releaseAddress(allocationId: string): Promise<void>;
}
