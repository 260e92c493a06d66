import { type Behaviour, codeOf } from "./behaviours.ts";
import { behaviour, withBucket } from "./with-bucket.ts";

const conditional = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";
const conditionalDelete = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html";
const one = { Key: "k", Body: "1" };

export const objectBehaviours: readonly Behaviour[] = [
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
  behaviour(
    "a delete on the condition of another ETag",
    "PreconditionFailed",
    conditionalDelete,
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one });
      return await codeOf(() => s3.deleteObject({ Bucket, Key: "k", IfMatch: '"00000000000000000000000000000000"' }));
    }),
  ),
  behaviour(
    "a delete on the condition of the object's ETag",
    "ok",
    conditionalDelete,
    withBucket(async ({ s3 }, Bucket) => {
      const { ETag } = await s3.putObject({ Bucket, ...one });
      return await codeOf(() => s3.deleteObject({ Bucket, Key: "k", IfMatch: ETag }));
    }),
  ),
  behaviour(
    "of ten conditional deletes and changes at once one succeeds",
    "1",
    conditionalDelete,
    withBucket(async ({ s3 }, Bucket) => {
      const { ETag } = await s3.putObject({ Bucket, ...one });
      const tries = Array.from({ length: 10 }, (_, index) =>
        codeOf(() =>
          index % 2 === 0
            ? s3.putObject({ Bucket, Key: "k", Body: `other ${index}`, IfMatch: ETag })
            : s3.deleteObject({ Bucket, Key: "k", IfMatch: ETag }),
        ),
      );
      return String((await Promise.all(tries)).filter((said) => said === "ok").length);
    }),
  ),
  behaviour(
    "what a refused write was to replace is as it was",
    "1",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one });
      await codeOf(() => s3.putObject({ Bucket, Key: "k", Body: "2", IfNoneMatch: "*" }));
      const { Body } = await s3.getObject({ Bucket, Key: "k" });
      return (await Body?.transformToString()) ?? "nothing";
    }),
  ),
  behaviour(
    "an upload in parts that is completed where the key already is",
    "PreconditionFailed",
    conditional,
    withBucket(async ({ s3 }, Bucket) => {
      const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: "k" });
      const { ETag } = await s3.uploadPart({ Bucket, Key: "k", UploadId, PartNumber: 1, Body: "x" });
      await s3.putObject({ Bucket, ...one });
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
      const said = await codeOf(() =>
        s3.completeMultipartUpload({ Bucket, Key: "k", UploadId, MultipartUpload, IfNoneMatch: "*" }),
      );
      await s3.abortMultipartUpload({ Bucket, Key: "k", UploadId }).catch(() => undefined);
      return said;
    }),
  ),
  behaviour(
    "deleting several keys says of one that isn't there that it is deleted",
    "2 deleted, 0 failed",
    "DeleteObjects",
    withBucket(async ({ s3 }, Bucket) => {
      await s3.putObject({ Bucket, ...one });
      const { Deleted = [], Errors = [] } = await s3.deleteObjects({
        Bucket,
        Delete: { Objects: [{ Key: "k" }, { Key: "none" }] },
      });
      return `${Deleted.length} deleted, ${Errors.length} failed`;
    }),
  ),
  behaviour(
    "an upload that isn't there",
    "NoSuchUpload",
    "UploadPart",
    withBucket(({ s3 }, Bucket) =>
      codeOf(() => s3.uploadPart({ Bucket, Key: "k", UploadId: "none", PartNumber: 1, Body: "x" })),
    ),
  ),
];
