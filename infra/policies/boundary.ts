import type { Installation } from "../installation.ts";
import type { Grant } from "./grant.ts";

/** The fleet of a host's or machine's own role: its mark. */
const roleFleet = `\${aws:PrincipalTag/fleetkeeper:fleet}`;

/**
 * The most that a role can have which the reconciler makes. Roles of hosts and machines are given less; this holds even if
 * the reconciler is made to ask for more.
 */
export function boundaryGrants({ arn, iam, s3, bucket, settings, partition }: Installation): readonly Grant[] {
  const { region } = settings;
  return [
    {
      sid: "Agent",
      why: "The SSM agent's own channels.",
      actions: ["ec2messages:*", "ssm:UpdateInstanceInformation", "ssmmessages:*"],
      resources: ["*"],
    },
    {
      sid: "Machines",
      why: "The runner manager and its machines, in this region.",
      actions: [
        "ec2:CancelSpotInstanceRequests",
        "ec2:CreateTags",
        "ec2:DeleteKeyPair",
        "ec2:Describe*",
        "ec2:ImportKeyPair",
        "ec2:RebootInstances",
        "ec2:RequestSpotInstances",
        "ec2:RunInstances",
        "ec2:StartInstances",
        "ec2:StopInstances",
        "ec2:TerminateInstances",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      sid: "Pools",
      why: "The runner manager sets the size of its own Auto Scaling groups.",
      actions: [
        "autoscaling:Describe*",
        "autoscaling:SetDesiredCapacity",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      sid: "Connect",
      why: "The runner manager logs in to what these groups launched.",
      actions: ["ec2-instance-connect:SendSSHPublicKey"],
      resources: [arn("ec2", "instance/*")],
    },
    {
      sid: "PassMachineRole",
      why: "To machines, and of the fleet's own path only.",
      actions: ["iam:PassRole"],
      resources: [iam(`role/fleetkeeper/${roleFleet}/*`)],
      conditions: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      sid: "Objects",
      why: "Cache and backups, in any bucket but the state bucket.",
      actions: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      resources: [s3(bucket), s3(`${bucket}/*`)],
      except: true,
    },
    {
      sid: "Outputs",
      why: "What a host writes for the reconciler: its own fleet's folder of the state bucket, without reading.",
      actions: ["s3:AbortMultipartUpload", "s3:PutObject"],
      resources: [s3(`${bucket}/fleets/${roleFleet}/outputs/*`)],
    },
    {
      sid: "Parameters",
      why: "Secrets of its own fleet, which the host alone is given.",
      actions: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:PutParameter"],
      resources: [arn("ssm", `parameter/fleetkeeper/${roleFleet}`), arn("ssm", `parameter/fleetkeeper/${roleFleet}/*`)],
    },
    {
      sid: "Keys",
      why: "Through Parameter Store and S3 only.",
      actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
      resources: [arn("kms", "key/*")],
      conditions: {
        StringLike: {
          "kms:ViaService": [
            `s3.${region}.amazonaws.com${suffix(partition)}`,
            `ssm.${region}.amazonaws.com${suffix(partition)}`,
          ],
        },
      },
    },
  ];
}

function suffix(partition: string): string {
  return partition === "aws-cn" ? ".cn" : "";
}
