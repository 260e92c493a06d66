type Tags = Readonly<Record<string, string>>;

/** What instances of a launch template are made of, as far as we say it. */
export type TemplateSettings = {
  readonly imageId: string;
  readonly instanceType: string;
  readonly profileName: string;
  /** Ids, sorted. */
  readonly groupIds: readonly string[];
  readonly publicAddress: boolean;
  readonly metadata: { readonly tokens: string; readonly hopLimit: number; readonly endpoint: string };
  readonly root: {
    readonly device: string;
    readonly sizeGiB: number;
    readonly type: string;
    readonly iops?: number;
    readonly encrypted: boolean;
    readonly deleteOnTermination: boolean;
  };
  readonly instanceTags: Tags;
  readonly volumeTags: Tags;
};

/** Parts of a version that are there or not there; what is missing is left out. */
export type TemplateData = Partial<Omit<TemplateSettings, "metadata" | "root">> & {
  readonly metadata?: Partial<TemplateSettings["metadata"]>;
  readonly root?: Partial<TemplateSettings["root"]>;
  /** Names of members that none of ours is told by: `UserData`. Their values may be secrets, so nobody reads them. */
  readonly others: readonly string[];
};

export type LaunchTemplateRecord = {
  readonly id: string;
  readonly name: string;
  readonly defaultVersion: number;
  readonly latestVersion: number;
  readonly tags: Tags;
};

export type TemplateVersionRecord = {
  readonly templateId: string;
  readonly number: number;
  readonly data: TemplateData;
};

/** What we say of an Auto Scaling group. The desired size is never among it: that is the runner's. */
export type GroupSettings = {
  readonly min: number;
  readonly max: number;
  /** Sorted. */
  readonly subnetIds: readonly string[];
  readonly protectedFromScaleIn: boolean;
  readonly healthCheck: string;
  readonly capacityRebalance: boolean;
  /** Seconds; 0: for ever. */
  readonly maxInstanceLifetime: number;
  readonly templateId: string;
  /** `$Default`, `$Latest` or a number. */
  readonly templateVersion: string;
  /** The preferred first. */
  readonly instanceTypes: readonly string[];
  readonly onDemandBase: number;
  readonly onDemandPercentage: number;
  readonly onDemandStrategy: string;
  readonly spotStrategy: string;
  /** USD an hour; empty: the on-demand price. */
  readonly spotMaxPrice: string;
};

export type ScalingGroupRecord = GroupSettings & {
  readonly name: string;
  readonly desired: number;
  /** Ids of those that are not ending. */
  readonly instances: readonly string[];
  /** How many are ending. */
  readonly ending: number;
  /** Names of its suspended processes, sorted. */
  readonly suspended: readonly string[];
  readonly tags: Tags;
  /** Keys of tags that instances get at their launch, sorted. */
  readonly propagated: readonly string[];
  /** It was deleted and is on its way. */
  readonly going: boolean;
};

export interface PoolReader {
  /** Every group of the region with all these tags. */
  groupsTagged(tags: Tags): Promise<readonly ScalingGroupRecord[]>;
  /** Those of these names that exist. */
  groupsNamed(names: readonly string[]): Promise<readonly ScalingGroupRecord[]>;
  /** Names of every group of the region, whosever they are. */
  groupNames(): Promise<readonly string[]>;
  /** Every launch template of the region with all these tags. */
  templatesTagged(tags: Tags): Promise<readonly LaunchTemplateRecord[]>;
  /** Undefined where there is none of that name. */
  templateNamed(name: string): Promise<LaunchTemplateRecord | undefined>;
  /** Undefined where there is no template of that name. */
  templateVersion(name: string, version: "$Default" | "$Latest"): Promise<TemplateVersionRecord | undefined>;
  /** Name of an AMI's root device. @throws Failure `ImageMissing` */
  rootDeviceOf(imageId: string): Promise<string>;
}

export interface PoolWriter extends PoolReader {
  createTemplate(
    template: { readonly name: string; readonly tags: Tags; readonly data: TemplateSettings },
    clientToken: string,
  ): Promise<{ readonly id: string } | "exists">;
  /** @returns the new version's number */
  addVersion(templateId: string, data: TemplateSettings, clientToken: string): Promise<number>;
  setDefaultVersion(templateId: string, number: number): Promise<void>;
  tagTemplate(templateId: string, tags: Tags): Promise<void>;
  deleteTemplate(templateId: string): Promise<void>;
  /** With its tags, which instances get too; of size `min`. */
  createGroup(name: string, settings: GroupSettings, tags: Tags): Promise<"created" | "exists">;
  /** Leaves the desired size and every instance as they are, as long as the bounds allow. */
  updateGroup(name: string, settings: GroupSettings): Promise<void>;
  suspendProcesses(name: string, processes: readonly string[]): Promise<void>;
  resumeProcesses(name: string, processes: readonly string[]): Promise<void>;
  /** For instances that are launched later, too. */
  tagGroup(name: string, tags: Tags): Promise<void>;
  /** Together with its instances, which the group itself ends. What is on its way is left on it. */
  deleteGroup(name: string): Promise<void>;
}
