import { IMAGES } from "./image-catalog.ts";
import { type Ec2State, type Ec2Timing, emptyEc2State } from "./state.ts";

/**
 * What a new account has here: public images, the default VPC that AWS makes, and one with a public subnet for a host and two
 * private ones for machines. Groups, roles, buckets and instances are left to the user.
 */
export function defaultWorld(timing: Ec2Timing): Ec2State {
  const state = emptyEc2State(timing);
  for (const image of IMAGES) state.images[image.imageId] = image;
  addVpc(state, { vpcId: DEFAULT_WORLD.vpcId, cidrBlock: "10.20.0.0/16", isDefault: false }, "acme", [
    { subnetId: DEFAULT_WORLD.hostSubnetId, cidrBlock: "10.20.0.0/24", zone: "a", public: true, name: "acme-public-a" },
    {
      subnetId: DEFAULT_WORLD.machineSubnetIds[0],
      cidrBlock: "10.20.16.0/20",
      zone: "a",
      public: false,
      name: "acme-private-a",
    },
    {
      subnetId: DEFAULT_WORLD.machineSubnetIds[1],
      cidrBlock: "10.20.32.0/20",
      zone: "b",
      public: false,
      name: "acme-private-b",
    },
  ]);
  addVpc(state, { vpcId: "vpc-0d3fa017000000000", cidrBlock: "172.31.0.0/16", isDefault: true }, undefined, [
    { subnetId: "subnet-0d3fa01700000000a", cidrBlock: "172.31.0.0/20", zone: "a", public: true },
    { subnetId: "subnet-0d3fa01700000000b", cidrBlock: "172.31.16.0/20", zone: "b", public: true },
    { subnetId: "subnet-0d3fa01700000000c", cidrBlock: "172.31.32.0/20", zone: "c", public: true },
  ]);
  return state;
}

/** The ids that the sample fleets name. */
export const DEFAULT_WORLD = {
  region: "eu-central-1",
  account: "123456789012",
  vpcId: "vpc-0a1b2c3d4e5f60718",
  hostSubnetId: "subnet-0aaaaaaaaaaaaaaa1",
  machineSubnetIds: ["subnet-0bbbbbbbbbbbbbbb2", "subnet-0ccccccccccccccc3"],
} as const;

interface SubnetSeed {
  readonly subnetId: string;
  readonly cidrBlock: string;
  readonly zone: string;
  readonly public: boolean;
  readonly name?: string;
}

function addVpc(
  state: Ec2State,
  vpc: { readonly vpcId: string; readonly cidrBlock: string; readonly isDefault: boolean },
  name: string | undefined,
  subnets: readonly SubnetSeed[],
): void {
  const { vpcId, cidrBlock } = vpc;
  const suffix = vpcId.slice("vpc-".length);
  state.vpcs[vpcId] = vpc;
  const tag = (id: string, value: string | undefined) => {
    if (value !== undefined) state.tags[id] = [{ Key: "Name", Value: value }];
  };
  tag(vpcId, name);
  for (const subnet of subnets) {
    const { subnetId, zone } = subnet;
    state.subnets[subnetId] = {
      subnetId,
      vpcId,
      cidrBlock: subnet.cidrBlock,
      zone,
      mapPublicIpOnLaunch: subnet.public,
      addressesUsed: 0,
      addressesAsked: [],
    };
    tag(subnetId, subnet.name);
  }
  const idsWhere = (isPublic: boolean) =>
    vpc.isDefault ? [] : subnets.filter((subnet) => subnet.public === isPublic).map((subnet) => subnet.subnetId);
  const mainId = `rtb-${suffix}`;
  state.routeTables[mainId] = {
    routeTableId: mainId,
    vpcId,
    cidrBlock,
    main: true,
    subnetIds: idsWhere(true),
    defaultGateway: `igw-${suffix}`,
  };
  if (!vpc.isDefault) {
    const privateId = `rtb-1${suffix.slice(1)}`;
    state.routeTables[privateId] = {
      routeTableId: privateId,
      vpcId,
      cidrBlock,
      main: false,
      subnetIds: idsWhere(false),
      defaultGateway: `nat-${suffix}`,
    };
  }
  const groupId = `sg-${suffix}`;
  state.securityGroups[groupId] = {
    groupId,
    groupName: "default",
    description: "default VPC security group",
    vpcId,
    visibleAt: 0,
  };
  const egressId = `sgr-${suffix}`;
  state.securityGroupRules[egressId] = {
    ruleId: egressId,
    groupId,
    egress: true,
    protocol: "-1",
    peer: { kind: "ipv4", cidr: "0.0.0.0/0" },
  };
  const ingressId = `sgr-1${suffix.slice(1)}`;
  state.securityGroupRules[ingressId] = {
    ruleId: ingressId,
    groupId,
    egress: false,
    protocol: "-1",
    peer: { kind: "group", groupId, userId: DEFAULT_WORLD.account },
  };
}
