import type { CreateRouteCommandInput, CreateRouteCommandOutput, DeleteRouteCommandInput } from "@aws-sdk/client-ec2";
import { notImplemented } from "../../service-error.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import type { RouteTableRecord } from "./state.ts";

const everywhere = "0.0.0.0/0";

/** The way to the internet, by the VPC's gateways, which are there from the start. No other route is modelled. */
export function CreateRoute(input: CreateRouteCommandInput, context: Ec2Context): Answer<CreateRouteCommandOutput> {
  const table = tableOf(input.RouteTableId, context);
  if (input.DestinationCidrBlock !== everywhere) throw notImplemented("ec2", "CreateRoute but to 0.0.0.0/0");
  const gateway = required(input.NatGatewayId ?? input.GatewayId, "gatewayId");
  const suffix = table.vpcId.slice("vpc-".length);
  if (gateway !== `igw-${suffix}` && gateway !== `nat-${suffix}`) {
    const isNat = input.NatGatewayId !== undefined;
    const code = isNat ? "InvalidNatGatewayID.NotFound" : "InvalidInternetGatewayID.NotFound";
    throw ec2Error(code, `The gateway ID '${gateway}' does not exist`);
  }
  if (table.defaultGateway !== undefined) {
    throw ec2Error("RouteAlreadyExists", `The route identified by ${everywhere} already exists.`);
  }
  context.state.routeTables[table.routeTableId] = { ...table, defaultGateway: gateway };
  return { Return: true };
}

export function DeleteRoute(input: DeleteRouteCommandInput, context: Ec2Context): object {
  const { defaultGateway, ...table } = tableOf(input.RouteTableId, context);
  const destination = required(input.DestinationCidrBlock, "destinationCidrBlock");
  if (destination === table.cidrBlock) {
    throw ec2Error("InvalidParameterValue", `cannot remove local route ${destination} in route table`);
  }
  if (destination !== everywhere || defaultGateway === undefined) {
    const message = `no route with destination-cidr-block ${destination} in route table ${table.routeTableId}`;
    throw ec2Error("InvalidRoute.NotFound", message);
  }
  context.state.routeTables[table.routeTableId] = table;
  return {};
}

function tableOf(id: string | undefined, { state }: Ec2Context): RouteTableRecord {
  const known = checkIdentifier("routeTable", required(id, "routeTableId"));
  const table = state.routeTables[known];
  if (table === undefined) throw notFound("routeTable", known);
  return table;
}
