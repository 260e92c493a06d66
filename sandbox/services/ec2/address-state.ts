/** An Elastic IP address. */
export interface AddressRecord {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly association?: {
    readonly associationId: string;
    readonly networkInterfaceId: string;
  };
}
