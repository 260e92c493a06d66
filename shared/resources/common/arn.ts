import type { Fleet } from "../../desired/fleet.ts";

/** `aws`, `aws-cn` or `aws-us-gov`, by the region's name. Source: AWS general reference, "AWS resource ARNs". */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The principal that EC2 hands an instance profile's credentials to. */
export function ec2Service(region: string): string {
  return partitionOf(region) === "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com";
}

/**
 * ARNs of a fleet's things. Without `spec.accountId` the account is `*`: an identity's policy reaches other accounts only
 * where those let it in, and the documents stay the same whoever plans.
 */
export interface Arns {
  readonly autoscaling: (resource: string) => string;
  readonly ec2: (resource: string) => string;
  /** Public images and snapshots belong to no account. */
  readonly ec2Unowned: (resource: string) => string;
  readonly iam: (resource: string) => string;
  readonly s3: (resource: string) => string;
  readonly ssm: (resource: string) => string;
  readonly kms: (resource: string) => string;
}

export function arnsOf(fleet: Fleet): Arns {
  const { region } = fleet.spec;
  const account = fleet.spec.accountId ?? "*";
  const partition = partitionOf(region);
  return {
    autoscaling: (resource) => `arn:${partition}:autoscaling:${region}:${account}:${resource}`,
    ec2: (resource) => `arn:${partition}:ec2:${region}:${account}:${resource}`,
    ec2Unowned: (resource) => `arn:${partition}:ec2:${region}::${resource}`,
    iam: (resource) => `arn:${partition}:iam::${account}:${resource}`,
    s3: (resource) => `arn:${partition}:s3:::${resource}`,
    ssm: (resource) => `arn:${partition}:ssm:${region}:${account}:${resource}`,
    kms: (resource) => `arn:${partition}:kms:${region}:${account}:${resource}`,
  };
}
