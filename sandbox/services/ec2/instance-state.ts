import type { InstanceMetadataOptionsResponse } from "@aws-sdk/client-ec2";

export type InstanceStateName = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

/** Source: InstanceState in the EC2 API reference. */
export const STATE_CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export interface InstanceRecord {
  readonly instanceId: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: "x86_64" | "arm64";
  readonly rootDeviceName: string;
  readonly keyName?: string;
  readonly subnetId: string;
  readonly vpcId: string;
  /** The letter after the region's name. */
  readonly zone: string;
  /** Of the last start. */
  readonly launchTime: number;
  /** From when listings and other calls see it. */
  readonly visibleAt: number;
  readonly state: InstanceStateName;
  readonly stateSince: number;
  /** The last time that it ran. */
  readonly lastRun?: { readonly from: number; readonly until?: number };
  /** What it is on its way to. */
  readonly transition?: { readonly to: InstanceStateName; readonly at: number };
  readonly stateReason?: { readonly Code: string; readonly Message: string };
  /** `User initiated (2026-01-01 00:00:00 GMT)`, or empty. */
  readonly transitionReason: string;
  /** Primary first; none once it is terminated. */
  readonly networkInterfaceIds: readonly string[];
  readonly profile?: ProfileAssociation;
  readonly metadata: MetadataOptions;
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly shutdownBehavior: "stop" | "terminate";
  /** Base64. */
  readonly userData?: string;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly sourceDestCheck: boolean;
  readonly spotRequestId?: string;
  /** The two-minute notice of a spot instance. */
  readonly interruption?: { readonly action: "terminate"; readonly at: number };
}

/** All of them, once defaults are filled in. */
export type MetadataOptions = {
  readonly [Key in Exclude<keyof InstanceMetadataOptionsResponse, "State">]-?: NonNullable<
    InstanceMetadataOptionsResponse[Key]
  >;
};

export interface ProfileAssociation {
  readonly associationId: string;
  readonly arn: string;
  readonly id: string;
  readonly since: number;
  /** Set while it goes. */
  readonly endsAt?: number;
}

/** Whether it still has interfaces, volumes and an address: until it is terminated. */
export function isAlive(instance: InstanceRecord): boolean {
  return instance.state !== "terminated";
}
