import type { Installation } from "../installation.ts";
import type { Grant } from "./grant.ts";

/** For who may invoke a function, and no more. */
export const changesOfFunctions: readonly string[] = [
  "lambda:Add*",
  "lambda:Create*",
  "lambda:Delete*",
  "lambda:Publish*",
  "lambda:Put*",
  "lambda:Remove*",
  "lambda:Tag*",
  "lambda:Untag*",
  "lambda:Update*",
];

/** What no worker may do whatever else allows it: the reconciler's own parts, and what deletes what runs or holds data. */
export function ownParts(
  { iam, arn, s3, bucket, settings, boundary }: Installation,
  functions: readonly string[] = ["lambda:*"],
): Grant {
  const { name } = settings;
  return {
    sid: "NeverOwnParts",
    why: "The reconciler can't change itself: its roles, boundary, functions, schedules, documents, queue and bucket.",
    effect: "Deny",
    actions: [
      "events:*",
      "iam:Add*",
      "iam:Attach*",
      "iam:Create*",
      "iam:Delete*",
      "iam:Detach*",
      "iam:Put*",
      "iam:Remove*",
      "iam:Set*",
      "iam:Tag*",
      "iam:Untag*",
      "iam:Update*",
      ...functions,
      "s3:DeleteBucket*",
      "s3:DeleteObjectVersion",
      "s3:PutBucket*",
      "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
      "sns:*",
      "sqs:*",
      "ssm:CreateDocument",
      "ssm:DeleteDocument",
      "ssm:ModifyDocumentPermission",
      "ssm:UpdateDocument*",
    ],
    resources: [
      iam(`role/${name}-*`),
      iam(`policy/${name}-*`),
      iam(`policy/${boundary}`),
      arn("lambda", `function:${name}-*`),
      arn("events", `rule/${name}-*`),
      arn("sns", `${name}-*`),
      arn("sqs", `${name}-*`),
      arn("ssm", "document/fleetkeeper-*"),
      s3(bucket),
      s3(`${bucket}/*`),
    ],
  };
}

export const neverDelete: Grant = {
  sid: "NeverDeleteWhatRuns",
  why: "Who creates and marks can't terminate, and can't delete what holds data: that is for `collect` and for people.",
  effect: "Deny",
  actions: [
    "autoscaling:DeleteAutoScalingGroup",
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "ec2:CancelSpotInstanceRequests",
    "ec2:DeleteKeyPair",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteVolume",
    "ec2:ReleaseAddress",
    "ec2:TerminateInstances",
    "s3:DeleteBucket",
  ],
  resources: ["*"],
};

/** Snapshots of a data volume go by retention; whoever may delete these can't reach any other. */
export const neverOtherSnapshots: Grant = {
  sid: "NeverOtherSnapshots",
  why: "Only snapshots that were made with a backup are ever deleted.",
  effect: "Deny",
  actions: ["ec2:DeleteSnapshot"],
  resources: ["*"],
  conditions: { StringNotEquals: { "aws:ResourceTag/fleetkeeper:kind": "gitlab" } },
};

/** A role that only looks, held to it once more. */
export const neverWrite: Grant = {
  sid: "NeverWrite",
  why: "A dry run can't write, whatever is added to this role by mistake.",
  effect: "Deny",
  actions: [
    "autoscaling:Create*",
    "autoscaling:Delete*",
    "autoscaling:Set*",
    "autoscaling:Terminate*",
    "autoscaling:Update*",
    "ec2:Create*",
    "ec2:Delete*",
    "ec2:Modify*",
    "ec2:Run*",
    "ec2:Terminate*",
    "iam:Create*",
    "iam:Delete*",
    "iam:PassRole",
    "iam:Put*",
    "s3:Delete*",
    "s3:Put*",
  ],
  resources: ["*"],
};
