import type { Installation } from "../installation.ts";
import { asFleet, type Grant, ofFleet } from "./grant.ts";

export function networkReads({ settings }: Installation): readonly Grant[] {
  return [
    {
      sid: "LookAtNetwork",
      why: "Security groups and their rules. EC2's Describe actions know no narrower resource.",
      actions: ["ec2:DescribeSecurityGroups"],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": settings.region } },
    },
  ];
}

export function networkWrites({ arn }: Installation): readonly Grant[] {
  const groups = arn("ec2", "security-group/*");
  return [
    {
      sid: "CreateGroups",
      why: "Security groups, with the mark in the call that makes them.",
      actions: ["ec2:CreateSecurityGroup"],
      resources: [groups],
      conditions: { StringEquals: asFleet },
    },
    {
      sid: "CreateGroupsInVpcs",
      why: "The same call is asked of the VPC too.",
      actions: ["ec2:CreateSecurityGroup"],
      resources: [arn("ec2", "vpc/*")],
    },
    {
      sid: "TagGroupsAtCreation",
      why: "The mark in the call that makes a group.",
      actions: ["ec2:CreateTags"],
      resources: [groups],
      conditions: { StringEquals: { ...asFleet, "ec2:CreateAction": "CreateSecurityGroup" } },
    },
    {
      sid: "TagOwnGroups",
      why: "Tags of the fleet's groups; the mark can't be changed into another fleet's.",
      actions: ["ec2:CreateTags"],
      resources: [groups],
      conditions: { StringEquals: ofFleet, StringEqualsIfExists: asFleet },
    },
    {
      sid: "AdoptGroups",
      why: "A group without any mark, where the file says `adopt: true`.",
      actions: ["ec2:CreateTags"],
      resources: [groups],
      conditions: { StringEquals: asFleet, Null: { "aws:ResourceTag/fleetkeeper:fleet": "true" } },
    },
    {
      sid: "ChangeOwnGroups",
      why: "Rules of the fleet's groups, and groups that left the file once a person approved it.",
      actions: [
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
      ],
      resources: [groups],
      conditions: { StringEquals: ofFleet },
    },
  ];
}
