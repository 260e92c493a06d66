import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  type EC2Client,
  type Filter,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  UpdateSecurityGroupRuleDescriptionsEgressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from "@aws-sdk/client-ec2";
import { Failure } from "../engine/failure.ts";
import { attempt, removeOrGone, required } from "./answer.ts";
import { errorCode, isAlreadyThere, isNotFound, toFailure } from "./classify.ts";
import { permissionOf, rulesOf } from "./ip-permission.ts";
import type { Direction, GroupRecord, NetworkReader, NetworkWriter, RuleRecord } from "./network-port.ts";
import { allItems } from "./pages.ts";
import { literalValue, tagList, tagsByKey } from "./tag-list.ts";

export function networkReader(client: EC2Client): NetworkReader {
  const describe = (doing: string, filters: Filter[]) =>
    attempt(doing, async () => {
      const pages = paginateDescribeSecurityGroups({ client }, { Filters: filters });
      return (await allItems(pages, (page) => page.SecurityGroups)).map(groupRecord);
    });
  return {
    zonesOf: (subnetIds) =>
      attempt("reading the zones of subnets", async () => {
        // By filter: one id that doesn't exist must not hide the others.
        const Filters = [{ Name: "subnet-id", Values: [...subnetIds] }];
        const found = await allItems(paginateDescribeSubnets({ client }, { Filters }), (page) => page.Subnets);
        return Object.fromEntries(
          found.map(({ SubnetId, AvailabilityZone }) => [
            required(SubnetId, "a subnet's id"),
            required(AvailabilityZone, "a subnet's zone"),
          ]),
        );
      }),
    groupsTagged: (tags) =>
      describe(
        "listing security groups by tag",
        Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [literalValue(value)] })),
      ),
    groupsNamed: (vpcId, names) =>
      describe(`listing security groups of ${vpcId} by name`, [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "group-name", Values: names.map(literalValue) },
      ]),
    interfacesIn: (groupId) =>
      attempt(`listing network interfaces in ${groupId}`, async () => {
        const Filters = [{ Name: "group-id", Values: [groupId] }];
        const pages = paginateDescribeNetworkInterfaces({ client }, { Filters });
        const found = await allItems(pages, (page) => page.NetworkInterfaces);
        return found.map(({ NetworkInterfaceId, Attachment }) => ({
          id: required(NetworkInterfaceId, "an interface's id"),
          ...(Attachment?.InstanceId === undefined ? {} : { instance: Attachment.InstanceId }),
        }));
      }),
  };
}

export function networkWriter(client: EC2Client): NetworkWriter {
  return {
    ...networkReader(client),
    async createGroup(group) {
      try {
        const { GroupId } = await client.send(
          new CreateSecurityGroupCommand({
            GroupName: group.name,
            Description: group.description,
            VpcId: group.vpcId,
            TagSpecifications: [{ ResourceType: "security-group", Tags: tagList(group.tags) }],
          }),
        );
        return { id: required(GroupId, "the new group's id") };
      } catch (error) {
        if (isAlreadyThere(error)) return "exists";
        const failure = toFailure(error, `creating security group ${group.name}`);
        if (!isNotFound(error)) throw failure;
        const { code, message, cause } = failure;
        const hint = `Correct spec.network.vpcId: ${group.vpcId} is no VPC of this account and region.`;
        throw new Failure({ code, class: "terminal", message, hint, cause });
      }
    },
    deleteGroup: (id) =>
      removeOrGone(`deleting security group ${id}`, () => client.send(new DeleteSecurityGroupCommand({ GroupId: id }))),
    async tagGroup(id, tags) {
      await attempt(`tagging security group ${id}`, () =>
        client.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) })),
      );
    },
    authorize: (id, direction, rules) =>
      inOneOrOneByOne(`adding ${direction} rules to ${id}`, rules, isAlreadyThere, (some) =>
        authorizeCall(client, id, direction, some),
      ),
    revoke: (id, direction, rules) =>
      inOneOrOneByOne(`removing ${direction} rules of ${id}`, rules, isRuleGone, (some) =>
        revokeCall(client, id, direction, some),
      ),
    async describe(id, direction, rules) {
      if (rules.length === 0) return;
      await attempt(`describing ${direction} rules of ${id}`, () => describeCall(client, id, direction, rules));
    },
  };
}

/** EC2 does all rules of a call or none: where one is done already, the others are done by themselves. */
async function inOneOrOneByOne(
  doing: string,
  rules: readonly RuleRecord[],
  isDone: (error: unknown) => boolean,
  call: (rules: readonly RuleRecord[]) => Promise<unknown>,
): Promise<void> {
  if (rules.length === 0) return;
  const done = await attempt(doing, async () => {
    try {
      await call(rules);
      return true;
    } catch (error) {
      if (isDone(error)) return rules.length === 1;
      throw error;
    }
  });
  if (done) return;
  for (const rule of rules) await inOneOrOneByOne(doing, [rule], isDone, call);
}

/** Not the group: one that isn't seen yet still has all its rules. */
function isRuleGone(error: unknown): boolean {
  return errorCode(error) === "InvalidPermission.NotFound";
}

function authorizeCall(client: EC2Client, id: string, direction: Direction, rules: readonly RuleRecord[]) {
  const input = { GroupId: id, IpPermissions: rules.map(permissionOf) };
  return direction === "ingress"
    ? client.send(new AuthorizeSecurityGroupIngressCommand(input))
    : client.send(new AuthorizeSecurityGroupEgressCommand(input));
}

function revokeCall(client: EC2Client, id: string, direction: Direction, rules: readonly RuleRecord[]) {
  // The description is no part of what a rule is, and an old one would not match.
  const input = { GroupId: id, IpPermissions: rules.map((rule) => permissionOf({ ...rule, description: "" })) };
  return direction === "ingress"
    ? client.send(new RevokeSecurityGroupIngressCommand(input))
    : client.send(new RevokeSecurityGroupEgressCommand(input));
}

function describeCall(client: EC2Client, id: string, direction: Direction, rules: readonly RuleRecord[]) {
  const input = { GroupId: id, IpPermissions: rules.map(permissionOf) };
  return direction === "ingress"
    ? client.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand(input))
    : client.send(new UpdateSecurityGroupRuleDescriptionsEgressCommand(input));
}

function groupRecord(group: SecurityGroup): GroupRecord {
  const owner = required(group.OwnerId, "a group's owner");
  return {
    id: required(group.GroupId, "a group's id"),
    name: required(group.GroupName, "a group's name"),
    description: group.Description ?? "",
    vpcId: group.VpcId ?? "",
    tags: tagsByKey(group.Tags),
    ingress: rulesOf(group.IpPermissions, owner),
    egress: rulesOf(group.IpPermissionsEgress, owner),
  };
}
