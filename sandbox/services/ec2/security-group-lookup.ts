import type { Ec2Context } from "./context.ts";
import { ec2Error, missingParameter } from "./errors.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import type { SecurityGroupRecord, SecurityGroupRuleRecord } from "./security-group-state.ts";

export function isVisible(record: { readonly visibleAt: number }, { clock }: Ec2Context): boolean {
  return record.visibleAt <= clock.now();
}

export function groupById(id: string, context: Ec2Context): SecurityGroupRecord {
  const group = context.state.securityGroups[checkIdentifier("securityGroup", id)];
  if (group === undefined || !isVisible(group, context)) throw notFound("securityGroup", id);
  return group;
}

/** The group that a call means. A name works in the default VPC only. */
export function groupOfRequest(
  { GroupId, GroupName }: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
  context: Ec2Context,
): SecurityGroupRecord {
  if (GroupId !== undefined && GroupId !== "") return groupById(GroupId, context);
  if (GroupName === undefined || GroupName === "") throw missingParameter("GroupId");
  const defaultVpc = Object.values(context.state.vpcs).find((vpc) => vpc.isDefault);
  if (defaultVpc === undefined) throw ec2Error("VPCIdNotSpecified", "No default VPC for this user");
  const group = Object.values(context.state.securityGroups).find(
    (candidate) => candidate.vpcId === defaultVpc.vpcId && candidate.groupName === GroupName,
  );
  if (group === undefined || !isVisible(group, context)) {
    throw ec2Error(
      "InvalidGroup.NotFound",
      `The security group '${GroupName}' does not exist in default VPC '${defaultVpc.vpcId}'`,
    );
  }
  return group;
}

/** A group's rules of one direction, in the order in which they came. */
export function rulesOfGroup(groupId: string, egress: boolean, { state }: Ec2Context): SecurityGroupRuleRecord[] {
  return Object.values(state.securityGroupRules).filter((rule) => rule.groupId === groupId && rule.egress === egress);
}
