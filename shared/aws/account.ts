import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeVpcEndpoints,
  type RouteTable,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { attempt, readOrAbsent, required } from "./answer.ts";
import { type AwsConfig, readerClient } from "./clients.ts";
import { allItems } from "./pages.ts";

export interface SubnetFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly freeAddresses: number;
  /** The one that counts for it: its own, else the VPC's main one. */
  readonly routeTableId: string | undefined;
  /** Where traffic to the internet goes. */
  readonly wayOut: "internet gateway" | "NAT gateway" | "other" | "none";
}

/** An available VPC endpoint. */
export interface EndpointFacts {
  /** `com.amazonaws.eu-central-1.ssm` */
  readonly service: string;
  /** A gateway is a route of some tables; an interface has the service's own name where private DNS is on. */
  readonly type: "gateway" | "interface" | "other";
  readonly routeTableIds: readonly string[];
  readonly privateDns: boolean;
}

/** What a fleet will need of the account around it. Every call throws a Failure where it can't tell. */
export interface AccountReader {
  /** Undefined for one that isn't there. */
  subnet(id: string): Promise<SubnetFacts | undefined>;
  /** Endpoints of a VPC that are available. */
  endpoints(vpcId: string): Promise<readonly EndpointFacts[]>;
  /** Undefined for one that isn't there, or isn't to be seen. `state`: `available`, `pending`, `deregistered`, ... */
  image(id: string): Promise<{ readonly state: string; readonly architecture: string } | undefined>;
  /** Undefined for one that isn't there. Architectures as images name them: `x86_64`, `arm64`. */
  instanceType(
    name: string,
  ): Promise<{ readonly vcpus: number; readonly architectures: readonly string[] } | undefined>;
  /** Those of these types that can be launched in a zone. */
  typesOffered(zone: string, types: readonly string[]): Promise<readonly string[]>;
  /** How many key pairs the region has. */
  keyPairs(): Promise<number>;
  /** The role by which EC2 runs spot instances; made by the first spot request of whoever may make it. */
  hasSpotRole(): Promise<boolean>;
  /** An applied quota of EC2's, by its code. */
  quota(code: string): Promise<number | undefined>;
}

export function accountReader(config: AwsConfig): AccountReader {
  const ec2 = readerClient(config, (settings) => new EC2Client(settings));
  const iam = readerClient(config, (settings) => new IAMClient(settings));
  const quotas = readerClient(config, (settings) => new ServiceQuotasClient(settings));
  return {
    async subnet(id) {
      const answer = await readOrAbsent(`reading subnet ${id}`, () =>
        ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] })),
      );
      const subnet = answer?.Subnets?.[0];
      if (subnet === undefined) return undefined;
      const vpcId = subnet.VpcId ?? "";
      const { RouteTables = [] } = await attempt(`reading the routes of ${vpcId}`, () =>
        ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] })),
      );
      return {
        id,
        vpcId,
        zone: subnet.AvailabilityZone ?? "",
        freeAddresses: subnet.AvailableIpAddressCount ?? 0,
        routeTableId: tableOf(RouteTables, id)?.RouteTableId,
        wayOut: wayOut(tableOf(RouteTables, id)),
      };
    },
    endpoints: (vpcId) =>
      attempt(`listing the endpoints of ${vpcId}`, async () => {
        const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
        const found = await allItems(
          paginateDescribeVpcEndpoints({ client: ec2 }, { Filters }),
          (page) => page.VpcEndpoints,
        );
        // The API's documentation writes states with a capital, its answers don't.
        return found.filter(({ State }) => State?.toLowerCase() === "available").map(endpointFacts);
      }),
    async image(id) {
      const answer = await readOrAbsent(`reading image ${id}`, () =>
        ec2.send(new DescribeImagesCommand({ ImageIds: [id] })),
      );
      const image = answer?.Images?.[0];
      if (image === undefined) return undefined;
      return { state: required(image.State, "an image's state"), architecture: image.Architecture ?? "unknown" };
    },
    instanceType: (name) =>
      attempt(`reading instance type ${name}`, async () => {
        // By a filter: an unknown name is then no error.
        const Filters = [{ Name: "instance-type", Values: [name] }];
        const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ Filters }));
        const [type] = InstanceTypes;
        if (type === undefined) return undefined;
        return {
          vcpus: required(type.VCpuInfo?.DefaultVCpus, "an instance type's vCPUs"),
          architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
        };
      }),
    typesOffered: (zone, types) =>
      attempt(`asking what ${zone} offers`, async () => {
        const Filters = [
          { Name: "location", Values: [zone] },
          { Name: "instance-type", Values: [...types] },
        ];
        const found = await allItems(
          paginateDescribeInstanceTypeOfferings({ client: ec2 }, { LocationType: "availability-zone", Filters }),
          (page) => page.InstanceTypeOfferings,
        );
        return found.map(({ InstanceType }) => required(InstanceType, "an offered type"));
      }),
    keyPairs: () =>
      attempt("counting key pairs", async () => {
        const { KeyPairs } = await ec2.send(new DescribeKeyPairsCommand({}));
        return required(KeyPairs, "the key pairs").length;
      }),
    async hasSpotRole() {
      const role = await readOrAbsent("looking for the role of spot instances", () =>
        iam.send(new GetRoleCommand({ RoleName: "AWSServiceRoleForEC2Spot" })),
      );
      return role !== undefined;
    },
    async quota(code) {
      const answer = await readOrAbsent(`reading the quota ${code}`, () =>
        quotas.send(new GetServiceQuotaCommand({ ServiceCode: "ec2", QuotaCode: code })),
      );
      return answer?.Quota?.Value;
    },
  };
}

function endpointFacts(endpoint: VpcEndpoint): EndpointFacts {
  const { ServiceName, VpcEndpointType, RouteTableIds = [], PrivateDnsEnabled = false } = endpoint;
  return {
    service: required(ServiceName, "an endpoint's service"),
    type: VpcEndpointType === "Gateway" ? "gateway" : VpcEndpointType === "Interface" ? "interface" : "other",
    routeTableIds: RouteTableIds,
    privateDns: PrivateDnsEnabled,
  };
}

/** A subnet's own table, else the VPC's main one. */
function tableOf(tables: readonly RouteTable[], subnetId: string): RouteTable | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnetId));
  return own ?? tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
}

function wayOut(table: RouteTable | undefined): SubnetFacts["wayOut"] {
  const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0");
  if (route === undefined) return "none";
  if (route.NatGatewayId !== undefined) return "NAT gateway";
  return route.GatewayId?.startsWith("igw-") === true ? "internet gateway" : "other";
}
