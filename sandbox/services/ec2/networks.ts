import type {
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeRouteTablesCommandInput,
  DescribeRouteTablesCommandOutput,
  DescribeSubnetsCommandInput,
  DescribeSubnetsCommandOutput,
  DescribeVpcsCommandInput,
  DescribeVpcsCommandOutput,
} from "@aws-sdk/client-ec2";
import { type Answer, type Ec2Context, ec2Arn } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, type IdentifierName, notFound } from "./identifiers.ts";
import { page } from "./pages.ts";
import { tagsOf } from "./tags.ts";

const ZONES = ["a", "b", "c"] as const;

export function DescribeVpcs(input: DescribeVpcsCommandInput, context: Ec2Context): Answer<DescribeVpcsCommandOutput> {
  const { state } = context;
  const vpcs = named("vpc", input.VpcIds, state.vpcs);
  const matching = filterItems(
    vpcs,
    input.Filters,
    {
      cidr: (vpc) => vpc.cidrBlock,
      "cidr-block-association.cidr-block": (vpc) => vpc.cidrBlock,
      "is-default": (vpc) => vpc.isDefault,
      isDefault: (vpc) => vpc.isDefault,
      "owner-id": () => context.account,
      state: () => "available",
      "vpc-id": (vpc) => vpc.vpcId,
    },
    (vpc) => tagsOf(state, vpc.vpcId),
  );
  const { items, NextToken } = page(matching, (vpc) => vpc.vpcId, input, limits(context));
  const Vpcs = items.map((vpc): NonNullable<DescribeVpcsCommandOutput["Vpcs"]>[number] => ({
    VpcId: vpc.vpcId,
    CidrBlock: vpc.cidrBlock,
    CidrBlockAssociationSet: [{ CidrBlock: vpc.cidrBlock, CidrBlockState: { State: "associated" } }],
    IsDefault: vpc.isDefault,
    State: "available",
    InstanceTenancy: "default",
    OwnerId: context.account,
    Tags: tagsOf(state, vpc.vpcId),
  }));
  return { Vpcs, NextToken };
}

export function DescribeSubnets(
  input: DescribeSubnetsCommandInput,
  context: Ec2Context,
): Answer<DescribeSubnetsCommandOutput> {
  const { state } = context;
  const subnets = named("subnet", input.SubnetIds, state.subnets);
  const matching = filterItems(
    subnets,
    input.Filters,
    {
      "availability-zone": (subnet) => `${context.region}${subnet.zone}`,
      availabilityZone: (subnet) => `${context.region}${subnet.zone}`,
      "availability-zone-id": (subnet) => zoneId(context.region, subnet.zone),
      cidr: (subnet) => subnet.cidrBlock,
      "cidr-block": (subnet) => subnet.cidrBlock,
      "default-for-az": (subnet) => state.vpcs[subnet.vpcId]?.isDefault ?? false,
      "map-public-ip-on-launch": (subnet) => subnet.mapPublicIpOnLaunch,
      "owner-id": () => context.account,
      state: () => "available",
      "subnet-id": (subnet) => subnet.subnetId,
      "vpc-id": (subnet) => subnet.vpcId,
    },
    (subnet) => tagsOf(state, subnet.subnetId),
  );
  const { items, NextToken } = page(matching, (subnet) => subnet.subnetId, input, limits(context));
  const Subnets = items.map((subnet): NonNullable<DescribeSubnetsCommandOutput["Subnets"]>[number] => ({
    SubnetId: subnet.subnetId,
    SubnetArn: ec2Arn(context, `subnet/${subnet.subnetId}`),
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidrBlock,
    AvailabilityZone: `${context.region}${subnet.zone}`,
    AvailabilityZoneId: zoneId(context.region, subnet.zone),
    AvailableIpAddressCount: 2 ** (32 - Number(subnet.cidrBlock.split("/")[1])) - 5,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: false,
    DefaultForAz: state.vpcs[subnet.vpcId]?.isDefault ?? false,
    State: "available",
    OwnerId: context.account,
    Tags: tagsOf(state, subnet.subnetId),
  }));
  return { Subnets, NextToken };
}

export function DescribeRouteTables(
  input: DescribeRouteTablesCommandInput,
  context: Ec2Context,
): Answer<DescribeRouteTablesCommandOutput> {
  const { state } = context;
  const tables = named("routeTable", input.RouteTableIds, state.routeTables);
  const matching = filterItems(
    tables,
    input.Filters,
    {
      "association.main": (table) => table.main,
      "association.route-table-id": (table) => table.routeTableId,
      "association.subnet-id": (table) => table.subnetIds,
      "owner-id": () => context.account,
      "route-table-id": (table) => table.routeTableId,
      "route.gateway-id": (table) => ["local", table.defaultGateway],
      "vpc-id": (table) => table.vpcId,
    },
    (table) => tagsOf(state, table.routeTableId),
  );
  const { items, NextToken } = page(matching, (table) => table.routeTableId, input, limits(context, 100));
  const RouteTables = items.map((table): NonNullable<DescribeRouteTablesCommandOutput["RouteTables"]>[number] => {
    const { routeTableId: RouteTableId, defaultGateway } = table;
    const gateway = defaultGateway?.startsWith("nat-")
      ? { NatGatewayId: defaultGateway }
      : { GatewayId: defaultGateway };
    return {
      RouteTableId,
      VpcId: table.vpcId,
      OwnerId: context.account,
      Associations: [
        ...(table.main ? [{ Main: true, RouteTableId, AssociationState: { State: "associated" as const } }] : []),
        ...table.subnetIds.map((SubnetId) => ({
          Main: false,
          RouteTableId,
          SubnetId,
          AssociationState: { State: "associated" as const },
        })),
      ],
      Routes: [
        { DestinationCidrBlock: table.cidrBlock, GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
        ...(defaultGateway === undefined
          ? []
          : [
              {
                DestinationCidrBlock: "0.0.0.0/0",
                ...gateway,
                Origin: "CreateRoute" as const,
                State: "active" as const,
              },
            ]),
      ],
      PropagatingVgws: [],
      Tags: tagsOf(state, RouteTableId),
    };
  });
  return { RouteTables, NextToken };
}

export function DescribeAvailabilityZones(
  input: DescribeAvailabilityZonesCommandInput,
  context: Ec2Context,
): Answer<DescribeAvailabilityZonesCommandOutput> {
  const { region } = context;
  const zones = ZONES.map((letter) => ({ name: `${region}${letter}`, id: zoneId(region, letter) }));
  for (const name of input.ZoneNames ?? []) {
    if (!zones.some((zone) => zone.name === name)) {
      throw ec2Error("InvalidParameterValue", `Invalid availability zone: [${name}]`);
    }
  }
  const wanted = zones.filter(
    ({ name, id }) => (input.ZoneNames?.includes(name) ?? true) && (input.ZoneIds?.includes(id) ?? true),
  );
  const matching = filterItems(wanted, input.Filters, {
    "opt-in-status": () => "opt-in-not-required",
    "region-name": () => region,
    state: () => "available",
    "zone-id": (zone) => zone.id,
    "zone-name": (zone) => zone.name,
    "zone-type": () => "availability-zone",
    "group-name": () => region,
  });
  const AvailabilityZones = matching.map(
    (zone): NonNullable<DescribeAvailabilityZonesCommandOutput["AvailabilityZones"]>[number] => ({
      ZoneName: zone.name,
      ZoneId: zone.id,
      RegionName: region,
      GroupName: region,
      NetworkBorderGroup: region,
      ZoneType: "availability-zone",
      OptInStatus: "opt-in-not-required",
      State: "available",
      Messages: [],
    }),
  );
  return { AvailabilityZones };
}

function limits(context: Ec2Context, max = 1000) {
  return { min: 5, max, ...(context.pageSize === undefined ? {} : { pageSize: context.pageSize }) };
}

function named<T>(name: IdentifierName, ids: readonly string[] | undefined, table: Readonly<Record<string, T>>): T[] {
  if (ids === undefined || ids.length === 0) return Object.values(table);
  return ids.map((id) => {
    const found = table[checkIdentifier(name, id)];
    if (found === undefined) throw notFound(name, id);
    return found;
  });
}

/** `eu-central-1` and `a` give `euc1-az1`. */
function zoneId(region: string, letter: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  return `${area}${direction.charAt(0)}${number}-az${letter.charCodeAt(0) - "a".charCodeAt(0) + 1}`;
}
