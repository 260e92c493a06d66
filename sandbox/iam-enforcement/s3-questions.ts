import type { S3State } from "../services/s3/state.ts";
import { type JudgedCall, type Question, text } from "./question.ts";

/** Operations whose action is named otherwise: service authorization reference of Amazon S3. */
const actions: Readonly<Record<string, string>> = {
  DeleteBucketEncryption: "PutEncryptionConfiguration",
  DeleteBucketLifecycle: "PutLifecycleConfiguration",
  DeletePublicAccessBlock: "PutBucketPublicAccessBlock",
  GetBucketEncryption: "GetEncryptionConfiguration",
  GetBucketLifecycleConfiguration: "GetLifecycleConfiguration",
  GetPublicAccessBlock: "GetBucketPublicAccessBlock",
  HeadBucket: "ListBucket",
  HeadObject: "GetObject",
  ListObjects: "ListBucket",
  ListObjectsV2: "ListBucket",
  PutBucketEncryption: "PutEncryptionConfiguration",
  PutBucketLifecycleConfiguration: "PutLifecycleConfiguration",
  PutPublicAccessBlock: "PutBucketPublicAccessBlock",
};

export function s3Questions(call: JudgedCall, s3: S3State): readonly Question[] {
  const { operation, input, partition } = call;
  const bucket = `arn:${partition}:s3:::${text(input["Bucket"]) ?? "*"}`;
  const key = text(input["Key"]);
  const version = input["VersionId"] === undefined ? "" : "Version";
  const action = `s3:${actions[operation] ?? operation}${key === undefined ? "" : version}`;
  const asked: Question = {
    action,
    resource: key === undefined ? bucket : `${bucket}/${key}`,
    context: { "s3:prefix": text(input["Prefix"]), "s3:delimiter": text(input["Delimiter"]) },
  };
  // Who may not list isn't told that an object is missing: 403 in place of 404.
  const isMissing = key !== undefined && !Object.hasOwn(s3.buckets[text(input["Bucket"]) ?? ""]?.objects ?? {}, key);
  const hidden = isMissing && action === "s3:GetObject" ? [{ action: "s3:ListBucket", resource: bucket }] : [];
  return [asked, ...hidden];
}
