import type {
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupRulesCommandOutput,
  ModifySecurityGroupRulesCommandInput,
  SecurityGroupRuleRequest,
  UpdateSecurityGroupRuleDescriptionsEgressCommandInput,
  UpdateSecurityGroupRuleDescriptionsIngressCommandInput,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { checkedDescription, rulesOfPermissions, ruleText } from "./ip-permissions.ts";
import { page } from "./pages.ts";
import { groupOfRequest, isVisible, rulesOfGroup } from "./security-group-lookup.ts";
import { ruleAnswer } from "./security-group-rule-answer.ts";
import {
  type RuleContent,
  ruleKey,
  type SecurityGroupRecord,
  type SecurityGroupRuleRecord,
} from "./security-group-state.ts";
import { tagsOf } from "./tags.ts";

type DescriptionRequest = UpdateSecurityGroupRuleDescriptionsIngressCommandInput;

export function UpdateSecurityGroupRuleDescriptionsIngress(input: DescriptionRequest, context: Ec2Context) {
  return updateDescriptions(input, false, context);
}

export function UpdateSecurityGroupRuleDescriptionsEgress(
  input: UpdateSecurityGroupRuleDescriptionsEgressCommandInput,
  context: Ec2Context,
) {
  return updateDescriptions(input, true, context);
}

/** By permission or by rule id. A description left out removes the old one. */
function updateDescriptions(input: DescriptionRequest, egress: boolean, context: Ec2Context): { Return: boolean } {
  const group = groupOfRequest(input, context);
  const present = rulesOfGroup(group.groupId, egress, context);
  const byId = (input.SecurityGroupRuleDescriptions ?? []).map(({ SecurityGroupRuleId, Description }) => {
    const id = required(SecurityGroupRuleId, "SecurityGroupRuleId");
    const rule = present.find((other) => other.ruleId === checkIdentifier("securityGroupRule", id));
    if (rule === undefined) throw notFound("securityGroupRule", id);
    return withDescription(rule, Description);
  });
  const byContent = rulesOfPermissions(input.IpPermissions ?? [], group.vpcId, context).map((wanted) => {
    const rule = present.find((other) => ruleKey(other) === ruleKey(wanted));
    if (rule === undefined) {
      throw ec2Error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
    }
    return withDescription(rule, wanted.description);
  });
  if (byId.length + byContent.length === 0) {
    throw ec2Error("MissingParameter", "Either ipPermissions or securityGroupRuleDescriptions should be provided.");
  }
  for (const rule of [...byId, ...byContent]) context.state.securityGroupRules[rule.ruleId] = rule;
  return { Return: true };
}

/** Replaces whole rules, keeping their ids, tags and direction: what the request leaves out is gone. */
export function ModifySecurityGroupRules(
  input: ModifySecurityGroupRulesCommandInput,
  context: Ec2Context,
): { Return: boolean } {
  const { state } = context;
  const group = groupOfRequest(input, context);
  const changed = required(input.SecurityGroupRules, "SecurityGroupRule").map(
    ({ SecurityGroupRuleId, SecurityGroupRule }): SecurityGroupRuleRecord => {
      const id = required(SecurityGroupRuleId, "SecurityGroupRuleId");
      const old = state.securityGroupRules[checkIdentifier("securityGroupRule", id)];
      if (old === undefined || old.groupId !== group.groupId) throw notFound("securityGroupRule", id);
      const content = contentOf(required(SecurityGroupRule, "SecurityGroupRule"), group, context);
      return { ruleId: id, groupId: group.groupId, egress: old.egress, ...content };
    },
  );
  const ids = new Set(changed.map((rule) => rule.ruleId));
  for (const rule of changed) {
    const others = rulesOfGroup(group.groupId, rule.egress, context).filter((other) => !ids.has(other.ruleId));
    const same = changed.filter((other) => other.egress === rule.egress && ruleKey(other) === ruleKey(rule));
    if (same.length > 1 || others.some((other) => ruleKey(other) === ruleKey(rule))) {
      throw ec2Error("InvalidPermission.Duplicate", `the specified rule "${ruleText(rule)}" already exists`);
    }
  }
  for (const rule of changed) state.securityGroupRules[rule.ruleId] = rule;
  return { Return: true };
}

export function DescribeSecurityGroupRules(
  input: DescribeSecurityGroupRulesCommandInput,
  context: Ec2Context,
): Answer<DescribeSecurityGroupRulesCommandOutput> {
  const { state } = context;
  const ids = input.SecurityGroupRuleIds ?? [];
  const visible = (rule: SecurityGroupRuleRecord): boolean => {
    const group = state.securityGroups[rule.groupId];
    return group !== undefined && isVisible(group, context);
  };
  const named = ids.map((id) => {
    const rule = state.securityGroupRules[checkIdentifier("securityGroupRule", id)];
    if (rule === undefined || !visible(rule)) throw notFound("securityGroupRule", id);
    return rule;
  });
  const rules = ids.length > 0 ? named : Object.values(state.securityGroupRules).filter(visible);
  const matching = filterItems(
    rules,
    input.Filters,
    { "group-id": (rule) => rule.groupId, "security-group-rule-id": (rule) => rule.ruleId },
    (rule) => tagsOf(state, rule.ruleId),
  );
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (rule) => rule.ruleId, input, limits);
  return { SecurityGroupRules: items.map((rule) => ruleAnswer(rule, context)), NextToken };
}

function withDescription(rule: SecurityGroupRuleRecord, description: string | undefined): SecurityGroupRuleRecord {
  const { description: _old, ...rest } = rule;
  return { ...rest, ...checkedDescription(description) };
}

function contentOf(request: SecurityGroupRuleRequest, group: SecurityGroupRecord, context: Ec2Context): RuleContent {
  const { Description } = request;
  const rules = rulesOfPermissions(
    [
      {
        IpProtocol: request.IpProtocol,
        FromPort: request.FromPort,
        ToPort: request.ToPort,
        IpRanges: request.CidrIpv4 === undefined ? [] : [{ CidrIp: request.CidrIpv4, Description }],
        Ipv6Ranges: request.CidrIpv6 === undefined ? [] : [{ CidrIpv6: request.CidrIpv6, Description }],
        PrefixListIds: request.PrefixListId === undefined ? [] : [{ PrefixListId: request.PrefixListId, Description }],
        UserIdGroupPairs:
          request.ReferencedGroupId === undefined ? [] : [{ GroupId: request.ReferencedGroupId, Description }],
      },
    ],
    group.vpcId,
    context,
  );
  const [only] = rules;
  if (only === undefined || rules.length > 1) {
    throw ec2Error("InvalidParameterCombination", "A security group rule must have exactly one source or destination.");
  }
  return only;
}
