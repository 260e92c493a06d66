import type { Fleet } from "../../desired/fleet.ts";
import { poolGroupName } from "../../desired/runners/pool.ts";
import type { JsonObject } from "../../engine/json.ts";
import { arnsOf } from "../common/arn.ts";
import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";

/**
 * What the runner manager may do to its Auto Scaling groups through fleeting-plugin-aws: size them and end their instances,
 * by the groups' names, and log in to what they launched. Undefined where no fleet has a pool.
 *
 * Source: the plugin's README, "Recommended IAM Policy"; service authorization reference of Amazon EC2 Auto Scaling and of
 * EC2 Instance Connect. EC2 Auto Scaling puts its tag on instances itself, and nobody else can.
 */
export function poolsPolicy(fleet: Fleet): PolicyDocument | undefined {
  const pooled = (fleet.spec.runners?.fleets ?? []).flatMap((section) =>
    section.executor !== "docker+machine" && section.pool !== undefined ? [section] : [],
  );
  if (pooled.length === 0) return undefined;
  const arns = arnsOf(fleet);
  const names = (sections: typeof pooled) => sections.map((one) => poolGroupName(fleet.metadata.name, one)).sort();
  const connecting = names(pooled.filter(({ autoscaler }) => autoscaler.connector?.useStaticCredentials !== true));
  const statements: readonly JsonObject[] = [
    {
      Sid: "LookAtPools",
      Effect: "Allow",
      Action: "autoscaling:DescribeAutoScalingGroups",
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": fleet.spec.region } },
    },
    {
      Sid: "SizePools",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: names(pooled).map((name) => arns.autoscaling(`autoScalingGroup:*:autoScalingGroupName/${name}`)),
    },
    ...(connecting.length === 0
      ? []
      : [
          {
            Sid: "ConnectToPools",
            Effect: "Allow",
            Action: "ec2-instance-connect:SendSSHPublicKey",
            Resource: arns.ec2("instance/*"),
            Condition: { StringEquals: { "aws:ResourceTag/aws:autoscaling:groupName": connecting } },
          },
        ]),
  ];
  return tidyPolicy({ Version: "2012-10-17", Statement: statements });
}
