import { canonicalIpv4Cidr } from "./cidr.ts";
import type { Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import type { InstanceRecord } from "./instance-state.ts";
import type { NetworkInterfaceRecord } from "./network-interface-state.ts";
import type { SubnetRecord } from "./state.ts";

export function interfaceById(id: string, { state }: Ec2Context): NetworkInterfaceRecord {
  const found = state.networkInterfaces[checkIdentifier("networkInterface", id)];
  if (found === undefined) throw notFound("networkInterface", id);
  return found;
}

export function subnetById(id: string, { state }: Ec2Context): SubnetRecord {
  const subnet = state.subnets[checkIdentifier("subnet", id)];
  if (subnet === undefined) throw notFound("subnet", id);
  return subnet;
}

/** In the order of their device indexes. */
export function interfacesOf(instance: InstanceRecord, { state }: Ec2Context): NetworkInterfaceRecord[] {
  return instance.networkInterfaceIds.flatMap((id) => state.networkInterfaces[id] ?? []);
}

/** Makes an interface with the next free address of its subnet, or the one asked for. */
export function addInterface(
  fields: Pick<NetworkInterfaceRecord, "description" | "groupIds"> &
    Partial<Pick<NetworkInterfaceRecord, "publicIp" | "attachment">> & { readonly privateIp?: string | undefined },
  subnet: SubnetRecord,
  context: Ec2Context,
): NetworkInterfaceRecord {
  const { state, random } = context;
  const { privateIp, ...rest } = fields;
  const record: NetworkInterfaceRecord = {
    ...rest,
    networkInterfaceId: random.id("eni"),
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    privateIp: privateIp === undefined ? nextAddress(subnet, context) : freeAddress(privateIp, subnet, context),
    macAddress: `02:${(random.hex(10).match(/../g) ?? []).join(":")}`,
    sourceDestCheck: true,
  };
  state.networkInterfaces[record.networkInterfaceId] = record;
  return record;
}

/** An address that nobody else has, out of 198.18.0.0/15, which is for benchmarks and never routed. */
export function newPublicIp({ state, random }: Ec2Context): string {
  const taken = new Set([
    ...Object.values(state.addresses).map((address) => address.publicIp),
    ...Object.values(state.networkInterfaces).map((record) => record.publicIp),
  ]);
  for (;;) {
    const octet = (most: number) => Math.floor(random.next() * most);
    const candidate = `198.${18 + octet(2)}.${octet(256)}.${1 + octet(254)}`;
    if (!taken.has(candidate)) return candidate;
  }
}

export function privateDnsName(ip: string, region: string): string {
  return `ip-${ip.replaceAll(".", "-")}.${region}.compute.internal`;
}

export function publicDnsName(ip: string | undefined, region: string): string {
  return ip === undefined ? "" : `ec2-${ip.replaceAll(".", "-")}.${region}.compute.amazonaws.com`;
}

/** @throws InsufficientFreeAddressesInSubnet */
export function checkRoom(subnetId: string, wanted: number, context: Ec2Context): void {
  const { cidrBlock } = subnetById(subnetId, context);
  const room = 2 ** (32 - Number(cidrBlock.split("/")[1])) - 5;
  if (addressesIn(subnetId, context.state).size + wanted > room) throw noRoom(subnetId);
}

/** The first four addresses of a block and the last one are AWS's. */
function nextAddress(subnet: SubnetRecord, { state }: Ec2Context): string {
  const [base = "", length = "32"] = subnet.cidrBlock.split("/");
  const room = 2 ** (32 - Number(length)) - 5;
  const current = state.subnets[subnet.subnetId] ?? subnet;
  let used = current.addressesUsed;
  const asked = new Set(current.addressesAsked);
  let taken: Set<string> | undefined;
  for (let tries = 0; tries < room; tries += 1) {
    const candidate = addressAt(base, 4 + (used % room));
    used += 1;
    // Until the block has been gone through once, what wasn't asked for by name is free.
    if (used > room) taken ??= addressesIn(subnet.subnetId, state);
    if (asked.has(candidate) || taken?.has(candidate) === true) continue;
    state.subnets[subnet.subnetId] = { ...current, addressesUsed: used };
    return candidate;
  }
  throw noRoom(subnet.subnetId);
}

function noRoom(subnetId: string): Error {
  return ec2Error(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );
}

function freeAddress(ip: string, subnet: SubnetRecord, { state }: Ec2Context): string {
  const length = subnet.cidrBlock.split("/")[1];
  if (canonicalIpv4Cidr(`${ip}/${length}`) !== subnet.cidrBlock) {
    throw ec2Error("InvalidParameterValue", `Address ${ip} does not fall within the subnet's address range`);
  }
  if (addressesIn(subnet.subnetId, state).has(ip)) {
    throw ec2Error("InvalidIPAddress.InUse", `Address ${ip} is in use.`);
  }
  const current = state.subnets[subnet.subnetId] ?? subnet;
  state.subnets[subnet.subnetId] = { ...current, addressesAsked: [...current.addressesAsked, ip] };
  return ip;
}

function addressesIn(subnetId: string, state: Ec2Context["state"]): Set<string> {
  const inSubnet = Object.values(state.networkInterfaces).filter((record) => record.subnetId === subnetId);
  return new Set(inSubnet.map((record) => record.privateIp));
}

function addressAt(base: string, offset: number): string {
  const number = base.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
