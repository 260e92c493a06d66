import type { IpPermission } from "@aws-sdk/client-ec2";
import { canonicalIpv4Cidr, canonicalIpv6Cidr } from "./cidr.ts";
import type { Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { groupById } from "./security-group-lookup.ts";
import type { RuleContent, RulePeer } from "./security-group-state.ts";
import { peerText } from "./security-group-state.ts";

const NAMES: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", all: "-1" };
const DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;

/** Protocol and ports as EC2 stores them. Source: IpPermission in the EC2 API reference. */
export function normalPorts(
  protocolText: string,
  fromPort: number | undefined,
  toPort: number | undefined,
): Pick<RuleContent, "protocol" | "fromPort" | "toPort"> {
  const lower = protocolText.toLowerCase();
  const protocol = NAMES[lower] ?? lower;
  if (protocol === "-1") return { protocol };
  if (protocol === "icmp" || protocol === "icmpv6") {
    // Left out, type and code mean all of them.
    return { protocol, fromPort: fromPort ?? -1, toPort: toPort ?? -1 };
  }
  if (protocol === "tcp" || protocol === "udp") {
    if (fromPort === undefined || toPort === undefined) {
      throw badPorts("Must specify both from and to ports with TCP/UDP.");
    }
    for (const port of [fromPort, toPort]) {
      if (port < 0 || port > 65535) throw badPorts(`${port}`);
    }
    if (fromPort > toPort) throw badPorts(`${fromPort}-${toPort}`);
    return { protocol, fromPort, toPort };
  }
  const number = Number(protocol);
  if (!/^\d+$/.test(protocol) || number > 255) {
    throw ec2Error("InvalidPermission.Malformed", `Unsupported IP protocol "${protocolText}"`);
  }
  return { protocol };
}

export function checkedDescription(description: string | undefined): { description?: string } {
  if (description === undefined || description === "") return {};
  if (DESCRIPTION.test(description)) return { description };
  throw ec2Error(
    "InvalidParameterValue",
    "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
  );
}

/** The rules that permissions stand for, one a peer, in order. A group may be named by id or, in its VPC, by name. */
export function rulesOfPermissions(
  permissions: readonly IpPermission[],
  vpcId: string,
  context: Ec2Context,
): RuleContent[] {
  return permissions.flatMap((permission) => {
    const ports = normalPorts(required(permission.IpProtocol, "ipProtocol"), permission.FromPort, permission.ToPort);
    const rules: RuleContent[] = [];
    const add = (peer: RulePeer, description: string | undefined) =>
      rules.push({ ...ports, peer, ...checkedDescription(description) });
    for (const { CidrIp, Description } of permission.IpRanges ?? []) {
      add({ kind: "ipv4", cidr: canonicalIpv4Cidr(required(CidrIp, "CidrIp")) }, Description);
    }
    for (const { CidrIpv6, Description } of permission.Ipv6Ranges ?? []) {
      add({ kind: "ipv6", cidr: canonicalIpv6Cidr(required(CidrIpv6, "CidrIpv6")) }, Description);
    }
    for (const { PrefixListId, Description } of permission.PrefixListIds ?? []) {
      add({ kind: "prefix-list", prefixListId: required(PrefixListId, "PrefixListId") }, Description);
    }
    for (const { GroupId, GroupName, UserId, Description } of permission.UserIdGroupPairs ?? []) {
      const groupId = GroupId ?? groupNamed(required(GroupName, "GroupId"), vpcId, context);
      const userId = UserId ?? context.account;
      if (userId === context.account) {
        const source = groupById(groupId, context);
        if (source.vpcId !== vpcId) {
          throw ec2Error(
            "InvalidGroup.NotFound",
            `You have specified two resources that belong to different networks.`,
          );
        }
      }
      add({ kind: "group", groupId, userId }, Description);
    }
    if (rules.length === 0) {
      throw ec2Error("MissingParameter", "The request must contain a source or destination for the rule");
    }
    return rules;
  });
}

function groupNamed(name: string, vpcId: string, { state }: Ec2Context): string {
  const found = Object.values(state.securityGroups).find(
    (group) => group.vpcId === vpcId && group.groupName.toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) {
    throw ec2Error("InvalidGroup.NotFound", `The security group '${name}' does not exist in VPC '${vpcId}'`);
  }
  return found.groupId;
}

/**
 * Rules as the permissions that DescribeSecurityGroups answers: one entry a protocol and port range, its peers in the
 * four lists, all four always there.
 */
export function permissionsOfRules(rules: readonly RuleContent[]): IpPermission[] {
  const byPorts = new Map<
    string,
    Required<Pick<IpPermission, "IpRanges" | "Ipv6Ranges" | "PrefixListIds" | "UserIdGroupPairs">> & IpPermission
  >();
  for (const rule of rules) {
    const key = `${rule.protocol} ${rule.fromPort ?? ""} ${rule.toPort ?? ""}`;
    const permission = byPorts.get(key) ?? {
      IpProtocol: rule.protocol,
      FromPort: rule.fromPort,
      ToPort: rule.toPort,
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    };
    byPorts.set(key, permission);
    const { peer, description: Description } = rule;
    switch (peer.kind) {
      case "ipv4":
        permission.IpRanges?.push({ CidrIp: peer.cidr, Description });
        break;
      case "ipv6":
        permission.Ipv6Ranges?.push({ CidrIpv6: peer.cidr, Description });
        break;
      case "prefix-list":
        permission.PrefixListIds?.push({ PrefixListId: peer.prefixListId, Description });
        break;
      case "group":
        permission.UserIdGroupPairs?.push({ GroupId: peer.groupId, UserId: peer.userId, Description });
        break;
    }
  }
  return [...byPorts.values()];
}

/** A rule as EC2 writes it in `InvalidPermission.Duplicate`. */
export function ruleText(rule: RuleContent): string {
  const protocol = rule.protocol === "-1" ? "ALL" : rule.protocol.toUpperCase();
  const ports = rule.fromPort === undefined ? "" : `, from port: ${rule.fromPort}, to port: ${rule.toPort}`;
  return `peer: ${peerText(rule.peer)}, ${protocol}${ports}, ALLOW`;
}

function badPorts(what: string): Error {
  return ec2Error("InvalidParameterValue", `Invalid value '${what}' for portRange.`);
}
