import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
  IpPermission,
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupIngressCommandInput,
  RevokeSecurityGroupIngressCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { permissionsOfRules, rulesOfPermissions, ruleText } from "./ip-permissions.ts";
import { groupOfRequest, rulesOfGroup } from "./security-group-lookup.ts";
import { revokedRuleAnswer, ruleAnswer } from "./security-group-rule-answer.ts";
import {
  type RuleContent,
  ruleKey,
  type SecurityGroupRecord,
  type SecurityGroupRuleRecord,
} from "./security-group-state.ts";
import { setTags, tagsFromSpecifications } from "./tags.ts";

const MAX_RULES = 60;

/** What the ingress and the egress calls share: permissions, or the older single-rule parameters. */
type RuleRequest = Partial<AuthorizeSecurityGroupIngressCommandInput & AuthorizeSecurityGroupEgressCommandInput>;

export function AuthorizeSecurityGroupIngress(
  input: AuthorizeSecurityGroupIngressCommandInput,
  context: Ec2Context,
): Answer<AuthorizeSecurityGroupIngressCommandOutput> {
  return authorize(input, false, context);
}

export function AuthorizeSecurityGroupEgress(
  input: AuthorizeSecurityGroupEgressCommandInput,
  context: Ec2Context,
): Answer<AuthorizeSecurityGroupIngressCommandOutput> {
  return authorize(input, true, context);
}

export function RevokeSecurityGroupIngress(
  input: RevokeSecurityGroupIngressCommandInput,
  context: Ec2Context,
): Answer<RevokeSecurityGroupIngressCommandOutput> {
  return revoke(input, false, context);
}

export function RevokeSecurityGroupEgress(
  input: RevokeSecurityGroupEgressCommandInput,
  context: Ec2Context,
): Answer<RevokeSecurityGroupIngressCommandOutput> {
  return revoke(input, true, context);
}

/** All of the rules, or none. */
function authorize(
  input: RuleRequest,
  egress: boolean,
  context: Ec2Context,
): Answer<AuthorizeSecurityGroupIngressCommandOutput> {
  const { state } = context;
  const group = groupOfRequest(input, context);
  const tags = tagsFromSpecifications(input.TagSpecifications, ["security-group-rule"]).get("security-group-rule");
  const rules = requestedRules(input, group, context);
  const present = rulesOfGroup(group.groupId, egress, context);
  const seen = new Set<string>();
  for (const rule of rules) {
    const key = ruleKey(rule);
    if (seen.has(key)) {
      throw ec2Error("InvalidParameterValue", "The same permission must not appear multiple times");
    }
    seen.add(key);
    if (present.some((other) => ruleKey(other) === key)) {
      throw ec2Error("InvalidPermission.Duplicate", `the specified rule "${ruleText(rule)}" already exists`);
    }
  }
  if (present.length + rules.length > MAX_RULES) {
    throw ec2Error(
      "RulesPerSecurityGroupLimitExceeded",
      "The maximum number of rules per security group has been reached.",
    );
  }
  const added = rules.map((rule): SecurityGroupRuleRecord => {
    const record = { ruleId: context.random.id("sgr"), groupId: group.groupId, egress, ...rule };
    state.securityGroupRules[record.ruleId] = record;
    setTags(state, record.ruleId, tags);
    return record;
  });
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleAnswer(rule, context)) };
}

/**
 * All of the rules, or none, in a VPC of one's own. In the default VPC what doesn't exist is passed over and named in the
 * answer. Source: RevokeSecurityGroupIngress in the EC2 API reference.
 */
function revoke(
  input: RuleRequest & Pick<RevokeSecurityGroupIngressCommandInput, "SecurityGroupRuleIds">,
  egress: boolean,
  context: Ec2Context,
): Answer<RevokeSecurityGroupIngressCommandOutput> {
  const { state } = context;
  const group = groupOfRequest(input, context);
  const present = rulesOfGroup(group.groupId, egress, context);
  const going: SecurityGroupRuleRecord[] = [];
  const unknown: RuleContent[] = [];
  if (input.SecurityGroupRuleIds !== undefined && input.SecurityGroupRuleIds.length > 0) {
    for (const id of input.SecurityGroupRuleIds) {
      const rule = present.find((other) => other.ruleId === checkIdentifier("securityGroupRule", id));
      if (rule === undefined) throw notFound("securityGroupRule", id);
      going.push(rule);
    }
  } else {
    for (const rule of requestedRules(input, group, context)) {
      const found = present.find((other) => ruleKey(other) === ruleKey(rule));
      if (found === undefined) unknown.push(rule);
      else going.push(found);
    }
  }
  if (unknown.length > 0 && state.vpcs[group.vpcId]?.isDefault !== true) {
    throw ec2Error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
  }
  for (const { ruleId } of going) {
    delete state.securityGroupRules[ruleId];
    delete state.tags[ruleId];
  }
  return {
    Return: true,
    UnknownIpPermissions: permissionsOfRules(unknown),
    RevokedSecurityGroupRules: going.map(revokedRuleAnswer),
  };
}

/** Permissions as given, or the one that the older parameters (`CidrIp`, `SourceSecurityGroupName`) describe. */
function requestedRules(input: RuleRequest, group: SecurityGroupRecord, context: Ec2Context): RuleContent[] {
  if (input.IpPermissions !== undefined && input.IpPermissions.length > 0) {
    return rulesOfPermissions(input.IpPermissions, group.vpcId, context);
  }
  if (input.SourceSecurityGroupName !== undefined) {
    const peer = [{ GroupName: input.SourceSecurityGroupName }];
    const open = (IpProtocol: string, FromPort: number, ToPort: number): IpPermission => ({
      IpProtocol,
      FromPort,
      ToPort,
      UserIdGroupPairs: peer,
    });
    return rulesOfPermissions(
      [open("tcp", 0, 65535), open("udp", 0, 65535), open("icmp", -1, -1)],
      group.vpcId,
      context,
    );
  }
  if (input.IpProtocol === undefined && input.CidrIp === undefined) {
    throw ec2Error("MissingParameter", "The request must contain the parameter ipPermissions");
  }
  const permission: IpPermission = {
    IpProtocol: input.IpProtocol,
    FromPort: input.FromPort,
    ToPort: input.ToPort,
    IpRanges: input.CidrIp === undefined ? [] : [{ CidrIp: input.CidrIp }],
  };
  return rulesOfPermissions([permission], group.vpcId, context);
}
