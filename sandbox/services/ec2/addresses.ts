import type {
  Address,
  AllocateAddressCommandInput,
  AllocateAddressCommandOutput,
  AssociateAddressCommandInput,
  AssociateAddressCommandOutput,
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput,
  DisassociateAddressCommandInput,
  ReleaseAddressCommandInput,
} from "@aws-sdk/client-ec2";
import type { AddressRecord } from "./address-state.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, missingParameter, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { instanceById } from "./instance-lookup.ts";
import { interfaceById, interfacesOf, newPublicIp } from "./network-interface-lookup.ts";
import type { NetworkInterfaceRecord } from "./network-interface-state.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";

/** The default quota of a region. */
const MAX_ADDRESSES = 5;

export function AllocateAddress(
  input: AllocateAddressCommandInput,
  context: Ec2Context,
): Answer<AllocateAddressCommandOutput> {
  const { state, random, region } = context;
  const tags = tagsFromSpecifications(input.TagSpecifications, ["elastic-ip"]).get("elastic-ip");
  if (Object.keys(state.addresses).length >= MAX_ADDRESSES) {
    throw ec2Error("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }
  const address: AddressRecord = { allocationId: random.id("eipalloc"), publicIp: newPublicIp(context) };
  state.addresses[address.allocationId] = address;
  setTags(state, address.allocationId, tags);
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicIp,
    Domain: "vpc",
    NetworkBorderGroup: region,
    PublicIpv4Pool: "amazon",
  };
}

/** Moves the address unless AllowReassociation is false; an interface that has another one loses it. */
export function AssociateAddress(
  input: AssociateAddressCommandInput,
  context: Ec2Context,
): Answer<AssociateAddressCommandOutput> {
  const { state, random } = context;
  const address = addressOfRequest(input, context);
  const { networkInterfaceId } = interfaceOfRequest(input, context);
  const current = address.association;
  if (current?.networkInterfaceId === networkInterfaceId) return { AssociationId: current.associationId };
  if (current !== undefined && input.AllowReassociation === false) {
    throw ec2Error(
      "Resource.AlreadyAssociated",
      `resource ${address.allocationId} is already associated with associate-id ${current.associationId}`,
    );
  }
  const other = addressOf(networkInterfaceId, context);
  if (other !== undefined) disassociate(other, context);
  const association = { associationId: random.id("eipassoc"), networkInterfaceId };
  state.addresses[address.allocationId] = { ...address, association };
  return { AssociationId: association.associationId };
}

export function DisassociateAddress(input: DisassociateAddressCommandInput, context: Ec2Context): object {
  const { AssociationId: id, PublicIp: ip } = input;
  if (id === undefined && ip === undefined) throw missingParameter("AssociationId");
  const address = Object.values(context.state.addresses).find(
    (candidate) => candidate.association?.associationId === id || candidate.publicIp === ip,
  );
  if (address === undefined) {
    throw ec2Error("InvalidAssociationID.NotFound", `The association ID '${id ?? ip}' does not exist`);
  }
  disassociate(address, context);
  return {};
}

export function ReleaseAddress(input: ReleaseAddressCommandInput, context: Ec2Context): object {
  const address = addressOfRequest(input, context);
  if (address.association !== undefined) {
    throw ec2Error("InvalidIPAddress.InUse", `Address ${address.publicIp} is in use.`);
  }
  delete context.state.addresses[address.allocationId];
  delete context.state.tags[address.allocationId];
  return {};
}

/** EC2 doesn't page this listing. */
export function DescribeAddresses(
  input: DescribeAddressesCommandInput,
  context: Ec2Context,
): Answer<DescribeAddressesCommandOutput> {
  const ids = input.AllocationIds ?? [];
  const ips = input.PublicIps ?? [];
  const named = [
    ...ids.map((AllocationId) => addressOfRequest({ AllocationId }, context)),
    ...ips.map((PublicIp) => addressOfRequest({ PublicIp }, context)),
  ];
  const addresses = ids.length + ips.length > 0 ? named : Object.values(context.state.addresses);
  const interfaceOf = ({ association }: AddressRecord): NetworkInterfaceRecord | undefined =>
    association === undefined ? undefined : context.state.networkInterfaces[association.networkInterfaceId];
  const matching = filterItems(
    addresses,
    input.Filters,
    {
      "allocation-id": (address) => address.allocationId,
      "association-id": (address) => address.association?.associationId,
      domain: () => "vpc",
      "instance-id": (address) => interfaceOf(address)?.attachment?.instanceId,
      "network-interface-id": (address) => address.association?.networkInterfaceId,
      "private-ip-address": (address) => interfaceOf(address)?.privateIp,
      "public-ip": (address) => address.publicIp,
    },
    (address) => tagsOf(context.state, address.allocationId),
  );
  const Addresses = matching.map((address): Address => {
    const record = interfaceOf(address);
    return {
      AllocationId: address.allocationId,
      PublicIp: address.publicIp,
      Domain: "vpc",
      NetworkBorderGroup: context.region,
      PublicIpv4Pool: "amazon",
      AssociationId: address.association?.associationId,
      NetworkInterfaceId: record?.networkInterfaceId,
      NetworkInterfaceOwnerId: record === undefined ? undefined : context.account,
      InstanceId: record?.attachment?.instanceId,
      PrivateIpAddress: record?.privateIp,
      Tags: tagsOf(context.state, address.allocationId),
    };
  });
  return { Addresses };
}

/** The Elastic IP of an interface. */
export function addressOf(networkInterfaceId: string, { state }: Ec2Context): AddressRecord | undefined {
  return Object.values(state.addresses).find(
    ({ association }) => association?.networkInterfaceId === networkInterfaceId,
  );
}

export function disassociate({ association: _gone, ...address }: AddressRecord, { state }: Ec2Context): void {
  state.addresses[address.allocationId] = address;
}

function addressOfRequest(
  {
    AllocationId: id,
    PublicIp: ip,
  }: { readonly AllocationId?: string | undefined; readonly PublicIp?: string | undefined },
  { state }: Ec2Context,
): AddressRecord {
  if (id !== undefined) {
    const found = state.addresses[checkIdentifier("address", id)];
    if (found === undefined) throw notFound("address", id);
    return found;
  }
  const publicIp = required(ip, "AllocationId");
  const found = Object.values(state.addresses).find((address) => address.publicIp === publicIp);
  if (found === undefined) throw ec2Error("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
  return found;
}

function interfaceOfRequest(input: AssociateAddressCommandInput, context: Ec2Context): NetworkInterfaceRecord {
  if (input.NetworkInterfaceId !== undefined) return interfaceById(input.NetworkInterfaceId, context);
  const instance = instanceById(required(input.InstanceId, "InstanceId"), context);
  if (instance.state !== "running" && instance.state !== "stopped") {
    throw ec2Error(
      "InvalidInstanceID",
      `The instance '${instance.instanceId}' is not in a valid state for this operation.`,
    );
  }
  const [primary] = interfacesOf(instance, context);
  if (primary === undefined) throw ec2Error("InvalidInstanceID", "The instance has no network interface.");
  return primary;
}
