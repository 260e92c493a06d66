import type { RevokedSecurityGroupRule, SecurityGroupRule } from "@aws-sdk/client-ec2";
import { type Ec2Context, ec2Arn } from "./context.ts";
import type { SecurityGroupRuleRecord } from "./security-group-state.ts";
import { tagsOf } from "./tags.ts";

/** A rule as EC2 lists it; without ports both are -1. */
export function ruleAnswer(rule: SecurityGroupRuleRecord, context: Ec2Context): SecurityGroupRule {
  const { peer } = rule;
  return {
    ...common(rule),
    GroupOwnerId: context.account,
    SecurityGroupRuleArn: ec2Arn(context, `security-group-rule/${rule.ruleId}`),
    Tags: tagsOf(context.state, rule.ruleId),
    ReferencedGroupInfo:
      peer.kind === "group"
        ? { GroupId: peer.groupId, UserId: peer.userId, VpcId: context.state.securityGroups[peer.groupId]?.vpcId }
        : undefined,
  };
}

export function revokedRuleAnswer(rule: SecurityGroupRuleRecord): RevokedSecurityGroupRule {
  return { ...common(rule), ReferencedGroupId: rule.peer.kind === "group" ? rule.peer.groupId : undefined };
}

function common({ peer, ...rule }: SecurityGroupRuleRecord): SecurityGroupRule & RevokedSecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.ruleId,
    GroupId: rule.groupId,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    CidrIpv4: peer.kind === "ipv4" ? peer.cidr : undefined,
    CidrIpv6: peer.kind === "ipv6" ? peer.cidr : undefined,
    PrefixListId: peer.kind === "prefix-list" ? peer.prefixListId : undefined,
    Description: rule.description,
  };
}
