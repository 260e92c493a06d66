import type { Installation } from "../installation.ts";
import { type Grant, sessionFleet } from "./grant.ts";

/** The tag that says "marked as an orphan", and nothing else. */
const orphanMark = "fleetkeeper:orphan";

/** Not for who plans: orphans are looked for after a run, never in a plan. */
export function machineReads({ settings }: Installation): readonly Grant[] {
  return [
    {
      sid: "LookAtMachines",
      why: "Everything that could be a machine or a left-over of one. EC2's Describe actions know no narrower resource.",
      actions: ["ec2:DescribeKeyPairs", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSpotInstanceRequests"],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": settings.region } },
    },
  ];
}

export function groupReads({ settings }: Installation): readonly Grant[] {
  return [
    {
      sid: "LookAtGroups",
      why: "Auto Scaling groups of docker-autoscaler fleets, and whether the group of an instance still exists. The action knows no narrower resource.",
      actions: ["autoscaling:DescribeAutoScalingGroups"],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": settings.region } },
    },
  ];
}

/**
 * Asking machines for their jobs, by a role of its own: SendCommand is judged by the document and by the instance apart, so
 * whoever may send to machines may send them each of its documents. This role has one, which only counts containers. A
 * machine that docker-machine never tagged can't be told by its profile here: SendCommand's only keys on an instance are
 * its tags (service authorization reference of AWS Systems Manager).
 */
export function machineQuestions({ arn }: Installation, listJobs: readonly string[]): readonly Grant[] {
  const notHost = { "ssm:resourceTag/fleetkeeper:kind": "host" };
  const instances = [arn("ec2", "instance/*")];
  return [
    {
      sid: "LookForAgents",
      why: "Which machines can be asked. The action knows no narrower resource.",
      actions: ["ssm:DescribeInstanceInformation"],
      resources: ["*"],
    },
    {
      sid: "SendQuestion",
      why: "How many containers of jobs run. It changes nothing, and no other document can be sent.",
      actions: ["ssm:SendCommand"],
      resources: listJobs.map((name) => arn("ssm", `document/${name}`)),
    },
    {
      sid: "AskMachines",
      why: "Machines with the fleet's tag.",
      actions: ["ssm:SendCommand"],
      resources: instances,
      conditions: {
        StringEquals: { "ssm:resourceTag/fleetkeeper:fleet": sessionFleet },
        // Also true of those without any: docker-machine's have none, a pool's have `pool`.
        StringNotEquals: notHost,
      },
    },
    {
      sid: "AskUntagged",
      why: "Machines that docker-machine never tagged, and so whatever carries no fleet's tag. Never another fleet's.",
      actions: ["ssm:SendCommand"],
      resources: instances,
      conditions: { Null: { "ssm:resourceTag/fleetkeeper:fleet": "true" }, StringNotEquals: notHost },
    },
    {
      sid: "ReadAnswers",
      why: "What a machine answered. The action knows no narrower resource.",
      actions: ["ssm:GetCommandInvocation"],
      resources: ["*"],
    },
  ];
}

/** What collecting needs to see of hosts and their volumes, and of who protects a machine. */
export function machineHosts({ settings }: Installation): readonly Grant[] {
  return [
    {
      sid: "LookAtInstances",
      why: "Machines, hosts and their volumes, and termination protection. EC2's Describe actions know no narrower resource.",
      actions: ["ec2:DescribeInstanceAttribute", "ec2:DescribeInstances", "ec2:DescribeVolumes"],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": settings.region } },
    },
  ];
}

/** Marks on machines with the fleet's own profile, or with its tag. Never on the host. */
export function machineMarks({ arn, iam }: Installation): readonly Grant[] {
  const actions = ["ec2:CreateTags", "ec2:DeleteTags"];
  const onlyMark = { "ForAllValues:StringEquals": { "aws:TagKeys": [orphanMark] } };
  return [
    {
      sid: "MarkByProfile",
      why: "The mark of an orphan, on machines with an instance profile of the fleet.",
      actions,
      resources: [arn("ec2", "instance/*")],
      conditions: {
        ArnLike: { "ec2:InstanceProfile": iam(`instance-profile/fleetkeeper/${sessionFleet}/*`) },
        StringNotEquals: { "aws:ResourceTag/fleetkeeper:kind": "host" },
        Null: { "aws:TagKeys": "false" },
        ...onlyMark,
      },
    },
    {
      sid: "MarkByTag",
      why: "The same where only the fleet's tag is there, and on spot requests, volumes and interfaces of machines.",
      actions,
      resources: ["instance/*", "network-interface/*", "spot-instances-request/*", "volume/*"].map((resource) =>
        arn("ec2", resource),
      ),
      conditions: {
        StringEquals: { "aws:ResourceTag/fleetkeeper:fleet": sessionFleet },
        StringNotEquals: { "aws:ResourceTag/fleetkeeper:kind": "host" },
        Null: { "aws:TagKeys": "false" },
        ...onlyMark,
      },
    },
  ];
}
