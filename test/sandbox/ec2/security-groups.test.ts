import { describe, expect, it } from "vitest";
import {
  DescribeSecurityGroupRules,
  ModifySecurityGroupRules,
  UpdateSecurityGroupRuleDescriptionsIngress,
} from "../../../sandbox/services/ec2/security-group-rule-edits.ts";
import {
  AuthorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress,
  RevokeSecurityGroupEgress,
  RevokeSecurityGroupIngress,
} from "../../../sandbox/services/ec2/security-group-rules.ts";
import {
  CreateSecurityGroup,
  DeleteSecurityGroup,
  DescribeSecurityGroups,
} from "../../../sandbox/services/ec2/security-groups.ts";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { CreateTags } from "../../../sandbox/services/ec2/tags.ts";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { contextOf, sdkWorld } from "../sdk-world.ts";

const { vpcId: VpcId } = DEFAULT_WORLD;

function start(timing = { listingLag: 0 }) {
  const world = sdkWorld({ ec2: timing });
  const context = contextOf(world.sandbox, ec2StateKey());
  const create = (GroupName: string): string =>
    CreateSecurityGroup({ GroupName, Description: "of a test", VpcId }, context).GroupId ?? "";
  const describeGroup = (id: string) => DescribeSecurityGroups({ GroupIds: [id] }, context).SecurityGroups?.[0];
  return { ...world, context, create, describeGroup };
}

const https = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };

describe("a new security group", () => {
  it("lets everything out and nothing in", () => {
    const { create, describeGroup } = start();
    const group = describeGroup(create("web"));
    expect(group?.IpPermissions).toEqual([]);
    expect(group?.IpPermissionsEgress).toMatchObject([{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }]);
  });

  it("can't take a name that the VPC already has, in whatever case", () => {
    const { create } = start();
    create("web");
    expect(() => create("WEB")).toThrow(expect.objectContaining({ code: "InvalidGroup.Duplicate" }));
  });

  it("stays unseen for as long as listings lag", async () => {
    const { context, create, clock } = start({ listingLag: 2000 });
    const id = create("web");
    expect(() => DescribeSecurityGroups({ GroupIds: [id] }, context)).toThrow(
      expect.objectContaining({ code: "InvalidGroup.NotFound" }),
    );
    await clock.advance(2000);
    expect(DescribeSecurityGroups({ GroupIds: [id] }, context).SecurityGroups).toHaveLength(1);
  });

  it("is tagged by the call that makes it, and by no other resource's tags", () => {
    const { context } = start();
    const TagSpecifications = [{ ResourceType: "security-group" as const, Tags: [{ Key: "a", Value: "1" }] }];
    const made = CreateSecurityGroup({ GroupName: "t", Description: "t", VpcId, TagSpecifications }, context);
    expect(made.Tags).toEqual([{ Key: "a", Value: "1" }]);
    const wrong = [{ ResourceType: "instance" as const, Tags: [{ Key: "a", Value: "1" }] }];
    expect(() =>
      CreateSecurityGroup({ GroupName: "u", Description: "u", VpcId, TagSpecifications: wrong }, context),
    ).toThrow(expect.objectContaining({ code: "InvalidParameterValue" }));
  });
});

describe("rules", () => {
  it("with the same ports are shown as one permission", () => {
    const { context, create, describeGroup } = start();
    const GroupId = create("web");
    const authorize = (CidrIp: string) =>
      AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [{ ...https, IpRanges: [{ CidrIp }] }] }, context);
    authorize("203.0.113.0/24");
    authorize("198.51.100.7/24");
    expect(describeGroup(GroupId)?.IpPermissions).toMatchObject([
      { ...https, IpRanges: [{ CidrIp: "203.0.113.0/24" }, { CidrIp: "198.51.100.0/24" }], UserIdGroupPairs: [] },
    ]);
    expect(
      DescribeSecurityGroupRules({ Filters: [{ Name: "group-id", Values: [GroupId] }] }, context).SecurityGroupRules,
    ).toHaveLength(3);
  });

  it("are the same whatever their description says", () => {
    const { context, create } = start();
    const GroupId = create("web");
    const authorize = (Description: string) =>
      AuthorizeSecurityGroupIngress(
        { GroupId, IpPermissions: [{ ...https, IpRanges: [{ CidrIp: "203.0.113.0/24", Description }] }] },
        context,
      );
    authorize("one");
    expect(() => authorize("two")).toThrow(expect.objectContaining({ code: "InvalidPermission.Duplicate" }));
  });

  it("are added all or none", () => {
    const { context, create, describeGroup } = start();
    const GroupId = create("web");
    const IpRanges = [{ CidrIp: "203.0.113.0/24" }, { CidrIp: "203.0.113.9/24" }];
    expect(() => AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [{ ...https, IpRanges }] }, context)).toThrow(
      expect.objectContaining({ code: "InvalidParameterValue" }),
    );
    expect(describeGroup(GroupId)?.IpPermissions).toEqual([]);
  });

  it("are revoked by content or by id", () => {
    const { context, create, describeGroup } = start();
    const GroupId = create("web");
    const everything = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    RevokeSecurityGroupEgress({ GroupId, IpPermissions: [everything] }, context);
    expect(describeGroup(GroupId)?.IpPermissionsEgress).toEqual([]);
    expect(() => RevokeSecurityGroupEgress({ GroupId, IpPermissions: [everything] }, context)).toThrow(
      expect.objectContaining({ code: "InvalidPermission.NotFound" }),
    );
    const added = AuthorizeSecurityGroupEgress({ GroupId, IpPermissions: [everything] }, context);
    const id = added.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
    const revoked = RevokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds: [id] }, context);
    expect(revoked.RevokedSecurityGroupRules).toMatchObject([{ SecurityGroupRuleId: id, IsEgress: true }]);
  });

  it("keep their ids when description or content changes", () => {
    const { context, create } = start();
    const GroupId = create("web");
    const permission = { ...https, IpRanges: [{ CidrIp: "203.0.113.0/24", Description: "old" }] };
    const added = AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [permission] }, context);
    const SecurityGroupRuleId = added.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
    const read = () =>
      DescribeSecurityGroupRules({ SecurityGroupRuleIds: [SecurityGroupRuleId] }, context).SecurityGroupRules?.[0];
    UpdateSecurityGroupRuleDescriptionsIngress(
      { GroupId, IpPermissions: [{ ...https, IpRanges: [{ CidrIp: "203.0.113.0/24", Description: "new" }] }] },
      context,
    );
    expect(read()?.Description).toBe("new");
    const SecurityGroupRule = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "203.0.113.0/24" };
    ModifySecurityGroupRules({ GroupId, SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }] }, context);
    expect(read()).toMatchObject({ FromPort: 80, Description: undefined });
  });

  it("without both ports are refused for TCP", () => {
    const { context, create } = start();
    const GroupId = create("web");
    const IpPermissions = [{ IpProtocol: "tcp", IpRanges: [{ CidrIp: "203.0.113.0/24" }] }];
    expect(() => AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, context)).toThrow(
      expect.objectContaining({ code: "InvalidParameterValue" }),
    );
  });
});

describe("deleting a group", () => {
  it("is refused while another group's rule names it, and not for a rule of its own", () => {
    const { context, create } = start();
    const [host, machines] = [create("host"), create("machines")];
    const from = (GroupId: string) => [
      { IpProtocol: "tcp", FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId }] },
    ];
    AuthorizeSecurityGroupIngress({ GroupId: machines, IpPermissions: from(host) }, context);
    AuthorizeSecurityGroupIngress({ GroupId: host, IpPermissions: from(host) }, context);
    const remove = (GroupId: string) => DeleteSecurityGroup({ GroupId }, context);
    expect(() => remove(host)).toThrow(expect.objectContaining({ code: "DependencyViolation" }));
    RevokeSecurityGroupIngress({ GroupId: machines, IpPermissions: from(host) }, context);
    remove(host);
    expect(() => remove(host)).toThrow(expect.objectContaining({ code: "InvalidGroup.NotFound" }));
  });

  it("is refused for a VPC's default group", () => {
    const { context } = start();
    const groups = DescribeSecurityGroups({ Filters: [{ Name: "group-name", Values: ["def?ult"] }] }, context);
    expect(groups.SecurityGroups).toHaveLength(2);
    const GroupId = groups.SecurityGroups?.[0]?.GroupId;
    expect(() => DeleteSecurityGroup({ GroupId }, context)).toThrow(expect.objectContaining({ code: "CannotDelete" }));
  });
});

describe("listing groups", () => {
  it("comes in pages that neither repeat nor lose a group when others go", () => {
    const { context, create } = start();
    const made = Array.from({ length: 12 }, (_, index) => create(`web-${index}`));
    const Filters = [{ Name: "group-name", Values: ["web-*"] }];
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const answer = DescribeSecurityGroups({ Filters, MaxResults: 5, NextToken }, context);
      seen.push(...(answer.SecurityGroups ?? []).map((group) => group.GroupId ?? ""));
      NextToken = answer.NextToken;
      if (seen.length === 5) DeleteSecurityGroup({ GroupId: seen[0] }, context);
    } while (NextToken !== undefined);
    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  it("finds by tag", () => {
    const { context, create } = start();
    const id = create("web");
    create("other");
    CreateTags({ Resources: [id], Tags: [{ Key: "fleet", Value: "acme" }] }, context);
    const found = DescribeSecurityGroups({ Filters: [{ Name: "tag:fleet", Values: ["acme"] }] }, context);
    expect(found.SecurityGroups?.map((group) => group.GroupId)).toEqual([id]);
    expect(() => DescribeSecurityGroups({ Filters: [{ Name: "nonsense", Values: ["x"] }] }, context)).toThrow(
      expect.objectContaining({ code: "InvalidParameterValue" }),
    );
  });
});
