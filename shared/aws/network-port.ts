/**
 * One rule of a security group, however EC2 grouped it: one protocol, one range of ports, one peer.
 * `protocol`: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `all`. `fromPort` and `toPort` are missing where all ports are
 * meant; for ICMP they are type and code.
 */
export type RuleRecord = {
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly peer: RulePeer;
  readonly description: string;
};

/** `group`: an id; with another account's id in front where it is another account's: `123456789012/sg-0a1b2c3d`. */
export type RulePeer =
  | { readonly cidr: string }
  | { readonly cidr6: string }
  | { readonly group: string }
  | { readonly prefixList: string };

export type GroupRecord = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly ingress: readonly RuleRecord[];
  readonly egress: readonly RuleRecord[];
};

export type Direction = "ingress" | "egress";

export interface NetworkReader {
  /** Availability zones by subnet id: `eu-central-1a`. A subnet that doesn't exist is missing. */
  zonesOf(subnetIds: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Every security group of the region that carries all these tags. */
  groupsTagged(tags: Readonly<Record<string, string>>): Promise<readonly GroupRecord[]>;
  /** Every security group of a VPC with one of these names, whoever made it. */
  groupsNamed(vpcId: string, names: readonly string[]): Promise<readonly GroupRecord[]>;
  /** The network interfaces that are in the group: instances', load balancers', endpoints'; with the instance that has it. */
  interfacesIn(groupId: string): Promise<readonly { readonly id: string; readonly instance?: string }[]>;
}

export interface NewGroup {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface NetworkWriter extends NetworkReader {
  /** The new group's id, or `exists` where the VPC has one of that name. EC2 gives it a rule that lets everything out. */
  createGroup(group: NewGroup): Promise<{ readonly id: string } | "exists">;
  /** Refused (`InUse`) while an interface or another group's rule refers to it. */
  deleteGroup(id: string): Promise<void>;
  tagGroup(id: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** A rule that is there already is left as it is. */
  authorize(id: string, direction: Direction, rules: readonly RuleRecord[]): Promise<void>;
  /** A rule that is gone already is no error; a group that is gone is. */
  revoke(id: string, direction: Direction, rules: readonly RuleRecord[]): Promise<void>;
  /** Rewrites descriptions of rules that exist. */
  describe(id: string, direction: Direction, rules: readonly RuleRecord[]): Promise<void>;
}
