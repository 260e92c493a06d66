import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { type Behaviour, type Clients, codeOf } from "./behaviours.ts";
import { behaviour, withBucket } from "./with-bucket.ts";

export const bucketBehaviours: readonly Behaviour[] = [
  behaviour("a bucket that isn't there", "NotFound", "HeadBucket", ({ s3, place }) =>
    codeOf(() => s3.headBucket({ Bucket: `${place.prefix}-none` })),
  ),
  behaviour(
    "a bucket that is ours already",
    "BucketAlreadyOwnedByYou",
    "CreateBucket",
    withBucket(({ s3, place }, Bucket) => {
      const LocationConstraint = place.region as BucketLocationConstraint;
      return codeOf(() => s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
    }),
  ),
  behaviour("a bucket's name with capitals", "InvalidBucketName", "CreateBucket", ({ s3, place }) =>
    codeOf(() =>
      s3.createBucket({
        Bucket: `${place.prefix}_No`,
        CreateBucketConfiguration: { LocationConstraint: place.region as BucketLocationConstraint },
      }),
    ),
  ),
  behaviour(
    "a new bucket is encrypted, owned by its account alone and closed to the public",
    "AES256 BucketOwnerEnforced true",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",
    withBucket(async ({ s3 }, Bucket) => {
      const { ServerSideEncryptionConfiguration } = await s3.getBucketEncryption({ Bucket });
      const { OwnershipControls } = await s3.getBucketOwnershipControls({ Bucket });
      const { PublicAccessBlockConfiguration } = await s3.getPublicAccessBlock({ Bucket });
      return [
        ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
        OwnershipControls?.Rules?.[0]?.ObjectOwnership,
        PublicAccessBlockConfiguration?.RestrictPublicBuckets,
      ].join(" ");
    }),
  ),
  ...(
    [
      ["tags", "NoSuchTagSet", "GetBucketTagging", (clients, Bucket) => clients.s3.getBucketTagging({ Bucket })],
      ["policy", "NoSuchBucketPolicy", "GetBucketPolicy", (clients, Bucket) => clients.s3.getBucketPolicy({ Bucket })],
      [
        "life cycle",
        "NoSuchLifecycleConfiguration",
        "GetBucketLifecycleConfiguration",
        (clients, Bucket) => clients.s3.getBucketLifecycleConfiguration({ Bucket }),
      ],
    ] as readonly (readonly [string, string, string, (clients: Clients, bucket: string) => Promise<unknown>])[]
  ).map(([what, aws, page, call]) =>
    behaviour(
      `a bucket without a ${what}`,
      aws,
      page,
      withBucket((clients, bucket) => codeOf(() => call(clients, bucket))),
    ),
  ),
  behaviour(
    "a policy that isn't JSON",
    "MalformedPolicy",
    "PutBucketPolicy",
    withBucket(({ s3 }, Bucket) => codeOf(() => s3.putBucketPolicy({ Bucket, Policy: "{" }))),
  ),
  behaviour(
    "two tags of one key",
    "InvalidTag",
    "PutBucketTagging",
    withBucket(({ s3 }, Bucket) => {
      const TagSet = [
        { Key: "a", Value: "1" },
        { Key: "a", Value: "2" },
      ];
      return codeOf(() => s3.putBucketTagging({ Bucket, Tagging: { TagSet } }));
    }),
  ),
  behaviour(
    "life cycle rules of one id",
    "InvalidArgument",
    "PutBucketLifecycleConfiguration",
    withBucket(({ s3 }, Bucket) => {
      const rule = { ID: "a", Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration: { Days: 1 } };
      return codeOf(() =>
        s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules: [rule, rule] } }),
      );
    }),
  ),

  behaviour(
    "a policy that lets everybody in, while that is blocked",
    "AccessDenied",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    withBucket(({ s3 }, Bucket) => {
      const Statement = [
        { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` },
      ];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      return codeOf(() => s3.putBucketPolicy({ Bucket, Policy }));
    }),
  ),
  behaviour(
    "tags that are put replace those that were there",
    "b=2",
    "PutBucketTagging",
    withBucket(async ({ s3 }, Bucket) => {
      for (const [Key, Value] of [
        ["a", "1"],
        ["b", "2"],
      ] as const) {
        await s3.putBucketTagging({ Bucket, Tagging: { TagSet: [{ Key, Value }] } });
      }
      const { TagSet = [] } = await s3.getBucketTagging({ Bucket });
      return TagSet.map(({ Key, Value }) => `${Key}=${Value}`).join();
    }),
  ),
  behaviour(
    "a public access block that was taken away",
    "NoSuchPublicAccessBlockConfiguration",
    "GetPublicAccessBlock",
    withBucket(async ({ s3 }, Bucket) => {
      await s3.deletePublicAccessBlock({ Bucket });
      return await codeOf(() => s3.getPublicAccessBlock({ Bucket }));
    }),
  ),
];
