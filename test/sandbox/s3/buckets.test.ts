import { S3 } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { s3State } from "../../../sandbox/services/s3/state.ts";
import { world, worldWithBucket } from "../world.ts";

const here = { CreateBucketConfiguration: { LocationConstraint: "eu-central-1" as const } };

test("a new bucket has AWS's defaults: encryption, blocked public access, no ACLs, nothing else", async () => {
  const { s3, Bucket } = await worldWithBucket();
  expect((await s3.getBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration?.Rules).toEqual([
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
      BucketKeyEnabled: false,
      BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
    },
  ]);
  expect((await s3.getPublicAccessBlock({ Bucket })).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  });
  expect((await s3.getBucketOwnershipControls({ Bucket })).OwnershipControls?.Rules).toEqual([
    { ObjectOwnership: "BucketOwnerEnforced" },
  ]);
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBeUndefined();
  expect((await s3.getBucketLocation({ Bucket })).LocationConstraint).toBe("eu-central-1");
  await expect(s3.getBucketTagging({ Bucket })).rejects.toMatchObject({ name: "NoSuchTagSet" });
  await expect(s3.getBucketPolicy({ Bucket })).rejects.toMatchObject({ name: "NoSuchBucketPolicy" });
  await expect(s3.getBucketLifecycleConfiguration({ Bucket })).rejects.toMatchObject({
    name: "NoSuchLifecycleConfiguration",
  });
});

test("tags are set in the creating call itself", async () => {
  const { s3 } = world();
  const Tags = [{ Key: "fleetkeeper:fleet", Value: "acme" }];
  await s3.createBucket({ Bucket: "acme", CreateBucketConfiguration: { LocationConstraint: "eu-central-1", Tags } });
  expect((await s3.getBucketTagging({ Bucket: "acme" })).TagSet).toEqual(Tags);
});

test("a name is taken once: by us, or by somebody else", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  await expect(s3.createBucket({ Bucket, ...here })).rejects.toMatchObject({ name: "BucketAlreadyOwnedByYou" });
  sandbox.state(s3State).foreign["theirs"] = "999999999999";
  await expect(s3.createBucket({ Bucket: "theirs", ...here })).rejects.toMatchObject({ name: "BucketAlreadyExists" });
  await expect(s3.headBucket({ Bucket: "theirs" })).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await expect(s3.createBucket({ Bucket: "No_Such-Name", ...here })).rejects.toMatchObject({
    name: "InvalidBucketName",
  });
});

test("regions: the constraint must fit the endpoint, us-east-1 has none and forgives a second creation", async () => {
  const { s3, client } = world();
  await expect(
    s3.createBucket({ Bucket: "acme-x", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  ).rejects.toMatchObject({ name: "IllegalLocationConstraintException" });
  const east = new S3(client({ region: "us-east-1" }));
  await east.createBucket({ Bucket: "acme-east" });
  await east.createBucket({ Bucket: "acme-east" });
  expect((await east.getBucketLocation({ Bucket: "acme-east" })).LocationConstraint).toBeUndefined();
  await expect(s3.listObjectsV2({ Bucket: "acme-east" })).rejects.toMatchObject({
    name: "PermanentRedirect",
    $metadata: { httpStatusCode: 301 },
  });
  await s3.createBucket({ Bucket: "acme-west", ...here });
  await expect(east.listObjectsV2({ Bucket: "acme-west" })).rejects.toMatchObject({
    name: "AuthorizationHeaderMalformed",
    Region: "eu-central-1",
  });
  // An answer to HEAD has no body: the header alone says where the bucket is.
  const head = await s3.headBucket({ Bucket: "acme-east" }).catch((error: unknown) => error);
  expect(head).toMatchObject({
    $metadata: { httpStatusCode: 301 },
    $response: { headers: { "x-amz-bucket-region": "us-east-1" } },
  });
});

test("every configuration comes back as it was put, and goes", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const encryption = {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: "alias/acme-cache" },
        BucketKeyEnabled: true,
        BlockedEncryptionTypes: { EncryptionType: ["NONE" as const] },
      },
    ],
  };
  await s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: encryption });
  expect((await s3.getBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration).toEqual(encryption);
  await s3.putObject({ Bucket, Key: "k", Body: "1" });
  expect(await s3.headObject({ Bucket, Key: "k" })).toMatchObject({
    ServerSideEncryption: "aws:kms",
    BucketKeyEnabled: true,
  });
  await s3.deleteBucketEncryption({ Bucket });

  await s3.putPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } });
  expect((await s3.getPublicAccessBlock({ Bucket })).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: false,
    BlockPublicPolicy: false,
    RestrictPublicBuckets: false,
  });
  await s3.deletePublicAccessBlock({ Bucket });
  await expect(s3.getPublicAccessBlock({ Bucket })).rejects.toMatchObject({
    name: "NoSuchPublicAccessBlockConfiguration",
  });

  await s3.putBucketOwnershipControls({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] } });
  expect((await s3.getBucketOwnershipControls({ Bucket })).OwnershipControls?.Rules).toEqual([
    { ObjectOwnership: "ObjectWriter" },
  ]);
  await s3.deleteBucketOwnershipControls({ Bucket });

  const TagSet = [
    { Key: "a", Value: "1" },
    { Key: "b", Value: "<&>" },
  ];
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
  expect((await s3.getBucketTagging({ Bucket })).TagSet).toEqual(TagSet);
  await s3.deleteBucketTagging({ Bucket });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } });
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe("Suspended");
  await s3.putBucketLogging({
    Bucket,
    BucketLoggingStatus: { LoggingEnabled: { TargetBucket: "logs", TargetPrefix: "x/" } },
  });
  expect((await s3.getBucketLogging({ Bucket })).LoggingEnabled?.TargetBucket).toBe("logs");
  await s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: { QueueConfigurations: [{ QueueArn: "arn:aws:sqs:x", Events: ["s3:ObjectCreated:*"] }] },
  });
  expect((await s3.getBucketNotificationConfiguration({ Bucket })).QueueConfigurations?.[0]?.Events).toEqual([
    "s3:ObjectCreated:*",
  ]);
});

test("lifecycle rules come back with ids and dates; nonsense is refused", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const rules = [
    {
      ID: "expire-cache",
      Status: "Enabled" as const,
      Filter: { Prefix: "runner/" },
      Expiration: { Days: 14 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    {
      ID: "old",
      Status: "Disabled" as const,
      Filter: { And: { Prefix: "x", Tags: [{ Key: "a", Value: "b" }] } },
      Expiration: { Date: new Date("2027-01-01T00:00:00Z") },
      NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 },
    },
  ];
  await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules: rules } });
  const got = await s3.getBucketLifecycleConfiguration({ Bucket });
  expect(got.Rules).toEqual(rules);
  expect(got.TransitionDefaultMinimumObjectSize).toBe("all_storage_classes_128K");
  const put = (rule: object) =>
    s3.putBucketLifecycleConfiguration({
      Bucket,
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", Filter: { Prefix: "" }, ...rule }] },
    });
  await expect(put({ Expiration: { Days: 0 } })).rejects.toMatchObject({ name: "InvalidArgument" });
  await expect(put({})).rejects.toMatchObject({ name: "InvalidRequest" });
  await put({ Expiration: { Days: 1 } });
  expect((await s3.getBucketLifecycleConfiguration({ Bucket })).Rules?.[0]?.ID).toBeTruthy();
  await s3.deleteBucketLifecycle({ Bucket });
});

test("a policy is checked, kept as text, and may not be public while that is blocked", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const statement = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 1);
  await s3.putBucketPolicy({ Bucket, Policy });
  expect((await s3.getBucketPolicy({ Bucket })).Policy).toBe(Policy);
  expect((await s3.getBucketPolicyStatus({ Bucket })).PolicyStatus?.IsPublic).toBe(false);
  const put = (document: unknown) => s3.putBucketPolicy({ Bucket, Policy: JSON.stringify(document) });
  const malformed = { name: "MalformedPolicy" };
  await expect(s3.putBucketPolicy({ Bucket, Policy: "{" })).rejects.toMatchObject(malformed);
  await expect(put({ Statement: [{ ...statement, Resource: "arn:aws:s3:::other" }] })).rejects.toMatchObject(malformed);
  await expect(put({ Statement: [{ ...statement, Action: "ec2:*" }] })).rejects.toMatchObject(malformed);
  await expect(put({ Statement: [{ ...statement, Effect: "Maybe" }] })).rejects.toMatchObject(malformed);
  const open = {
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` }],
  };
  await expect(put(open)).rejects.toMatchObject({ name: "AccessDenied" });
  await s3.deletePublicAccessBlock({ Bucket });
  await put(open);
  expect((await s3.getBucketPolicyStatus({ Bucket })).PolicyStatus?.IsPublic).toBe(true);
  await s3.deleteBucketPolicy({ Bucket });
});

test("buckets are listed by page, and go only when empty", async () => {
  const { s3 } = world();
  for (const Bucket of ["acme-a", "acme-b", "other"]) await s3.createBucket({ Bucket, ...here });
  const first = await s3.listBuckets({ MaxBuckets: 2 });
  expect(first.Buckets?.map((bucket) => bucket.Name)).toEqual(["acme-a", "acme-b"]);
  const rest = await s3.listBuckets({ MaxBuckets: 2, ContinuationToken: first.ContinuationToken });
  expect(rest.Buckets?.map((bucket) => bucket.Name)).toEqual(["other"]);
  expect((await s3.listBuckets({ Prefix: "acme" })).Buckets).toHaveLength(2);
  await s3.deleteBucket({ Bucket: "other" });
  await expect(s3.headBucket({ Bucket: "other" })).rejects.toMatchObject({ name: "NotFound" });
  await expect(s3.listObjectsV2({ Bucket: "other" })).rejects.toMatchObject({ name: "NoSuchBucket" });
});

test("what isn't modelled says so", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await expect(s3.getBucketInventoryConfiguration({ Bucket, Id: "x" })).rejects.toMatchObject({
    name: "NotImplemented",
    $metadata: { httpStatusCode: 501 },
  });
});
