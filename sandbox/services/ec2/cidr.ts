import { isIPv4, isIPv6 } from "node:net";
import { ec2Error } from "./errors.ts";

/**
 * An IPv4 block in the form that EC2 stores: host bits cleared, so 10.0.0.5/8 is 10.0.0.0/8.
 * @throws InvalidParameterValue
 */
export function canonicalIpv4Cidr(text: string): string {
  const { address, length } = split(text, 32);
  if (!isIPv4(address)) throw malformed(text);
  const bits = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const base = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${length}`;
}

/** An IPv6 block, compressed and with host bits cleared. */
export function canonicalIpv6Cidr(text: string): string {
  const { address, length } = split(text, 128);
  if (!isIPv6(address) || address.includes("%")) throw malformed(text);
  // The URL parser writes an IPv6 address in the one form of RFC 5952.
  const groups = expand(new URL(`http://[${address}]`).hostname.slice(1, -1));
  const cleared = groups.map((group, index) => {
    const kept = Math.min(16, Math.max(0, length - index * 16));
    return group & (0xffff << (16 - kept)) & 0xffff;
  });
  const joined = cleared.map((group) => group.toString(16)).join(":");
  return `${new URL(`http://[${joined}]`).hostname.slice(1, -1)}/${length}`;
}

function split(text: string, most: number): { readonly address: string; readonly length: number } {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text);
  const length = Number(match?.[2]);
  if (match?.[1] === undefined || length > most) throw malformed(text);
  return { address: match[1], length };
}

function expand(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const parse = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  const after = parse(tail ?? "");
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function malformed(text: string): Error {
  return ec2Error("InvalidParameterValue", `CIDR block ${text} is malformed`);
}
