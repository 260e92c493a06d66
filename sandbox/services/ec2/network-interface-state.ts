export interface NetworkInterfaceRecord {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  /** The letter after the region's name. */
  readonly zone: string;
  readonly description: string;
  readonly groupIds: readonly string[];
  readonly privateIp: string;
  readonly macAddress: string;
  readonly sourceDestCheck: boolean;
  /** An address that AWS lends while the instance runs; an Elastic IP is in the addresses. */
  readonly publicIp?: string;
  readonly attachment?: {
    readonly attachmentId: string;
    readonly instanceId: string;
    readonly deviceIndex: number;
    readonly deleteOnTermination: boolean;
    readonly since: number;
  };
}
