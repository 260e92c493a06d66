import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/AmazonS3/latest/API/";
const conditional = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";

/** With an empty bucket. */
function withBucket(look: (clients: Clients, bucket: string) => Promise<string>) {
  return async (clients: Clients): Promise<string> => {
    const { s3, place } = clients;
    const Bucket = `${place.prefix}-bucket`;
    const LocationConstraint = place.region as BucketLocationConstraint;
    await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint } });
    const empty = async () => {
      const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
      for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
        await s3.deleteObject({ Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) });
      }
    };
    return await during(
      () => look(clients, Bucket),
      empty,
      () => s3.deleteBucket({ Bucket }),
    );
  };
}

function behaviour(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return { name: `s3: ${name}`, aws, source: source.startsWith("https:") ? source : `${api}API_${source}.html`, look };
}

const one = { Key: "k", Body: "1" };

export const s3Behaviours: readonly Behaviour[] = [
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
    "a key that isn't there",
    "NoSuchKey",
    "GetObject",
    withBucket(({ s3 }, Bucket) => codeOf(() => s3.getObject({ Bucket, Key: "none" }))),
  ),
  behaviour(
    "If-None-Match where the key is",
    "PreconditionFailed",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one });
      return await codeOf(() => s3.putObject({ Bucket, ...one, IfNoneMatch: "*" }));
    }),
  ),
  behaviour(
    "If-None-Match where the key isn't",
    "ok",
    conditional,
    withBucket(({ s3 }, Bucket) => codeOf(() => s3.putObject({ Bucket, ...one, IfNoneMatch: "*" }))),
  ),
  behaviour(
    "If-Match with the object's ETag",
    "ok",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      const { ETag } = await s3.putObject({ Bucket, ...one });
      return await codeOf(() => s3.putObject({ Bucket, ...one, IfMatch: ETag }));
    }),
  ),
  behaviour(
    "If-Match with another ETag",
    "PreconditionFailed",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one });
      return await codeOf(() => s3.putObject({ Bucket, ...one, IfMatch: '"00000000000000000000000000000000"' }));
    }),
  ),
  behaviour(
    "If-Match where the key isn't",
    "NoSuchKey",
    conditional,
    withBucket(({ s3 }, Bucket) =>
      codeOf(() => s3.putObject({ Bucket, ...one, IfMatch: '"00000000000000000000000000000000"' })),
    ),
  ),
  behaviour(
    "of ten conditional creations at once one succeeds",
    "1",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      const tries = Array.from({ length: 10 }, () => codeOf(() => s3.putObject({ Bucket, ...one, IfNoneMatch: "*" })));
      return String((await Promise.all(tries)).filter((said) => said === "ok").length);
    }),
  ),
  behaviour(
    "of ten conditional changes at once one succeeds",
    "1",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      const { ETag } = await s3.putObject({ Bucket, ...one });
      const tries = Array.from({ length: 10 }, (_, index) =>
        codeOf(() => s3.putObject({ Bucket, Key: "k", Body: `other ${index}`, IfMatch: ETag })),
      );
      return String((await Promise.all(tries)).filter((said) => said === "ok").length);
    }),
  ),
  behaviour(
    "a read on the condition that it changed",
    "304",
    "GetObject",
    withBucket(async ({ s3 }, Bucket) => {
      const { ETag } = await s3.putObject({ Bucket, ...one });
      try {
        await s3.getObject({ Bucket, Key: "k", IfNoneMatch: ETag });
        return "ok";
      } catch (error) {
        return String((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode);
      }
    }),
  ),
  behaviour(
    "deleting a key that isn't there",
    "ok",
    "DeleteObject",
    withBucket(({ s3 }, Bucket) => codeOf(() => s3.deleteObject({ Bucket, Key: "none" }))),
  ),
  behaviour(
    "deleting a bucket with an object in it",
    "BucketNotEmpty",
    "DeleteBucket",
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one });
      return await codeOf(() => s3.deleteBucket({ Bucket }));
    }),
  ),
  behaviour(
    "metadata comes back with its names in lower case",
    "sequence=7",
    "PutObject",
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one, Metadata: { Sequence: "7" } });
      const { Metadata = {} } = await s3.headObject({ Bucket, Key: "k" });
      return Object.entries(Metadata)
        .map(([key, value]) => `${key}=${value}`)
        .join();
    }),
  ),
  behaviour(
    "listings go by pages in the order of UTF-8",
    "B,a,b,ä",
    "ListObjectsV2",
    withBucket(async ({ s3 }, Bucket) => {
      for (const Key of ["ä", "b", "B", "a"]) await s3.putObject({ Bucket, Key, Body: "" });
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.listObjectsV2({ Bucket, MaxKeys: 1, ...(ContinuationToken && { ContinuationToken }) });
        keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return keys.join();
    }),
  ),
  behaviour(
    "folders by a delimiter",
    "a/,b/ c",
    "ListObjectsV2",
    withBucket(async ({ s3 }, Bucket) => {
      for (const Key of ["a/1", "a/2", "b/1", "c"]) await s3.putObject({ Bucket, Key, Body: "" });
      const { CommonPrefixes = [], Contents = [] } = await s3.listObjectsV2({ Bucket, Delimiter: "/" });
      return `${CommonPrefixes.map(({ Prefix }) => Prefix)} ${Contents.map(({ Key }) => Key)}`;
    }),
  ),
  behaviour(
    "a deleted key of a versioned bucket",
    "NoSuchKey, and 1 version left",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html",
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
      await s3.putObject({ Bucket, ...one });
      await s3.deleteObject({ Bucket, Key: "k" });
      const said = await codeOf(() => s3.getObject({ Bucket, Key: "k" }));
      const { Versions = [] } = await s3.listObjectVersions({ Bucket });
      return `${said}, and ${Versions.length} version left`;
    }),
  ),
  behaviour(
    "another account's bucket, by the owner that is expected",
    "AccessDenied",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html",
    withBucket(({ s3 }, Bucket) => codeOf(() => s3.getBucketTagging({ Bucket, ExpectedBucketOwner: "999999999999" }))),
  ),
  behaviour(
    "a body that isn't what its checksum says",
    "BadDigest",
    "PutObject",
    withBucket(({ s3 }, Bucket) =>
      codeOf(() => s3.putObject({ Bucket, ...one, ChecksumSHA256: Buffer.alloc(32).toString("base64") })),
    ),
  ),
  behaviour(
    "an upload in parts that is given up leaves nothing",
    "0",
    "AbortMultipartUpload",
    withBucket(async ({ s3 }, Bucket) => {
      const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: "k" });
      await s3.uploadPart({ Bucket, Key: "k", UploadId, PartNumber: 1, Body: "x" });
      await s3.abortMultipartUpload({ Bucket, Key: "k", UploadId });
      return String((await s3.listMultipartUploads({ Bucket })).Uploads?.length ?? 0);
    }),
  ),
];

export const stsBehaviours: readonly Behaviour[] = [
  {
    name: "sts: who we are is an account and an ARN in it",
    aws: "true",
    source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
    async look({ sts }) {
      const { Account = "none", Arn = "" } = await sts.getCallerIdentity({});
      return String(/^\d{12}$/.test(Account) && Arn.includes(`:${Account}:`));
    },
  },
  {
    name: "sts: a role that isn't there can't be assumed",
    aws: "AccessDenied",
    source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
    async look({ sts, place }) {
      const { Account } = await sts.getCallerIdentity({});
      const RoleArn = `arn:aws:iam::${Account}:role/${place.prefix}-none`;
      return await codeOf(() => sts.assumeRole({ RoleArn, RoleSessionName: "conformance" }));
    },
  },
];
