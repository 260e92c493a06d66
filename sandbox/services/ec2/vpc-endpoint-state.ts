/** A way from a VPC to a service of AWS that doesn't lead through the internet. */
export interface VpcEndpointRecord {
  readonly endpointId: string;
  readonly vpcId: string;
  /** `com.amazonaws.eu-central-1.ssm` */
  readonly serviceName: string;
  readonly type: "Gateway" | "Interface";
  readonly routeTableIds: readonly string[];
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Whether the service's own name leads to it, for everything in the VPC. */
  readonly privateDns: boolean;
  readonly createdAt: number;
  readonly availableAt: number;
}
