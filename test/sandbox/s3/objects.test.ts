import { S3 } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { world, worldWithBucket } from "../world.ts";

test("an object comes back as it was put", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const put = await s3.putObject({
    Bucket,
    Key: "runner/ä b+c/%41.txt",
    Body: "grüße",
    ContentType: "text/plain",
    ContentEncoding: "identity",
    CacheControl: "no-store",
    ContentLanguage: "de",
    ContentDisposition: "inline",
    Expires: new Date("2027-01-01T00:00:00Z"),
    Metadata: { Commit: "abc", sequence: "7" },
    Tagging: "a=1&b=x%20y",
  });
  const got = await s3.getObject({ Bucket, Key: "runner/ä b+c/%41.txt" });
  expect(await got.Body?.transformToString()).toBe("grüße");
  expect(got).toMatchObject({
    ETag: put.ETag,
    ContentType: "text/plain",
    ContentEncoding: "identity",
    CacheControl: "no-store",
    ContentLanguage: "de",
    ContentDisposition: "inline",
    ExpiresString: "Fri, 01 Jan 2027 00:00:00 GMT",
    Metadata: { commit: "abc", sequence: "7" },
    TagCount: 2,
    ContentLength: 7,
    ServerSideEncryption: "AES256",
    LastModified: new Date("2026-11-24T12:00:00Z"),
  });
  expect(await s3.headObject({ Bucket, Key: "runner/ä b+c/%41.txt" })).toMatchObject({
    ETag: put.ETag,
    ContentLength: 7,
  });
});

test("an empty object, and a stream as a body", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await s3.putObject({ Bucket, Key: "empty", Body: "" });
  expect(await (await s3.getObject({ Bucket, Key: "empty" })).Body?.transformToString()).toBe("");
  const { Readable } = await import("node:stream");
  await s3.putObject({
    Bucket,
    Key: "streamed",
    Body: Readable.from([Buffer.from("ab"), Buffer.from("cd")]),
    ContentLength: 4,
  });
  expect(await (await s3.getObject({ Bucket, Key: "streamed" })).Body?.transformToString()).toBe("abcd");
});

test("creating only if absent: the second writer is refused and nothing changes", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const writes = await Promise.allSettled(
    ["a", "b", "c"].map((Body) => s3.putObject({ Bucket, Key: "lease", Body, IfNoneMatch: "*" })),
  );
  expect(writes.filter((write) => write.status === "fulfilled")).toHaveLength(1);
  for (const write of writes) {
    if (write.status === "rejected") {
      expect(write.reason).toMatchObject({ name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } });
    }
  }
});

test("replacing only if unchanged", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const first = await s3.putObject({ Bucket, Key: "k", Body: "1" });
  const second = await s3.putObject({ Bucket, Key: "k", Body: "2", IfMatch: first.ETag });
  await expect(s3.putObject({ Bucket, Key: "k", Body: "3", IfMatch: first.ETag })).rejects.toMatchObject({
    name: "PreconditionFailed",
  });
  expect(await (await s3.getObject({ Bucket, Key: "k" })).Body?.transformToString()).toBe("2");
  await expect(s3.putObject({ Bucket, Key: "none", Body: "3", IfMatch: first.ETag })).rejects.toMatchObject({
    name: "NoSuchKey",
    $metadata: { httpStatusCode: 404 },
  });
  await expect(s3.deleteObject({ Bucket, Key: "k", IfMatch: first.ETag })).rejects.toMatchObject({
    name: "PreconditionFailed",
  });
  await s3.deleteObject({ Bucket, Key: "k", IfMatch: second.ETag });
  await expect(s3.getObject({ Bucket, Key: "k" })).rejects.toMatchObject({ name: "NoSuchKey" });
});

test("conditional reads answer 304 and 412", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const { ETag } = await s3.putObject({ Bucket, Key: "k", Body: "1" });
  await expect(s3.getObject({ Bucket, Key: "k", IfNoneMatch: ETag })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(s3.getObject({ Bucket, Key: "k", IfMatch: '"other"' })).rejects.toMatchObject({
    name: "PreconditionFailed",
  });
  await expect(
    s3.headObject({ Bucket, Key: "k", IfModifiedSince: new Date("2026-11-24T12:00:00Z") }),
  ).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await s3.getObject({ Bucket, Key: "k", IfMatch: ETag, IfUnmodifiedSince: new Date(0) });
});

test("a missing key: the right exception with a body, and without one", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await expect(s3.getObject({ Bucket, Key: "k" })).rejects.toMatchObject({ name: "NoSuchKey", Key: "k" });
  await expect(s3.headObject({ Bucket, Key: "k" })).rejects.toMatchObject({ name: "NotFound" });
  await s3.deleteObject({ Bucket, Key: "k" });
});

test("ranges", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await s3.putObject({ Bucket, Key: "k", Body: "0123456789" });
  const part = await s3.getObject({ Bucket, Key: "k", Range: "bytes=2-4" });
  expect(await part.Body?.transformToString()).toBe("234");
  expect(part).toMatchObject({ ContentRange: "bytes 2-4/10", $metadata: { httpStatusCode: 206 } });
  expect(await (await s3.getObject({ Bucket, Key: "k", Range: "bytes=-3" })).Body?.transformToString()).toBe("789");
  await expect(s3.getObject({ Bucket, Key: "k", Range: "bytes=20-" })).rejects.toMatchObject({ name: "InvalidRange" });
});

test("with versioning nothing is lost: versions, delete markers, and what each read answers", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await s3.putObject({ Bucket, Key: "k", Body: "before" });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
  const one = await s3.putObject({ Bucket, Key: "k", Body: "1" });
  const two = await s3.putObject({ Bucket, Key: "k", Body: "2" });
  const gone = await s3.deleteObject({ Bucket, Key: "k" });
  expect(gone.DeleteMarker).toBe(true);
  await expect(s3.getObject({ Bucket, Key: "k" })).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(s3.getObject({ Bucket, Key: "k", VersionId: gone.VersionId })).rejects.toMatchObject({
    name: "MethodNotAllowed",
  });
  const old = await s3.getObject({ Bucket, Key: "k", VersionId: one.VersionId });
  expect(await old.Body?.transformToString()).toBe("1");
  const listed = await s3.listObjectVersions({ Bucket });
  expect(listed.Versions?.map((version) => [version.VersionId, version.IsLatest])).toEqual([
    [two.VersionId, false],
    [one.VersionId, false],
    ["null", false],
  ]);
  expect(listed.DeleteMarkers).toMatchObject([{ VersionId: gone.VersionId, IsLatest: true }]);
  await expect(s3.putObject({ Bucket, Key: "k", Body: "x", IfMatch: two.ETag })).rejects.toMatchObject({
    name: "NoSuchKey",
  });
  await s3.deleteObject({ Bucket, Key: "k", VersionId: gone.VersionId });
  expect(await (await s3.getObject({ Bucket, Key: "k" })).Body?.transformToString()).toBe("2");
  await expect(s3.deleteBucket({ Bucket })).rejects.toMatchObject({ name: "BucketNotEmpty" });
});

test("listing pages through all keys, with prefixes rolled up, whatever the page's size", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const keys = ["a", "b/1", "b/2", "b/c/3", "c", "d/4", "é", "z&<>\u0001"];
  for (const Key of keys) await s3.putObject({ Bucket, Key, Body: Key });
  for (const MaxKeys of [1, 2, 3, 100]) {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.listObjectsV2({
        Bucket,
        MaxKeys,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      seen.push(...(page.Contents ?? []).map((object) => object.Key ?? ""));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(seen.filter((key) => !key.startsWith("z"))).toEqual(["a", "b/1", "b/2", "b/c/3", "c", "d/4", "é"]);
  }
  const rolled = await s3.listObjectsV2({ Bucket, Delimiter: "/" });
  expect(rolled.CommonPrefixes?.map((prefix) => prefix.Prefix)).toEqual(["b/", "d/"]);
  const under = await s3.listObjectsV2({ Bucket, Delimiter: "/", Prefix: "b/" });
  expect(under.Contents?.map((object) => object.Key)).toEqual(["b/1", "b/2"]);
  expect(under.CommonPrefixes?.map((prefix) => prefix.Prefix)).toEqual(["b/c/"]);
  const old = await s3.listObjects({ Bucket, MaxKeys: 3 });
  expect(old).toMatchObject({ IsTruncated: true, MaxKeys: 3 });
});

test("the sandbox's page size shortens pages of callers who don't say", async () => {
  const { s3, Bucket } = await worldWithBucket({ pageSize: 2 });
  for (const Key of ["a", "b", "c"]) await s3.putObject({ Bucket, Key, Body: Key });
  const page = await s3.listObjectsV2({ Bucket });
  expect(page).toMatchObject({ IsTruncated: true, KeyCount: 2 });
});

test("many objects are deleted in one call, each with its own outcome", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const { ETag } = await s3.putObject({ Bucket, Key: "a", Body: "1" });
  await s3.putObject({ Bucket, Key: "b", Body: "2" });
  const done = await s3.deleteObjects({
    Bucket,
    Delete: { Objects: [{ Key: "a", ETag }, { Key: "b", ETag }, { Key: "none" }] },
  });
  expect(done.Deleted?.map((object) => object.Key)).toEqual(["a", "none"]);
  expect(done.Errors).toMatchObject([{ Key: "b", Code: "PreconditionFailed" }]);
});

test("a copy keeps or replaces what belongs to the object", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await s3.putObject({ Bucket, Key: "a b", Body: "1", Metadata: { x: "1" }, Tagging: "t=1" });
  await s3.copyObject({ Bucket, Key: "kept", CopySource: `${Bucket}/a%20b` });
  await s3.copyObject({
    Bucket,
    Key: "replaced",
    CopySource: `/${Bucket}/a%20b`,
    MetadataDirective: "REPLACE",
    Metadata: { y: "2" },
  });
  expect(await s3.headObject({ Bucket, Key: "kept" })).toMatchObject({ Metadata: { x: "1" } });
  expect(await s3.headObject({ Bucket, Key: "replaced" })).toMatchObject({ Metadata: { y: "2" } });
  await expect(s3.copyObject({ Bucket, Key: "a b", CopySource: `${Bucket}/a%20b` })).rejects.toMatchObject({
    name: "InvalidRequest",
  });
});

test("an upload in parts becomes one object", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: "big", Metadata: { m: "1" } });
  const large = new Uint8Array(5 * 1024 * 1024).fill(97);
  const one = await s3.uploadPart({ Bucket, Key: "big", UploadId, PartNumber: 1, Body: large });
  const two = await s3.uploadPart({ Bucket, Key: "big", UploadId, PartNumber: 2, Body: "tail" });
  expect((await s3.listParts({ Bucket, Key: "big", UploadId })).Parts?.map((part) => part.Size)).toEqual([
    large.length,
    4,
  ]);
  const done = await s3.completeMultipartUpload({
    Bucket,
    Key: "big",
    UploadId,
    MultipartUpload: {
      Parts: [
        { PartNumber: 1, ETag: one.ETag },
        { PartNumber: 2, ETag: two.ETag },
      ],
    },
  });
  expect(done.ETag).toMatch(/-2"$/);
  expect(await s3.headObject({ Bucket, Key: "big" })).toMatchObject({
    ContentLength: large.length + 4,
    Metadata: { m: "1" },
  });
  await expect(s3.abortMultipartUpload({ Bucket, Key: "big", UploadId })).rejects.toMatchObject({
    name: "NoSuchUpload",
  });
});

test("a body that doesn't fit its checksum is refused", async () => {
  const { s3, Bucket } = await worldWithBucket();
  await expect(s3.putObject({ Bucket, Key: "k", Body: "1", ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({
    name: "BadDigest",
  });
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
    await s3.putObject({ Bucket, Key: ChecksumAlgorithm, Body: "hello", ChecksumAlgorithm });
    expect(await (await s3.getObject({ Bucket, Key: ChecksumAlgorithm })).Body?.transformToString()).toBe("hello");
  }
});

test("the bucket's expected owner is checked on every kind of call", async () => {
  const { s3, Bucket } = await worldWithBucket();
  const ExpectedBucketOwner = "999999999999";
  await expect(s3.putObject({ Bucket, Key: "k", Body: "1", ExpectedBucketOwner })).rejects.toMatchObject({
    name: "AccessDenied",
  });
  await expect(s3.listObjectsV2({ Bucket, ExpectedBucketOwner })).rejects.toMatchObject({ name: "AccessDenied" });
  await s3.listObjectsV2({ Bucket, ExpectedBucketOwner: "123456789012" });
});

test("answers carry the sandbox's own time", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  let date: string | undefined;
  s3.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = (result.response as { headers: Record<string, string> }).headers["date"];
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  await s3.headBucket({ Bucket });
  expect(date).toBe("Tue, 24 Nov 2026 12:00:00 GMT");
  await sandbox.clock.advance(90_000);
  await expect(s3.getObject({ Bucket, Key: "none" })).rejects.toThrow();
  expect(date).toBe("Tue, 24 Nov 2026 12:01:30 GMT");
});

test("an unsigned request is refused", async () => {
  const { client } = world();
  const anonymous = new S3({ ...client(), signer: { sign: async (request) => request } });
  await expect(anonymous.listBuckets({})).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
});
