import type { AddressRecord } from "./address-state.ts";
import type { Ec2Event } from "./event.ts";
import type { ImageRecord } from "./image-catalog.ts";
import type { InstanceRecord } from "./instance-state.ts";
import type { KeyPairRecord } from "./key-pair-state.ts";
import type { NetworkInterfaceRecord } from "./network-interface-state.ts";
import type { SecurityGroupRecord, SecurityGroupRuleRecord } from "./security-group-state.ts";
import type { SpotMarket, SpotRequestRecord } from "./spot-state.ts";
import type { SnapshotRecord, VolumeRecord } from "./volume-state.ts";
import type { VpcEndpointRecord } from "./vpc-endpoint-state.ts";

/**
 * What one account's EC2 holds in one region: plain JSON by id, times in epoch milliseconds, changed by the operations and by
 * what falls due in the agenda.
 */
export interface Ec2State {
  timing: Ec2Timing;
  readonly vpcs: Record<string, VpcRecord>;
  readonly subnets: Record<string, SubnetRecord>;
  readonly routeTables: Record<string, RouteTableRecord>;
  readonly vpcEndpoints: Record<string, VpcEndpointRecord>;
  readonly securityGroups: Record<string, SecurityGroupRecord>;
  readonly securityGroupRules: Record<string, SecurityGroupRuleRecord>;
  readonly images: Record<string, ImageRecord>;
  /** By key pair id. */
  readonly keyPairs: Record<string, KeyPairRecord>;
  readonly instances: Record<string, InstanceRecord>;
  readonly networkInterfaces: Record<string, NetworkInterfaceRecord>;
  /** By allocation id. */
  readonly addresses: Record<string, AddressRecord>;
  readonly volumes: Record<string, VolumeRecord>;
  readonly snapshots: Record<string, SnapshotRecord>;
  readonly spotRequests: Record<string, SpotRequestRecord>;
  readonly spotMarket: SpotMarket;
  /** By operation and token: what the first request asked for, and what it made. */
  readonly clientTokens: Record<string, ClientTokenRecord>;
  /** By time. */
  readonly agenda: Ec2Event[];
  /** By resource id; sorted by key. */
  readonly tags: Record<string, readonly TagRecord[]>;
}

/** How long EC2 takes, in milliseconds. */
export interface Ec2Timing {
  /** How long a new resource stays unseen by listings and by calls that name it (EC2's eventual consistency). */
  readonly listingLag: number;
  /** From pending to running, at launch and at start. */
  readonly launch: number;
  readonly stop: number;
  readonly terminate: number;
  /** From running until both status checks are ok. */
  readonly statusChecks: number;
  /** How long a terminated instance stays listed. */
  readonly terminatedVisible: number;
  readonly volumeCreate: number;
  readonly volumeAttach: number;
  readonly volumeDetach: number;
  readonly volumeOptimize: number;
  /** From one modification of a volume to the next. */
  readonly volumeCooldown: number;
  readonly snapshot: number;
  readonly profileAssociation: number;
  /** From a spot request to its instance. */
  readonly spotFulfil: number;
  /** Between two looks at a spot request that could not be fulfilled. */
  readonly spotRetry: number;
  readonly spotNotice: number;
  /** How long a closed or cancelled spot request stays listed. */
  readonly spotVisible: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const DEFAULT_EC2_TIMING: Ec2Timing = {
  listingLag: 0,
  launch: 15 * SECOND,
  stop: 30 * SECOND,
  terminate: 30 * SECOND,
  statusChecks: 2 * MINUTE,
  terminatedVisible: HOUR,
  volumeCreate: 2 * SECOND,
  volumeAttach: 2 * SECOND,
  volumeDetach: 4 * SECOND,
  volumeOptimize: 5 * MINUTE,
  volumeCooldown: 6 * HOUR,
  snapshot: 30 * SECOND,
  profileAssociation: 3 * SECOND,
  spotFulfil: 6 * SECOND,
  spotRetry: MINUTE,
  spotNotice: 2 * MINUTE,
  spotVisible: 48 * HOUR,
};

export interface TagRecord {
  readonly Key: string;
  readonly Value: string;
}

export interface ClientTokenRecord {
  /** Of the request's parameters. */
  readonly digest: string;
  readonly ids: readonly string[];
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
  /** Addresses given out so far, counted up; starts over at the end of the block. */
  readonly addressesUsed: number;
  /** Addresses that were asked for by name. */
  readonly addressesAsked: readonly string[];
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
    vpcEndpoints: {},
    securityGroups: {},
    securityGroupRules: {},
    images: {},
    keyPairs: {},
    instances: {},
    networkInterfaces: {},
    addresses: {},
    volumes: {},
    snapshots: {},
    spotRequests: {},
    spotMarket: { prices: {}, capacity: {} },
    clientTokens: {},
    agenda: [],
    tags: {},
  };
}
