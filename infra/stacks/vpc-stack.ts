import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { FlowLogDestination, FlowLogTrafficType, IpAddresses, SubnetType, Vpc } from "aws-cdk-lib/aws-ec2";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Settings } from "../settings.ts";

/** A VPC for fleets: the host in a public subnet, machines in private ones behind one NAT gateway, intra ones for what needs no way out. */
export class VpcStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, vpc: NonNullable<Settings["vpc"]>, props: StackProps) {
    super(scope, id, props);
    const made = new Vpc(this, "Vpc", {
      vpcName: settings.name,
      ipAddresses: IpAddresses.cidr(vpc.cidr),
      // By name, so that synthesis asks no account.
      availabilityZones: letters(vpc.zones).map((zone) => `${settings.region}${zone}`),
      natGateways: 1,
      // The construct's own switch would deploy a function that does it.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: "private", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: "intra", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    made.addGatewayEndpoint("S3", { service: { name: `com.amazonaws.${settings.region}.s3` } });
    made.addFlowLog("Rejected", {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, "FlowLog", { retention: settings.logDays, removalPolicy: RemovalPolicy.DESTROY }),
      ),
    });
    new CfnOutput(this, "VpcId", { value: made.vpcId, description: "spec.network.vpcId" });
    const ids = (subnets: readonly { readonly subnetId: string }[]) =>
      subnets.map(({ subnetId }) => subnetId).join(",");
    new CfnOutput(this, "HostSubnets", {
      value: ids(made.publicSubnets),
      description: "spec.network.hostSubnetId: one",
    });
    new CfnOutput(this, "MachineSubnets", {
      value: ids(made.privateSubnets),
      description: "spec.network.machineSubnetIds",
    });
  }
}

/** Not every account has every zone: us-west-1 shows two of three, ap-northeast-1 no b to newer ones. */
function letters(zones: number | readonly string[]): readonly string[] {
  return typeof zones === "number" ? ["a", "b", "c"].slice(0, zones) : zones;
}
