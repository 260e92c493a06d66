import type { Installation } from "../installation.ts";
import { asFleet, type Grant, ofFleet, sessionFleet } from "./grant.ts";

/** Source: service authorization reference of Amazon EC2 and of Amazon EC2 Auto Scaling. */
export function poolReads({ settings }: Installation): readonly Grant[] {
  return [
    {
      sid: "LookAtTemplates",
      why: "Launch templates of docker-autoscaler fleets. EC2's Describe actions know no narrower resource.",
      actions: ["ec2:DescribeImages", "ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": settings.region } },
    },
  ];
}

export function poolWrites({ arn, iam }: Installation): readonly Grant[] {
  const templates = arn("ec2", "launch-template/*");
  const groups = arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*");
  const isPool = { "aws:RequestTag/fleetkeeper:kind": "pool" };
  return [
    {
      sid: "CreateTemplates",
      why: "Launch templates, with the mark in the call that makes them.",
      actions: ["ec2:CreateLaunchTemplate"],
      resources: [templates],
      conditions: { StringEquals: { ...asFleet, ...isPool } },
    },
    {
      sid: "TagTemplatesAtCreation",
      why: "The mark in that call.",
      actions: ["ec2:CreateTags"],
      resources: [templates],
      conditions: { StringEquals: { ...asFleet, "ec2:CreateAction": "CreateLaunchTemplate" } },
    },
    {
      sid: "TagOwnTemplates",
      why: "Tags of the fleet's templates; the mark can't be changed into another fleet's.",
      actions: ["ec2:CreateTags"],
      resources: [templates],
      conditions: { StringEquals: ofFleet, StringEqualsIfExists: asFleet },
    },
    {
      sid: "AdoptTemplates",
      why: "A template without any mark, where the file says `adopt: true`.",
      actions: ["ec2:CreateTags"],
      resources: [templates],
      conditions: { StringEquals: asFleet, Null: { "aws:ResourceTag/fleetkeeper:fleet": "true" } },
    },
    {
      sid: "ChangeOwnTemplates",
      why: "New versions, which of them counts, and templates that left the file once a person approved it.",
      actions: ["ec2:CreateLaunchTemplateVersion", "ec2:DeleteLaunchTemplate", "ec2:ModifyLaunchTemplate"],
      resources: [templates],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "CreateGroups",
      why: "Auto Scaling groups, with the mark in the call that makes them.",
      actions: ["autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags"],
      resources: [groups],
      conditions: { StringEquals: { ...asFleet, ...isPool } },
    },
    {
      sid: "ChangeOwnGroups",
      why: "Bounds, subnets, template, protection and suspended processes of the fleet's groups, and their tags.",
      actions: [
        "autoscaling:CreateOrUpdateTags",
        "autoscaling:ResumeProcesses",
        "autoscaling:SuspendProcesses",
        "autoscaling:UpdateAutoScalingGroup",
      ],
      resources: [groups],
      conditions: { StringEquals: ofFleet, StringEqualsIfExists: asFleet },
    },
    {
      sid: "AdoptGroups",
      why: "A group without any mark, where the file says `adopt: true`.",
      actions: ["autoscaling:CreateOrUpdateTags"],
      resources: [groups],
      conditions: { StringEquals: asFleet, Null: { "aws:ResourceTag/fleetkeeper:fleet": "true" } },
    },
    {
      sid: "LaunchByTemplate",
      why: "Who tells a group of a template is asked whether they might launch by it: instances with the fleet's own profile and the pool's mark.",
      actions: ["ec2:RunInstances"],
      resources: [arn("ec2", "instance/*")],
      conditions: {
        ArnLike: { "ec2:InstanceProfile": iam(`instance-profile/fleetkeeper/${sessionFleet}/*`) },
        StringEquals: { ...asFleet, ...isPool },
      },
    },
    {
      sid: "LaunchPoolVolumes",
      why: "The same call is asked of the volumes.",
      actions: ["ec2:RunInstances"],
      resources: [arn("ec2", "volume/*")],
      conditions: { StringEquals: { ...asFleet, ...isPool } },
    },
    {
      sid: "LaunchByOwnTemplates",
      why: "And of the template.",
      actions: ["ec2:RunInstances"],
      resources: [templates],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "ScalingRole",
      why: "Auto Scaling's own service-linked role, where the account's first group is made.",
      actions: ["iam:CreateServiceLinkedRole"],
      resources: [iam("role/aws-service-role/autoscaling.amazonaws.com/*")],
      conditions: { StringEquals: { "iam:AWSServiceName": "autoscaling.amazonaws.com" } },
    },
  ];
}

/** What only people do, by the teardown role. */
export function poolDeletion({ arn }: Installation): readonly Grant[] {
  return [
    {
      sid: "RemoveGroups",
      why: "A group that left the file, with its instances, which Auto Scaling ends.",
      actions: ["autoscaling:DeleteAutoScalingGroup"],
      resources: [arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
      conditions: { StringEquals: ofFleet },
    },
  ];
}
