import type { InstancesDistribution } from "@aws-sdk/client-auto-scaling";
import type { StateKey } from "../../service.ts";

/** What one account's Auto Scaling holds in one region. Times in epoch milliseconds. */
export interface AutoScalingState {
  timing: AutoScalingTiming;
  /** By name. */
  readonly groups: Record<string, GroupRecord>;
  /** Newest first. */
  readonly activities: ActivityRecord[];
}

/** How long Auto Scaling takes, in milliseconds. */
export interface AutoScalingTiming {
  /** From a vacancy to the launch that fills it. */
  readonly launch: number;
  /** From the end of an instance until its group notices. */
  readonly healthCheck: number;
  /** From a launch that failed to the next try. */
  readonly retry: number;
  /** How long a deleted group stays listed as going. */
  readonly delete: number;
}

export const DEFAULT_AUTO_SCALING_TIMING: AutoScalingTiming = {
  launch: 5_000,
  healthCheck: 60_000,
  retry: 60_000,
  delete: 5_000,
};

export interface TemplateReference {
  readonly LaunchTemplateId: string;
  readonly LaunchTemplateName: string;
  /** As it was given: a number, `$Latest` or `$Default`. */
  readonly Version: string;
}

export interface MixedPolicy {
  readonly template: TemplateReference;
  /** In the order of preference. */
  readonly instanceTypes: readonly string[];
  readonly distribution: InstancesDistribution;
}

export interface GroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly template?: TemplateReference;
  readonly mixed?: MixedPolicy;
  readonly subnetIds: readonly string[];
  readonly protectNew: boolean;
  /** Reasons by process. */
  readonly suspended: Readonly<Record<string, string>>;
  readonly healthCheckType: string;
  readonly healthCheckGracePeriod: number;
  readonly cooldown: number;
  readonly terminationPolicies: readonly string[];
  readonly capacityRebalance?: boolean;
  readonly maxInstanceLifetime?: number;
  readonly tags: readonly GroupTag[];
  /** By instance id. */
  readonly members: Readonly<Record<string, MemberRecord>>;
  /** A launch failed: not before then is it tried again. */
  readonly retryAt?: number;
  /** It was deleted, and is listed until then and until its last instance has ended. */
  readonly goneAt?: number;
}

export interface GroupTag {
  readonly Key: string;
  readonly Value: string;
  readonly PropagateAtLaunch: boolean;
}

export interface MemberRecord {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly launchedAt: number;
  readonly state: "active" | "standby" | "terminating";
  readonly protected: boolean;
  readonly template: TemplateReference;
}

export interface ActivityRecord {
  readonly id: string;
  readonly group: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly status: "Successful" | "Failed";
  readonly message?: string;
}

export function autoScalingStateKey(timing?: Partial<AutoScalingTiming>): StateKey<AutoScalingState> {
  return {
    name: "autoscaling",
    initial: () => ({ timing: { ...DEFAULT_AUTO_SCALING_TIMING, ...timing }, groups: {}, activities: [] }),
  };
}
