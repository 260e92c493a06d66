export interface SecurityGroupRecord {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  /** From when listings and other calls see it. */
  readonly visibleAt: number;
}

/** What makes two rules the same (all but the description), and the description. */
export interface RuleContent {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all. */
  readonly protocol: string;
  /** First and last port; type and code for ICMP; absent where the protocol has none. */
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly peer: RulePeer;
  readonly description?: string;
}

export type RulePeer =
  | { readonly kind: "ipv4"; readonly cidr: string }
  | { readonly kind: "ipv6"; readonly cidr: string }
  | { readonly kind: "prefix-list"; readonly prefixListId: string }
  | { readonly kind: "group"; readonly groupId: string; readonly userId: string };

export interface SecurityGroupRuleRecord extends RuleContent {
  readonly ruleId: string;
  readonly groupId: string;
  readonly egress: boolean;
}

/** Equal for two rules that EC2 holds to be the same. */
export function ruleKey(rule: RuleContent): string {
  return `${rule.protocol} ${rule.fromPort ?? ""}-${rule.toPort ?? ""} ${peerText(rule.peer)}`;
}

export function peerText(peer: RulePeer): string {
  switch (peer.kind) {
    case "ipv4":
    case "ipv6":
      return peer.cidr;
    case "prefix-list":
      return peer.prefixListId;
    case "group":
      return peer.groupId;
  }
}
