import {
  CreateBucketCommand,
  DeleteBucketCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
  type ServerSideEncryption,
  type ServerSideEncryptionRule,
} from "@aws-sdk/client-s3";
import type { JsonObject } from "../engine/json.ts";
import { attempt, createOrExists, removeOrGone } from "./answer.ts";
import type { BucketEncryption, BucketWriter, NewBucket } from "./bucket-port.ts";
import { bucketReader } from "./bucket-reader.ts";
import { tagList } from "./tag-list.ts";

export function bucketWriter(client: S3Client): BucketWriter {
  const of = (bucket: string, owner: string | undefined) => ({ Bucket: bucket, ExpectedBucketOwner: owner });
  const put = async (what: string, bucket: string, call: () => Promise<unknown>): Promise<void> => {
    await attempt(`setting the ${what} of bucket ${bucket}`, call);
  };
  return {
    ...bucketReader(client),
    create: (bucket) =>
      createOrExists(`creating bucket ${bucket.name}`, () => client.send(new CreateBucketCommand(creation(bucket)))),
    delete: (bucket, owner) =>
      removeOrGone(`deleting bucket ${bucket}`, () => client.send(new DeleteBucketCommand(of(bucket, owner)))),
    putEncryption: (bucket, encryption, owner) =>
      put("encryption", bucket, () =>
        client.send(
          new PutBucketEncryptionCommand({
            ...of(bucket, owner),
            ServerSideEncryptionConfiguration: { Rules: [encryptionRule(encryption)] },
          }),
        ),
      ),
    putPublicAccessBlock: (bucket, block, owner) =>
      put("public access block", bucket, () =>
        client.send(
          new PutPublicAccessBlockCommand({
            ...of(bucket, owner),
            PublicAccessBlockConfiguration: {
              BlockPublicAcls: block.blockPublicAcls,
              IgnorePublicAcls: block.ignorePublicAcls,
              BlockPublicPolicy: block.blockPublicPolicy,
              RestrictPublicBuckets: block.restrictPublicBuckets,
            },
          }),
        ),
      ),
    putOwnership: (bucket, ownership, owner) =>
      put("ownership controls", bucket, () =>
        client.send(
          new PutBucketOwnershipControlsCommand({
            ...of(bucket, owner),
            OwnershipControls: { Rules: [{ ObjectOwnership: ownership as "BucketOwnerEnforced" }] },
          }),
        ),
      ),
    enableVersioning: (bucket, owner) =>
      put("versioning", bucket, () =>
        client.send(
          new PutBucketVersioningCommand({
            ...of(bucket, owner),
            VersioningConfiguration: { Status: "Enabled" },
          }),
        ),
      ),
    putLifecycle: (bucket, { rules, minimumSize }, owner) =>
      put("life cycle", bucket, () =>
        client.send(
          new PutBucketLifecycleConfigurationCommand({
            ...of(bucket, owner),
            LifecycleConfiguration: { Rules: rules.map(lifecycleRule) },
            ...(minimumSize === undefined
              ? {}
              : { TransitionDefaultMinimumObjectSize: minimumSize as "all_storage_classes_128K" }),
          }),
        ),
      ),
    putPolicy: (bucket, document, owner) =>
      put("policy", bucket, () => client.send(new PutBucketPolicyCommand({ ...of(bucket, owner), Policy: document }))),
    putTags: (bucket, tags, owner) =>
      put("tags", bucket, () =>
        client.send(new PutBucketTaggingCommand({ ...of(bucket, owner), Tagging: { TagSet: tagList(tags) } })),
      ),
  };
}

/** us-east-1 is where a bucket is made that says no place; saying it is an error. */
function creation({ name, region, tags }: NewBucket) {
  const place = region === "us-east-1" ? {} : { LocationConstraint: region as "eu-central-1" };
  return {
    Bucket: name,
    ObjectOwnership: "BucketOwnerEnforced" as const,
    CreateBucketConfiguration: { ...place, Tags: tagList(tags) },
  };
}

function encryptionRule({ algorithm, key, bucketKey, rest }: BucketEncryption): ServerSideEncryptionRule {
  return {
    ...rest,
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm as ServerSideEncryption, KMSMasterKeyID: key },
    BucketKeyEnabled: bucketKey,
  };
}

/** Back from JSON: the SDK wants dates as such. */
function lifecycleRule(rule: JsonObject): LifecycleRule {
  const dated = JSON.parse(JSON.stringify(rule), (name, value: unknown) =>
    name === "Date" && typeof value === "string" ? new Date(value) : value,
  ) as LifecycleRule;
  return dated;
}
