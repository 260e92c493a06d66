/** A policy of AWS's own: attachable in every account, changeable in none. */
export interface AwsManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly document: string;
}

function policy(name: string, path: string, allowed: readonly string[]): AwsManagedPolicy {
  const statement = { Effect: "Allow", Action: allowed, Resource: "*" };
  return { name, path, document: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) };
}

/**
 * The AWS managed policies that this IAM knows, with their actions.
 * Source: AWS Managed Policy Reference Guide. CloudWatch Agent's path condition and the like are left out.
 */
export const AWS_MANAGED_POLICIES: readonly AwsManagedPolicy[] = [
  policy("AdministratorAccess", "/", ["*"]),
  policy("AmazonEC2FullAccess", "/", ["ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*"]),
  policy("AmazonEC2ReadOnlyAccess", "/", [
    "ec2:Describe*",
    "ec2:Get*",
    "cloudwatch:Describe*",
    "autoscaling:Describe*",
  ]),
  policy("AmazonS3FullAccess", "/", ["s3:*", "s3-object-lambda:*"]),
  policy("AmazonS3ReadOnlyAccess", "/", ["s3:Get*", "s3:List*", "s3:Describe*"]),
  policy("AmazonSSMManagedInstanceCore", "/", [
    "ssm:DescribeAssociation",
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:GetDocument",
    "ssm:DescribeDocument",
    "ssm:GetManifest",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutInventory",
    "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
  ]),
  policy("AWSLambdaBasicExecutionRole", "/service-role/", [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
  ]),
  policy("CloudWatchAgentServerPolicy", "/", [
    "cloudwatch:PutMetricData",
    "ec2:DescribeVolumes",
    "ec2:DescribeTags",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
    "logs:DescribeLogStreams",
    "logs:DescribeLogGroups",
    "logs:CreateLogStream",
    "logs:CreateLogGroup",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
  ]),
  policy("PowerUserAccess", "/", ["*"]),
  policy("ReadOnlyAccess", "/", [
    "ec2:Describe*",
    "iam:Get*",
    "iam:List*",
    "s3:Get*",
    "s3:List*",
    "ssm:Describe*",
    "ssm:Get*",
    "ssm:List*",
  ]),
];
