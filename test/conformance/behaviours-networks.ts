import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/";
const errors = `${api}errors-overview.html`;

function behaviour(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return { name: `ec2: ${name}`, aws, source: source.startsWith("https:") ? source : `${api}API_${source}.html`, look };
}

async function someVpc({ ec2 }: Clients): Promise<string> {
  return (await ec2.describeVpcs({})).Vpcs?.[0]?.VpcId ?? "none";
}

const serviceOf = ({ place }: Clients, name: string) => `com.amazonaws.${place.region}.${name}`;

/** With a gateway endpoint for S3 that no route table leads to: it costs nothing, and nothing goes by it. */
function withGateway(look: (clients: Clients, id: string, vpc: string) => Promise<string>): Behaviour["look"] {
  return async (clients) => {
    const { ec2, place } = clients;
    const VpcId = await someVpc(clients);
    const { VpcEndpoint } = await ec2.createVpcEndpoint({
      VpcId,
      ServiceName: serviceOf(clients, "s3"),
      TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags: [{ Key: "k", Value: place.prefix }] }],
    });
    const id = VpcEndpoint?.VpcEndpointId ?? "none";
    return await during(
      () => look(clients, id, VpcId),
      () => ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] }),
    );
  };
}

/** Ways out of subnets: routes and VPC endpoints. */
export const networkBehaviours: readonly Behaviour[] = [
  behaviour(
    "a VPC endpoint that names no type is a gateway, without private DNS, and there at once",
    "Gateway false available",
    "CreateVpcEndpoint",
    withGateway(async ({ ec2 }, id) => {
      const { VpcEndpoints: [found] = [] } = await ec2.describeVpcEndpoints({ VpcEndpointIds: [id] });
      // Its case is another in answers than in the reference.
      return `${found?.VpcEndpointType} ${found?.PrivateDnsEnabled} ${found?.State?.toLowerCase()}`;
    }),
  ),
  behaviour(
    "VPC endpoints by VPC, service and tag",
    "1 0",
    "DescribeVpcEndpoints",
    withGateway(async (clients, id, vpc) => {
      const count = async (service: string) => {
        const { VpcEndpoints = [] } = await clients.ec2.describeVpcEndpoints({
          Filters: [
            { Name: "vpc-id", Values: [vpc] },
            { Name: "service-name", Values: [serviceOf(clients, service)] },
            { Name: "tag:k", Values: [clients.place.prefix] },
          ],
        });
        return VpcEndpoints.filter(({ VpcEndpointId }) => VpcEndpointId === id).length;
      };
      return `${await count("s3")} ${await count("ssm")}`;
    }),
  ),
  behaviour(
    "a VPC endpoint that is deleted is told of by nobody",
    "InvalidVpcEndpointId.NotFound",
    errors,
    withGateway(async ({ ec2 }, id) => {
      await ec2.deleteVpcEndpoints({ VpcEndpointIds: [id] });
      return await codeOf(() => ec2.describeVpcEndpoints({ VpcEndpointIds: [id] }));
    }),
  ),
  behaviour("a VPC endpoint's id that can't be one", "InvalidVpcEndpointId.Malformed", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeVpcEndpoints({ VpcEndpointIds: ["vpce-0"] })),
  ),
  behaviour(
    "deleting a VPC endpoint that isn't there is told in the answer",
    "1",
    "DeleteVpcEndpoints",
    async ({ ec2 }) => {
      const { Unsuccessful = [] } = await ec2.deleteVpcEndpoints({ VpcEndpointIds: ["vpce-0123456789abcdef0"] });
      return `${Unsuccessful.length}`;
    },
  ),
  behaviour("a VPC endpoint for a service that there isn't", "InvalidServiceName", errors, async (clients) => {
    const VpcId = await someVpc(clients);
    return await codeOf(() => clients.ec2.createVpcEndpoint({ VpcId, ServiceName: serviceOf(clients, "nothing") }));
  }),
  behaviour("a VPC endpoint in a VPC that isn't there", "InvalidVpcID.NotFound", errors, (clients) =>
    codeOf(() =>
      clients.ec2.createVpcEndpoint({ VpcId: "vpc-0123456789abcdef0", ServiceName: serviceOf(clients, "s3") }),
    ),
  ),
  behaviour("deleting a route that there isn't", "InvalidRoute.NotFound", errors, async ({ ec2 }) => {
    const { RouteTables: [table] = [] } = await ec2.describeRouteTables({});
    const RouteTableId = table?.RouteTableId;
    return await codeOf(() => ec2.deleteRoute({ RouteTableId, DestinationCidrBlock: "192.0.2.0/24" }));
  }),
  behaviour("a table's route to the VPC itself can't be deleted", "InvalidParameterValue", errors, async ({ ec2 }) => {
    const { RouteTables: [table] = [] } = await ec2.describeRouteTables({});
    const local = table?.Routes?.find(({ GatewayId }) => GatewayId === "local");
    const { RouteTableId } = table ?? {};
    return await codeOf(() => ec2.deleteRoute({ RouteTableId, DestinationCidrBlock: local?.DestinationCidrBlock }));
  }),
];
