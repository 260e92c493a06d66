import type {
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
  DeleteSecurityGroupCommandInput,
  DeleteSecurityGroupCommandOutput,
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
} from "@aws-sdk/client-ec2";
import { type Answer, type Ec2Context, ec2Arn } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import { type FilterFields, filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { permissionsOfRules } from "./ip-permissions.ts";
import { page } from "./pages.ts";
import { groupById, groupOfRequest, isVisible, rulesOfGroup } from "./security-group-lookup.ts";
import { peerText, type RuleContent, type SecurityGroupRecord } from "./security-group-state.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";

const TEXT = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;
const CHARACTERS = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
const MAX_GROUPS = 2500;

/** A new group lets everything out, as in EC2: one egress rule for all protocols to 0.0.0.0/0. */
export function CreateSecurityGroup(
  input: CreateSecurityGroupCommandInput,
  context: Ec2Context,
): Answer<CreateSecurityGroupCommandOutput> {
  const { state } = context;
  const groupName = required(input.GroupName, "GroupName");
  const description = required(input.Description, "GroupDescription");
  if (groupName.startsWith("sg-"))
    throw invalidValue(groupName, "groupName", "Group names may not be in the format sg-*.");
  if (!TEXT.test(groupName)) {
    throw invalidValue(groupName, "groupName", `Character sets beyond ${CHARACTERS} are not supported.`);
  }
  if (!TEXT.test(description)) {
    throw invalidValue(description, "GroupDescription", `Character sets beyond ${CHARACTERS} are not supported.`);
  }
  const tags = tagsFromSpecifications(input.TagSpecifications, ["security-group"]).get("security-group");
  const vpcId = vpcOfRequest(input.VpcId, context);
  const groups = Object.values(state.securityGroups);
  if (groups.some((group) => group.vpcId === vpcId && group.groupName.toLowerCase() === groupName.toLowerCase())) {
    throw ec2Error("InvalidGroup.Duplicate", `The security group '${groupName}' already exists for VPC '${vpcId}'`);
  }
  if (groups.length >= MAX_GROUPS) {
    throw ec2Error("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.");
  }
  const groupId = context.random.id("sg");
  const visibleAt = context.clock.now() + state.timing.listingLag;
  state.securityGroups[groupId] = { groupId, groupName, description, vpcId, visibleAt };
  addDefaultEgress(groupId, context);
  setTags(state, groupId, tags);
  return {
    GroupId: groupId,
    Tags: tagsOf(state, groupId),
    SecurityGroupArn: ec2Arn(context, `security-group/${groupId}`),
  };
}

export function DeleteSecurityGroup(
  input: DeleteSecurityGroupCommandInput,
  context: Ec2Context,
): Answer<DeleteSecurityGroupCommandOutput> {
  const { state } = context;
  const { groupId, groupName } = groupOfRequest(input, context);
  if (groupName === "default") {
    throw ec2Error("CannotDelete", `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  }
  if (hasDependents(groupId, context)) {
    throw ec2Error("DependencyViolation", `resource ${groupId} has a dependent object`);
  }
  for (const rule of Object.values(state.securityGroupRules)) {
    if (rule.groupId !== groupId) continue;
    delete state.securityGroupRules[rule.ruleId];
    delete state.tags[rule.ruleId];
  }
  delete state.securityGroups[groupId];
  delete state.tags[groupId];
  return { Return: true, GroupId: groupId };
}

export function DescribeSecurityGroups(
  input: DescribeSecurityGroupsCommandInput,
  context: Ec2Context,
): Answer<DescribeSecurityGroupsCommandOutput> {
  const { state } = context;
  const named = namedGroups(input, context);
  const groups = named ?? Object.values(state.securityGroups).filter((group) => isVisible(group, context));
  const matching = filterItems(groups, input.Filters, groupFilters(context), (group) => tagsOf(state, group.groupId));
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (group) => group.groupId, input, limits);
  const SecurityGroups = items.map((group) => ({
    GroupId: group.groupId,
    GroupName: group.groupName,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: context.account,
    SecurityGroupArn: ec2Arn(context, `security-group/${group.groupId}`),
    IpPermissions: permissionsOfRules(rulesOfGroup(group.groupId, false, context)),
    IpPermissionsEgress: permissionsOfRules(rulesOfGroup(group.groupId, true, context)),
    Tags: tagsOf(state, group.groupId),
  }));
  return { SecurityGroups, NextToken };
}

export function addDefaultEgress(groupId: string, { state, random }: Ec2Context): void {
  const ruleId = random.id("sgr");
  const everything: RuleContent = { protocol: "-1", peer: { kind: "ipv4", cidr: "0.0.0.0/0" } };
  state.securityGroupRules[ruleId] = { ruleId, groupId, egress: true, ...everything };
}

function vpcOfRequest(vpcId: string | undefined, { state }: Ec2Context): string {
  if (vpcId === undefined || vpcId === "") {
    const found = Object.values(state.vpcs).find((vpc) => vpc.isDefault);
    if (found === undefined) throw ec2Error("VPCIdNotSpecified", "No default VPC for this user");
    return found.vpcId;
  }
  if (state.vpcs[checkIdentifier("vpc", vpcId)] === undefined) throw notFound("vpc", vpcId);
  return vpcId;
}

/** Another group's rule that names it, or a network interface in it. Its own rules don't count. */
function hasDependents(groupId: string, { state }: Ec2Context): boolean {
  const named = Object.values(state.securityGroupRules).some(
    ({ groupId: owner, peer }) => owner !== groupId && peer.kind === "group" && peer.groupId === groupId,
  );
  return named || Object.values(state.networkInterfaces).some((record) => record.groupIds.includes(groupId));
}

function namedGroups(
  { GroupIds, GroupNames }: DescribeSecurityGroupsCommandInput,
  context: Ec2Context,
): SecurityGroupRecord[] | undefined {
  const ids = GroupIds ?? [];
  const names = GroupNames ?? [];
  if (ids.length === 0 && names.length === 0) return undefined;
  const found = [
    ...ids.map((id) => groupById(id, context)),
    ...names.map((name) => groupOfRequest({ GroupName: name }, context)),
  ];
  return [...new Set(found)];
}

function groupFilters(context: Ec2Context): FilterFields<SecurityGroupRecord> {
  const ofRules = (egress: boolean): FilterFields<SecurityGroupRecord> => {
    const read = (value: (rule: RuleContent) => string | undefined) => (group: SecurityGroupRecord) =>
      rulesOfGroup(group.groupId, egress, context).map(value);
    const peer = (kind: RuleContent["peer"]["kind"]) =>
      read((rule) => (rule.peer.kind === kind ? peerText(rule.peer) : undefined));
    const prefix = egress ? "egress.ip-permission" : "ip-permission";
    return {
      [`${prefix}.cidr`]: peer("ipv4"),
      [`${prefix}.ipv6-cidr`]: peer("ipv6"),
      [`${prefix}.prefix-list-id`]: peer("prefix-list"),
      [`${prefix}.group-id`]: peer("group"),
      [`${prefix}.group-name`]: read(({ peer: of }) =>
        of.kind === "group" ? context.state.securityGroups[of.groupId]?.groupName : undefined,
      ),
      [`${prefix}.user-id`]: read(({ peer: of }) => (of.kind === "group" ? of.userId : undefined)),
      [`${prefix}.protocol`]: read((rule) => rule.protocol),
      [`${prefix}.from-port`]: read((rule) => rule.fromPort?.toString()),
      [`${prefix}.to-port`]: read((rule) => rule.toPort?.toString()),
    };
  };
  return {
    description: (group) => group.description,
    "group-id": (group) => group.groupId,
    "group-name": (group) => group.groupName,
    "owner-id": () => context.account,
    "vpc-id": (group) => group.vpcId,
    ...ofRules(false),
    ...ofRules(true),
  };
}
