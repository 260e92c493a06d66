import type { RulePeer, RuleRecord } from "../../aws/network-port.ts";

/**
 * A rule by meaning. A group of ours is `@host`, `@machine` or `@egress`: its id is known only once it exists, and two groups
 * of one name in turn are one to the file.
 */
export type Rule = {
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  /** A CIDR, `@host`, `sg-...`, `123456789012/sg-...` or `pl-...`. */
  readonly peer: string;
  readonly description: string;
};

/** Rules by {@link ruleKey}: all but the description is in the key, so equal keys are one rule to EC2. */
export type Rules = { readonly [key: string]: Rule };

export type Direction = "ingress" | "egress";

/** `tcp 443 from 203.0.113.0/24`, `all to 0.0.0.0/0`, `icmp 8/0 from @host`. */
export function ruleKey(rule: Rule, direction: Direction): string {
  const ports = portsOf(rule);
  const way = direction === "ingress" ? "from" : "to";
  return `${rule.protocol}${ports === "" ? "" : ` ${ports}`} ${way} ${rule.peer}`;
}

function portsOf({ protocol, fromPort, toPort }: Rule): string {
  if (fromPort === undefined || toPort === undefined) return "";
  if (protocol === "icmp" || protocol === "icmpv6") return `${fromPort}/${toPort}`;
  if (fromPort === 0 && toPort === 65535) return "";
  return fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
}

export function rulesByKey(rules: readonly Rule[], direction: Direction): Rules {
  return Object.fromEntries(
    rules.map((rule) => [ruleKey(rule, direction), rule] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** @param ours what the fleet calls its groups, by id */
export function ruleOf({ peer, ...record }: RuleRecord, ours: ReadonlyMap<string, string>): Rule {
  return { ...record, peer: peerName(peer, ours) };
}

function peerName(peer: RulePeer, ours: ReadonlyMap<string, string>): string {
  if ("cidr" in peer) return peer.cidr;
  if ("cidr6" in peer) return peer.cidr6;
  if ("prefixList" in peer) return peer.prefixList;
  const name = ours.get(peer.group);
  return name === undefined ? peer.group : `@${name}`;
}

/**
 * The rule as EC2 is told it.
 * @param idOf the id of a group of ours, by what the fleet calls it
 */
export function recordOf({ peer, ...rule }: Rule, idOf: (group: string) => string): RuleRecord {
  if (peer.startsWith("@")) return { ...rule, peer: { group: idOf(peer.slice(1)) } };
  if (peer.startsWith("pl-")) return { ...rule, peer: { prefixList: peer } };
  if (peer.startsWith("sg-") || /^\d{12}\/sg-/.test(peer)) return { ...rule, peer: { group: peer } };
  return { ...rule, peer: peer.includes(":") ? { cidr6: peer } : { cidr: peer } };
}

/** What EC2 gives every new group, for IPv4 and, in a VPC that has it, for IPv6. */
export const everythingOut: readonly Rule[] = ["0.0.0.0/0", "::/0"].map((peer) => ({
  protocol: "all",
  peer,
  description: "",
}));

export function isEverythingOut({ protocol, peer }: Rule): boolean {
  return everythingOut.some((rule) => rule.protocol === protocol && rule.peer === peer);
}
