import {
  CreateRouteCommand,
  CreateVpcEndpointCommand,
  type CreateVpcEndpointCommandInput,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { awsError, sdkWorld } from "../sdk-world.ts";

const VpcId = "vpc-0a1b2c3d4e5f60718";
const RouteTableId = "rtb-1a1b2c3d4e5f60718";
const everywhere = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0" };

function make(service: string, more: Partial<CreateVpcEndpointCommandInput> = {}) {
  return new CreateVpcEndpointCommand({ VpcId, ServiceName: `com.amazonaws.eu-central-1.${service}`, ...more });
}

describe("VPC endpoints", () => {
  it("that are interfaces are pending for a while, and have the service's name", async () => {
    const { ec2, clock } = sdkWorld();
    const state = async () => (await ec2.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints?.[0]?.State;
    const { VpcEndpoint } = await ec2.send(make("ssm", { VpcEndpointType: "Interface" }));
    expect(VpcEndpoint).toMatchObject({ VpcId, VpcEndpointType: "Interface", PrivateDnsEnabled: true });
    expect(await state()).toBe("pending");
    await clock.advance(120_000);
    expect(await state()).toBe("available");
    const again = ec2.send(make("ssm", { VpcEndpointType: "Interface" }));
    await expect(again).rejects.toEqual(awsError("InvalidParameter"));
  });

  it("are of a type that the service has, in its region", async () => {
    const { ec2 } = sdkWorld();
    await expect(ec2.send(make("ssm"))).rejects.toEqual(awsError("InvalidParameter"));
    const elsewhere = make("s3", { ServiceName: "com.amazonaws.us-east-1.s3" });
    await expect(ec2.send(elsewhere)).rejects.toEqual(awsError("InvalidServiceName"));
  });

  it("that are gateways are one a route table", async () => {
    const { ec2 } = sdkWorld();
    await ec2.send(make("s3", { RouteTableIds: [RouteTableId] }));
    const again = ec2.send(make("s3", { RouteTableIds: [RouteTableId] }));
    await expect(again).rejects.toEqual(awsError("RouteAlreadyExists"));
    const strange = ec2.send(make("s3", { RouteTableIds: ["rtb-0d3fa017000000000"] }));
    await expect(strange).rejects.toEqual(awsError("InvalidRouteTableID.NotFound"));
  });
});

describe("the route to the internet", () => {
  it("is taken away and put back, and there is one of it", async () => {
    const { ec2 } = sdkWorld();
    const out = async () => {
      const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }));
      return RouteTables?.[0]?.Routes?.find((route) => route.DestinationCidrBlock === "0.0.0.0/0")?.NatGatewayId;
    };
    const NatGatewayId = await out();
    await ec2.send(new DeleteRouteCommand(everywhere));
    expect(await out()).toBeUndefined();
    await ec2.send(new CreateRouteCommand({ ...everywhere, NatGatewayId }));
    expect(await out()).toBe(NatGatewayId);
    const again = ec2.send(new CreateRouteCommand({ ...everywhere, NatGatewayId }));
    await expect(again).rejects.toEqual(awsError("RouteAlreadyExists"));
  });
});
