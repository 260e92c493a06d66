import type { IpPermission } from "@aws-sdk/client-ec2";
import { required } from "./answer.ts";
import type { RulePeer, RuleRecord } from "./network-port.ts";

/*
 * EC2 groups rules by protocol and ports, several peers in one: equal sets of rules can come in many groupings, so they are
 * taken apart. Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */

/** IANA protocol numbers that EC2 also knows by name. */
const protocolNames: Readonly<Record<string, string>> = {
  "-1": "all",
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};

/** @param owner the account of the group that the rules belong to */
export function rulesOf(permissions: readonly IpPermission[] | undefined, owner: string): readonly RuleRecord[] {
  return (permissions ?? []).flatMap((permission) =>
    peersOf(permission, owner).map(([peer, description]) => ({ ...portsOf(permission), peer, description })),
  );
}

export function permissionOf(rule: RuleRecord): IpPermission {
  return {
    IpProtocol: rule.protocol === "all" ? "-1" : rule.protocol,
    ...(rule.fromPort === undefined ? {} : { FromPort: rule.fromPort }),
    ...(rule.toPort === undefined ? {} : { ToPort: rule.toPort }),
    ...peerMembers(rule),
  };
}

function portsOf(permission: IpPermission): Omit<RuleRecord, "peer" | "description"> {
  const said = required(permission.IpProtocol, "a rule's protocol").toLowerCase();
  const protocol = protocolNames[said] ?? said;
  const { FromPort, ToPort } = permission;
  if (protocol === "all" || FromPort === undefined || ToPort === undefined) return { protocol };
  // All ports of TCP or UDP can be said in two ways; EC2 answers the second for the first.
  if ((protocol === "tcp" || protocol === "udp") && (FromPort === -1 || (FromPort === 0 && ToPort === 65535))) {
    return { protocol, fromPort: 0, toPort: 65535 };
  }
  return { protocol, fromPort: FromPort, toPort: ToPort };
}

function peersOf(permission: IpPermission, owner: string): readonly (readonly [RulePeer, string])[] {
  return [
    ...(permission.IpRanges ?? []).map(
      (range) => [{ cidr: required(range.CidrIp, "a rule's block") }, range.Description ?? ""] as const,
    ),
    ...(permission.Ipv6Ranges ?? []).map(
      (range) =>
        [{ cidr6: required(range.CidrIpv6, "a rule's block").toLowerCase() }, range.Description ?? ""] as const,
    ),
    ...(permission.UserIdGroupPairs ?? []).map((pair) => {
      const id = required(pair.GroupId, "a rule's group");
      const foreign = pair.UserId !== undefined && pair.UserId !== owner;
      return [{ group: foreign ? `${pair.UserId}/${id}` : id }, pair.Description ?? ""] as const;
    }),
    ...(permission.PrefixListIds ?? []).map(
      (list) => [{ prefixList: required(list.PrefixListId, "a rule's prefix list") }, list.Description ?? ""] as const,
    ),
  ];
}

function peerMembers({ peer, description }: RuleRecord): IpPermission {
  const said = description === "" ? {} : { Description: description };
  if ("cidr" in peer) return { IpRanges: [{ CidrIp: peer.cidr, ...said }] };
  if ("cidr6" in peer) return { Ipv6Ranges: [{ CidrIpv6: peer.cidr6, ...said }] };
  if ("prefixList" in peer) return { PrefixListIds: [{ PrefixListId: peer.prefixList, ...said }] };
  const [first, second] = peer.group.split("/");
  const pair = second === undefined ? { GroupId: peer.group } : { UserId: first, GroupId: second };
  return { UserIdGroupPairs: [{ ...pair, ...said }] };
}
