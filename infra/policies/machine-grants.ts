import type { Installation } from "../installation.ts";
import { type Grant, sessionFleet } from "./grant.ts";

/** The tag that says "marked as an orphan", and nothing else. */
const orphanMark = "fleetkeeper:orphan";

export function machineReads({ settings, arn }: Installation): readonly Grant[] {
  return [
    {
      sid: "LookAtMachines",
      why: "Everything that could be a machine or a left-over of one. EC2's Describe actions know no narrower resource.",
      actions: ["ec2:DescribeKeyPairs", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSpotInstanceRequests"],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": settings.region } },
    },
    {
      sid: "LookForAgents",
      why: "Which workers can be asked for their jobs. The action knows no narrower resource.",
      actions: ["ssm:DescribeInstanceInformation"],
      resources: ["*"],
    },
    {
      sid: "AskWorkers",
      why: "Which document may be sent is granted beside it; the one for workers only reads.",
      actions: ["ssm:SendCommand"],
      resources: [arn("ec2", "instance/*")],
      conditions: {
        StringEquals: { "ssm:resourceTag/fleetkeeper:fleet": sessionFleet },
        // Also true of those without any: docker-machine's have none, a pool's have `pool`.
        StringNotEquals: { "ssm:resourceTag/fleetkeeper:kind": "host" },
      },
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
