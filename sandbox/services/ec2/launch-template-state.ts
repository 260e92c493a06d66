import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { StateKey } from "../../service.ts";

export interface LaunchTemplateVersionRecord {
  readonly number: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly description?: string;
  /** As it was asked for. */
  readonly data: RequestLaunchTemplateData;
}

export interface LaunchTemplateRecord {
  readonly templateId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly defaultVersion: number;
  /** Numbers are never used again, so the highest may be of a version that is deleted. */
  readonly latestVersion: number;
  readonly versions: readonly LaunchTemplateVersionRecord[];
  /** From when listings and other calls see it. */
  readonly visibleAt: number;
}

export interface LaunchTemplateState {
  /** By id. */
  readonly templates: Record<string, LaunchTemplateRecord>;
}

/** Apart from EC2's other state, so that kept states of earlier days go on. */
export const LAUNCH_TEMPLATES: StateKey<LaunchTemplateState> = {
  name: "ec2-launch-templates",
  initial: () => ({ templates: {} }),
};
