import type {
  CreateVpcEndpointCommandInput,
  CreateVpcEndpointCommandOutput,
  DeleteVpcEndpointsCommandInput,
  DeleteVpcEndpointsCommandOutput,
  DescribeVpcEndpointsCommandInput,
  DescribeVpcEndpointsCommandOutput,
  UnsuccessfulItem,
  VpcEndpoint,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { page } from "./pages.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";
import type { VpcEndpointRecord } from "./vpc-endpoint-state.ts";

type EndpointType = VpcEndpointRecord["type"];

/** What a fleet can need. Source: AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink"; "Gateway endpoints". */
const services: Readonly<Record<string, readonly EndpointType[]>> = {
  dynamodb: ["Gateway", "Interface"],
  ec2: ["Interface"],
  ec2messages: ["Interface"],
  kms: ["Interface"],
  logs: ["Interface"],
  s3: ["Gateway", "Interface"],
  ssm: ["Interface"],
  ssmmessages: ["Interface"],
  sts: ["Interface"],
};

/** How long an interface endpoint is pending, in milliseconds. */
const interfaceCreate = 60_000;

/** Interfaces of interface endpoints aren't made: nothing here is reached by them. */
export function CreateVpcEndpoint(
  input: CreateVpcEndpointCommandInput,
  context: Ec2Context,
): Answer<CreateVpcEndpointCommandOutput> {
  const { state, random, clock, region } = context;
  const vpcId = checkIdentifier("vpc", required(input.VpcId, "VpcId"));
  if (state.vpcs[vpcId] === undefined) throw notFound("vpc", vpcId);
  const serviceName = required(input.ServiceName, "ServiceName");
  const types = services[serviceName.replace(`com.amazonaws.${region}.`, "")];
  if (types === undefined || !serviceName.startsWith(`com.amazonaws.${region}.`)) {
    throw ec2Error("InvalidServiceName", `The Vpc Endpoint Service '${serviceName}' does not exist`);
  }
  const type = input.VpcEndpointType ?? "Gateway";
  if (!isOffered(type, types)) {
    const message = `Endpoint type (${type}) does not match available service types ([${types.join(", ")}]).`;
    throw ec2Error("InvalidParameter", message);
  }
  const endpoint: VpcEndpointRecord = {
    endpointId: random.id("vpce"),
    vpcId,
    serviceName,
    type,
    routeTableIds: (input.RouteTableIds ?? []).map((id) => inVpc("routeTable", id, vpcId, context)),
    subnetIds: (input.SubnetIds ?? []).map((id) => inVpc("subnet", id, vpcId, context)),
    groupIds: (input.SecurityGroupIds ?? []).map((id) => inVpc("securityGroup", id, vpcId, context)),
    privateDns: type === "Interface" && (input.PrivateDnsEnabled ?? true),
    createdAt: clock.now(),
    availableAt: clock.now() + (type === "Interface" ? interfaceCreate : 0),
  };
  refuseConflict(endpoint, context);
  const tags = tagsFromSpecifications(input.TagSpecifications, ["vpc-endpoint"]).get("vpc-endpoint");
  state.vpcEndpoints[endpoint.endpointId] = endpoint;
  setTags(state, endpoint.endpointId, tags);
  return { VpcEndpoint: answerOf(endpoint, context) };
}

export function DescribeVpcEndpoints(
  input: DescribeVpcEndpointsCommandInput,
  context: Ec2Context,
): Answer<DescribeVpcEndpointsCommandOutput> {
  const { state } = context;
  const ids = input.VpcEndpointIds ?? [];
  const endpoints =
    ids.length === 0
      ? Object.values(state.vpcEndpoints)
      : ids.map((id) => {
          const found = state.vpcEndpoints[checkIdentifier("vpcEndpoint", id)];
          if (found === undefined) throw notFound("vpcEndpoint", id);
          return found;
        });
  const matching = filterItems(
    endpoints,
    input.Filters,
    {
      "service-name": ({ serviceName }) => serviceName,
      "vpc-endpoint-id": ({ endpointId }) => endpointId,
      "vpc-endpoint-state": (endpoint) => stateOf(endpoint, context),
      "vpc-endpoint-type": ({ type }) => type,
      "vpc-id": ({ vpcId }) => vpcId,
    },
    ({ endpointId }) => tagsOf(state, endpointId),
  );
  const { pageSize } = context;
  const limits = { min: 5, max: 1000, ...(pageSize === undefined ? {} : { pageSize }) };
  const { items, NextToken } = page(matching, ({ endpointId }) => endpointId, input, limits);
  return { VpcEndpoints: items.map((endpoint) => answerOf(endpoint, context)), NextToken };
}

/** Those that aren't there are told in the answer, and the others go all the same. */
export function DeleteVpcEndpoints(
  input: DeleteVpcEndpointsCommandInput,
  context: Ec2Context,
): Answer<DeleteVpcEndpointsCommandOutput> {
  const { state } = context;
  const ids = required(input.VpcEndpointIds, "VpcEndpointIds");
  const Unsuccessful = ids.flatMap((ResourceId): UnsuccessfulItem[] => {
    if (state.vpcEndpoints[ResourceId] !== undefined) {
      delete state.vpcEndpoints[ResourceId];
      delete state.tags[ResourceId];
      return [];
    }
    const Message = `The Vpc Endpoint Id '${ResourceId}' does not exist`;
    return [{ ResourceId, Error: { Code: "InvalidVpcEndpoint.NotFound", Message } }];
  });
  return { Unsuccessful };
}

function isOffered(type: string, types: readonly EndpointType[]): type is EndpointType {
  return types.some((one) => one === type);
}

function inVpc(
  name: "routeTable" | "subnet" | "securityGroup",
  id: string,
  vpcId: string,
  { state }: Ec2Context,
): string {
  const tables = { routeTable: state.routeTables, subnet: state.subnets, securityGroup: state.securityGroups };
  if (tables[name][checkIdentifier(name, id)]?.vpcId !== vpcId) throw notFound(name, id);
  return id;
}

/** A table has one route to a service, and a VPC one endpoint that has the service's name. */
function refuseConflict(endpoint: VpcEndpointRecord, { state }: Ec2Context): void {
  const { serviceName, vpcId, routeTableIds, privateDns } = endpoint;
  for (const other of Object.values(state.vpcEndpoints)) {
    if (other.serviceName !== serviceName || other.vpcId !== vpcId) continue;
    const table = routeTableIds.find((id) => other.routeTableIds.includes(id));
    if (table !== undefined) {
      throw ec2Error("RouteAlreadyExists", `route table ${table} already has a route to ${serviceName}`);
    }
    if (privateDns && other.privateDns) {
      const message = `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${serviceName} in the VPC ${vpcId}`;
      throw ec2Error("InvalidParameter", message);
    }
  }
}

/** The API's reference writes states with a capital, its answers don't. */
function stateOf({ availableAt }: VpcEndpointRecord, { clock }: Ec2Context): "available" | "pending" {
  return clock.now() < availableAt ? "pending" : "available";
}

function answerOf(endpoint: VpcEndpointRecord, context: Ec2Context): VpcEndpoint {
  return {
    VpcEndpointId: endpoint.endpointId,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    // The SDK's type knows the reference's spelling only.
    State: stateOf(endpoint, context) as NonNullable<VpcEndpoint["State"]>,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: [...endpoint.subnetIds],
    Groups: endpoint.groupIds.map((GroupId) => ({
      GroupId,
      GroupName: context.state.securityGroups[GroupId]?.groupName,
    })),
    PrivateDnsEnabled: endpoint.privateDns,
    RequesterManaged: false,
    CreationTimestamp: new Date(endpoint.createdAt),
    OwnerId: context.account,
    Tags: tagsOf(context.state, endpoint.endpointId),
  };
}
