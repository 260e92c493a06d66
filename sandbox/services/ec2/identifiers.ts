import type { ResourceType } from "@aws-sdk/client-ec2";
import { ec2Error } from "./errors.ts";

interface IdentifierKind {
  readonly prefix: string;
  readonly resourceType: ResourceType;
  /** What EC2 says before `.Malformed` and `.NotFound`; they aren't uniform, so they are listed. */
  readonly malformed: string;
  readonly notFound: string;
  readonly noun: string;
}

/** Every kind of id that this EC2 knows, with its error codes. */
export const IDENTIFIERS = {
  vpc: kind("vpc", "vpc", "InvalidVpcID", "vpc ID"),
  subnet: kind("subnet", "subnet", "InvalidSubnetID", "subnet ID"),
  routeTable: kind("rtb", "route-table", "InvalidRouteTableID", "routeTable ID"),
  vpcEndpoint: kind("vpce", "vpc-endpoint", "InvalidVpcEndpointId", "Vpc Endpoint Id"),
  internetGateway: kind("igw", "internet-gateway", "InvalidInternetGatewayID", "internetGateway ID"),
  securityGroup: {
    prefix: "sg",
    resourceType: "security-group",
    malformed: "InvalidGroupId.Malformed",
    notFound: "InvalidGroup.NotFound",
    noun: "security group",
  },
  securityGroupRule: kind("sgr", "security-group-rule", "InvalidSecurityGroupRuleId", "security group rule ID"),
  instance: kind("i", "instance", "InvalidInstanceID", "instance ID"),
  volume: {
    prefix: "vol",
    resourceType: "volume",
    malformed: "InvalidVolumeID.Malformed",
    notFound: "InvalidVolume.NotFound",
    noun: "volume",
  },
  snapshot: {
    prefix: "snap",
    resourceType: "snapshot",
    malformed: "InvalidSnapshotID.Malformed",
    notFound: "InvalidSnapshot.NotFound",
    noun: "snapshot",
  },
  image: kind("ami", "image", "InvalidAMIID", "image id"),
  networkInterface: kind("eni", "network-interface", "InvalidNetworkInterfaceID", "networkInterface ID"),
  address: kind("eipalloc", "elastic-ip", "InvalidAllocationID", "allocation ID"),
  keyPair: {
    prefix: "key",
    resourceType: "key-pair",
    malformed: "InvalidKeyPair.Malformed",
    notFound: "InvalidKeyPair.NotFound",
    noun: "key pair ID",
  },
  launchTemplate: kind("lt", "launch-template", "InvalidLaunchTemplateId", "launch template ID"),
  spotRequest: kind("sir", "spot-instances-request", "InvalidSpotInstanceRequestID", "spot instance request ID"),
} as const satisfies Record<string, IdentifierKind>;

export type IdentifierName = keyof typeof IDENTIFIERS;

function kind(prefix: string, resourceType: ResourceType, code: string, noun: string): IdentifierKind {
  return { prefix, resourceType, malformed: `${code}.Malformed`, notFound: `${code}.NotFound`, noun };
}

/** Throws `<kind>.Malformed` unless the text looks like an id of that kind (8 or 17 hexadecimal digits). */
export function checkIdentifier(name: IdentifierName, id: string): string {
  const { prefix, malformed } = IDENTIFIERS[name];
  const pattern =
    name === "spotRequest" ? /^sir-[0-9a-z]{8,17}$/ : new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`);
  if (!pattern.test(id)) throw ec2Error(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`);
  return id;
}

export function notFound(name: IdentifierName, id: string): Error {
  const { notFound: code, noun } = IDENTIFIERS[name];
  return ec2Error(code, `The ${noun} '${id}' does not exist`);
}

/** The kind that an id's prefix names. */
export function kindOfIdentifier(id: string): IdentifierName | undefined {
  const prefix = id.slice(0, id.lastIndexOf("-"));
  for (const name of Object.keys(IDENTIFIERS) as IdentifierName[]) {
    if (IDENTIFIERS[name].prefix === prefix) return name;
  }
  return undefined;
}
