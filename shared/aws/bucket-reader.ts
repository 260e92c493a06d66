import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type S3Client,
  type ServerSideEncryptionRule,
} from "@aws-sdk/client-s3";
import { readOrAbsent, required } from "./answer.ts";
import { type BucketEncryption, type BucketReader, type Lifecycle, plainJson } from "./bucket-port.ts";
import { wrongRegionOf } from "./classify.ts";
import { tagsByKey } from "./tag-list.ts";

export function bucketReader(client: S3Client): BucketReader {
  const of = (bucket: string, owner: string | undefined) => ({ Bucket: bucket, ExpectedBucketOwner: owner });
  return {
    head: (bucket, owner) =>
      readOrAbsent(`looking for bucket ${bucket}`, async () => {
        try {
          const { BucketRegion } = await client.send(new HeadBucketCommand(of(bucket, owner)));
          return { region: required(BucketRegion, "the bucket's region") };
        } catch (error) {
          const elsewhere = wrongRegionOf(error);
          if (elsewhere !== undefined) return { region: elsewhere };
          throw error;
        }
      }),
    encryption: (bucket, owner) =>
      readOrAbsent(`reading the encryption of bucket ${bucket}`, async () => {
        const answer = await client.send(new GetBucketEncryptionCommand(of(bucket, owner)));
        const rule = answer.ServerSideEncryptionConfiguration?.Rules?.[0];
        return rule && encryptionOf(rule);
      }),
    versioning: (bucket, owner) =>
      readOrAbsent(`reading the versioning of bucket ${bucket}`, async () => {
        const { Status } = await client.send(new GetBucketVersioningCommand(of(bucket, owner)));
        return Status === "Enabled";
      }),
    publicAccessBlock: (bucket, owner) =>
      readOrAbsent(`reading the public access block of bucket ${bucket}`, async () => {
        const answer = await client.send(new GetPublicAccessBlockCommand(of(bucket, owner)));
        const block = answer.PublicAccessBlockConfiguration;
        return {
          blockPublicAcls: block?.BlockPublicAcls ?? false,
          ignorePublicAcls: block?.IgnorePublicAcls ?? false,
          blockPublicPolicy: block?.BlockPublicPolicy ?? false,
          restrictPublicBuckets: block?.RestrictPublicBuckets ?? false,
        };
      }),
    ownership: (bucket, owner) =>
      readOrAbsent(`reading the ownership controls of bucket ${bucket}`, async () => {
        const answer = await client.send(new GetBucketOwnershipControlsCommand(of(bucket, owner)));
        return answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
      }),
    lifecycle: (bucket, owner) =>
      readOrAbsent(`reading the life cycle of bucket ${bucket}`, async () => {
        const answer = await client.send(new GetBucketLifecycleConfigurationCommand(of(bucket, owner)));
        return lifecycleOf(answer.Rules ?? [], answer.TransitionDefaultMinimumObjectSize);
      }),
    policy: (bucket, owner) =>
      readOrAbsent(`reading the policy of bucket ${bucket}`, async () => {
        const answer = await client.send(new GetBucketPolicyCommand(of(bucket, owner)));
        return answer.Policy;
      }),
    tags: (bucket, owner) =>
      readOrAbsent(`reading the tags of bucket ${bucket}`, async () => {
        const answer = await client.send(new GetBucketTaggingCommand(of(bucket, owner)));
        return tagsByKey(answer.TagSet);
      }),
  };
}

function encryptionOf(rule: ServerSideEncryptionRule): BucketEncryption {
  const { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled, ...rest } = rule;
  return {
    algorithm: required(byDefault?.SSEAlgorithm, "the default encryption's algorithm"),
    ...(byDefault?.KMSMasterKeyID === undefined ? {} : { key: byDefault.KMSMasterKeyID }),
    bucketKey: BucketKeyEnabled ?? false,
    rest: plainJson(rest),
  };
}

function lifecycleOf(rules: readonly object[], minimumSize: string | undefined): Lifecycle {
  return { rules: rules.map(plainJson), ...(minimumSize === undefined ? {} : { minimumSize }) };
}
