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

/** A VPC's own group: what is used where none is named. */
export function defaultGroup(vpcId: string, { state }: Ec2Context): SecurityGroupRecord {
  const found = Object.values(state.securityGroups).find(
    (group) => group.vpcId === vpcId && group.groupName === "default",
  );
  if (found === undefined) throw ec2Error("InvalidGroup.NotFound", `The VPC '${vpcId}' has no default group`);
  return found;
}

/** The groups that an interface gets; all of its VPC, at most five, the default one where none is named. */
export function groupsInVpc(ids: readonly string[], vpcId: string, context: Ec2Context): readonly string[] {
  if (ids.length === 0) return [defaultGroup(vpcId, context).groupId];
  if (ids.length > 5) {
    throw ec2Error("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups is 5.");
  }
  for (const id of ids) {
    const group = groupById(id, context);
    if (group.vpcId !== vpcId) {
      throw ec2Error("InvalidParameter", `Security group ${id} and the interface belong to different networks.`);
    }
  }
  return [...new Set(ids)];
}

export function groupIdentifiers(
  ids: readonly string[],
  { state }: Ec2Context,
): { readonly GroupId: string; readonly GroupName: string | undefined }[] {
  return ids.map((GroupId) => ({ GroupId, GroupName: state.securityGroups[GroupId]?.groupName }));
}
