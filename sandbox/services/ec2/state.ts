import type { SecurityGroupRecord, SecurityGroupRuleRecord } from "./security-group-state.ts";

/**
 * What one account's EC2 holds in one region: plain JSON by id, times in epoch milliseconds, changed by the operations alone.
 */
export interface Ec2State {
  timing: Ec2Timing;
  readonly vpcs: Record<string, VpcRecord>;
  readonly subnets: Record<string, SubnetRecord>;
  readonly routeTables: Record<string, RouteTableRecord>;
  readonly securityGroups: Record<string, SecurityGroupRecord>;
  readonly securityGroupRules: Record<string, SecurityGroupRuleRecord>;
  /** By resource id; sorted by key. */
  readonly tags: Record<string, readonly TagRecord[]>;
}

/** How long EC2 takes, in milliseconds. */
export interface Ec2Timing {
  /** How long a new resource stays unseen by listings and by calls that name it (EC2's eventual consistency). */
  readonly listingLag: number;
}

export const DEFAULT_EC2_TIMING: Ec2Timing = { listingLag: 0 };

export interface TagRecord {
  readonly Key: string;
  readonly Value: string;
}

export interface VpcRecord {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly isDefault: boolean;
}

export interface SubnetRecord {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidrBlock: string;
  /** The letter after the region's name: `a`. */
  readonly zone: string;
  readonly mapPublicIpOnLaunch: boolean;
}

export interface RouteTableRecord {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly main: boolean;
  readonly subnetIds: readonly string[];
  /** Where 0.0.0.0/0 goes: an `igw-` or `nat-` id. */
  readonly defaultGateway?: string;
}

export function emptyEc2State(timing: Ec2Timing): Ec2State {
  return {
    timing,
    vpcs: {},
    subnets: {},
    routeTables: {},
    securityGroups: {},
    securityGroupRules: {},
    tags: {},
  };
}
