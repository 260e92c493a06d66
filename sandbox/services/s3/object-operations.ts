import { createHash } from "node:crypto";
import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { type AttributeInput, attributesOf, encryptionHeaders, tagsOf } from "./attributes.ts";
import { bucketOf, checkedTags, type S3Context } from "./bucket.ts";
import { algorithms, type ChecksumInput, checkedChecksums } from "./checksum.ts";
import { ownerOnly } from "./configuration.ts";
import { readObject, readResult } from "./object-read.ts";
import { checkDelete, checkRead, checkWrite, preconditionFailed } from "./precondition.ts";
import type { BucketState, Checksums, S3State, VersionState } from "./state.ts";
import { addVersion, current, type Deletion, deleteVersion, newest, versionToRead } from "./versions.ts";

/** Objects. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const objectOperations: Operations<typeof client, S3State> = {
  PutObject(input, context) {
    const bucket = bucketOf(input, context);
    const key = checkedKey(input.Key);
    const body = input.Body ?? new Uint8Array();
    const checksums = checkedChecksums(input as ChecksumInput, body);
    checkWrite(input, current(bucket, key), key);
    const attributes = attributesOf(input as AttributeInput, bucket);
    const version = addVersion(
      bucket,
      key,
      {
        ...attributes,
        modifiedAt: context.clock.now(),
        deleteMarker: false,
        etag: etagOf(body, attributes.encryption, context),
        body: Buffer.from(body).toString("base64"),
        size: body.length,
        checksums,
      },
      context,
    );
    return {
      ETag: version.etag,
      ...encryptionHeaders(version),
      ...checksumMembers(version.checksums),
      ChecksumType: "FULL_OBJECT",
      ...versionMember(bucket, version),
    };
  },

  GetObject(input, context) {
    const { version, bytes, range } = readObject(input, context);
    return {
      ...readResult(version, bucketOf(input, context), input.ChecksumMode === "ENABLED" && range === undefined),
      ...overrides(input),
      ...(range === undefined ? {} : { ContentRange: range }),
      ContentLength: bytes.length,
      Body: bytes,
    };
  },

  HeadObject(input, context) {
    const { version, bytes, range } = readObject(input, context);
    return {
      ...readResult(version, bucketOf(input, context), input.ChecksumMode === "ENABLED"),
      ...overrides(input),
      ...(range === undefined ? {} : { ContentRange: range }),
      ContentLength: bytes.length,
    };
  },

  GetObjectAttributes(input, context) {
    const bucket = bucketOf(input, context);
    const version = versionToRead(bucket, checkedKey(input.Key), input.VersionId);
    const wanted = new Set<string>(input.ObjectAttributes ?? []);
    return {
      LastModified: new Date(version.modifiedAt),
      ...versionMember(bucket, version),
      ...(wanted.has("ETag") ? { ETag: version.etag.slice(1, -1) } : {}),
      ...(wanted.has("ObjectSize") ? { ObjectSize: version.size } : {}),
      ...(wanted.has("StorageClass")
        ? { StorageClass: (version.storageClass ?? "STANDARD") as client.StorageClass }
        : {}),
      ...(wanted.has("Checksum")
        ? { Checksum: { ...checksumMembers(version.checksums), ChecksumType: "FULL_OBJECT" as const } }
        : {}),
      ...(wanted.has("ObjectParts") && version.parts !== undefined
        ? { ObjectParts: { TotalPartsCount: version.parts } }
        : {}),
    };
  },

  DeleteObject(input, context) {
    const bucket = bucketOf(input, context);
    const key = checkedKey(input.Key);
    checkDelete(input.IfMatch, newest(bucket, key), key);
    return deleteVersion(bucket, key, input.VersionId, context);
  },

  DeleteObjects(input, context) {
    const bucket = bucketOf(input, context);
    const objects = input.Delete?.Objects ?? [];
    if (objects.length === 0 || objects.length > 1000) {
      throw new ServiceError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
      );
    }
    const Deleted: client.DeletedObject[] = [];
    const Errors: client._Error[] = [];
    for (const object of objects) {
      try {
        const key = checkedKey(object.Key);
        checkDelete(object.ETag, newest(bucket, key), key);
        const done = deleteVersion(bucket, key, object.VersionId, context);
        if (input.Delete?.Quiet !== true) Deleted.push(deletedObject(key, object.VersionId, done));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        Errors.push({ Key: object.Key, VersionId: object.VersionId, Code: error.code, Message: error.message });
      }
    }
    return { ...(Deleted.length > 0 ? { Deleted } : {}), ...(Errors.length > 0 ? { Errors } : {}) };
  },

  CopyObject(input, context) {
    const bucket = bucketOf(input, context);
    const key = checkedKey(input.Key);
    const source = copySource(input.CopySource, context);
    checkCopySource(input, source.version);
    checkWrite(input, current(bucket, key), key);
    const replaces = input.MetadataDirective === "REPLACE";
    const same = source.bucket === bucket && source.key === key && source.id === undefined;
    if (same && !replaces && input.StorageClass === undefined && input.ServerSideEncryption === undefined) {
      throw new ServiceError(
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    }
    const asked = attributesOf(input as AttributeInput, bucket);
    const { encryption, kmsKeyId, bucketKeyEnabled } = asked;
    const kept = replaces ? asked : { ...source.version, storageClass: asked.storageClass ?? "STANDARD" };
    const version = addVersion(
      bucket,
      key,
      {
        ...copied(kept),
        encryption,
        ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
        ...(bucketKeyEnabled === undefined ? {} : { bucketKeyEnabled }),
        tags: input.TaggingDirective === "REPLACE" ? tagsOf(input.Tagging) : source.version.tags,
        modifiedAt: context.clock.now(),
        deleteMarker: false,
        etag: etagOf(Buffer.from(source.version.body, "base64"), encryption, context),
        body: source.version.body,
        size: source.version.size,
        checksums: source.version.checksums,
      },
      context,
    );
    return {
      CopyObjectResult: {
        ETag: version.etag,
        LastModified: new Date(version.modifiedAt),
        ...checksumMembers(version.checksums),
        ChecksumType: "FULL_OBJECT",
      },
      ...encryptionHeaders(version),
      ...versionMember(bucket, version),
      ...(source.bucket.versioning === undefined ? {} : { CopySourceVersionId: source.version.id }),
    };
  },

  GetObjectTagging(input, context) {
    const bucket = bucketOf(input, context);
    const version = versionToRead(bucket, checkedKey(input.Key), input.VersionId);
    return { TagSet: version.tags, ...versionMember(bucket, version) };
  },
  PutObjectTagging(input, context) {
    const bucket = bucketOf(input, context);
    const version = versionToRead(bucket, checkedKey(input.Key), input.VersionId);
    version.tags = checkedTags(input.Tagging?.TagSet ?? [], 10);
    return versionMember(bucket, version);
  },
  DeleteObjectTagging(input, context) {
    const bucket = bucketOf(input, context);
    const version = versionToRead(bucket, checkedKey(input.Key), input.VersionId);
    version.tags = [];
    return versionMember(bucket, version);
  },
  GetObjectAcl(input, context) {
    versionToRead(bucketOf(input, context), checkedKey(input.Key), input.VersionId);
    return ownerOnly(context);
  },
};

export function checkedKey(key: string | undefined): string {
  if (key !== undefined && Buffer.byteLength(key, "utf8") > 1024) {
    throw new ServiceError("KeyTooLongError", "Your key is too long", { fields: { MaxSizeAllowed: "1024" } });
  }
  return key ?? "";
}

/** MD5 of the body, or, under KMS, something that isn't. */
export function etagOf(body: Uint8Array, encryption: string, context: S3Context): string {
  if (encryption !== "AES256") return `"${context.random.hex(32)}"`;
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

export function versionMember(bucket: BucketState, version: VersionState): { readonly VersionId?: string } {
  return bucket.versioning === undefined ? {} : { VersionId: version.id };
}

export function checksumMembers(checksums: Checksums): ChecksumInput {
  return Object.fromEntries(
    algorithms.flatMap((algorithm) =>
      checksums[algorithm] === undefined ? [] : [[`Checksum${algorithm}`, checksums[algorithm]]],
    ),
  );
}

/** Reads `bucket/key?versionId=id`, percent-encoded, with or without a leading slash. */
export function copySource(
  text: string | undefined,
  context: S3Context,
): {
  readonly bucket: BucketState;
  readonly key: string;
  readonly id: string | undefined;
  readonly version: VersionState;
} {
  const match = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.+))?$/.exec(text ?? "");
  if (match === null) {
    throw new ServiceError(
      "InvalidArgument",
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  }
  const bucket = bucketOf({ Bucket: match[1] }, context);
  const key = decodeURIComponent(match[2] ?? "");
  return { bucket, key, id: match[3], version: versionToRead(bucket, key, match[3]) };
}

/** A copy's conditions on what it copies: where a read would answer 304, it answers 412 as for the others. */
export function checkCopySource(
  input: {
    readonly CopySourceIfMatch?: string | undefined;
    readonly CopySourceIfNoneMatch?: string | undefined;
    readonly CopySourceIfModifiedSince?: Date | undefined;
    readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  },
  version: VersionState,
): void {
  checkRead(
    {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      ifModifiedSince: input.CopySourceIfModifiedSince,
      ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    version,
    preconditionFailed("x-amz-copy-source-If-None-Match"),
  );
}

/** An object's attributes without what makes it this very version. */
function copied(version: Partial<VersionState> & Pick<VersionState, "metadata">) {
  const {
    id: _id,
    modifiedAt: _at,
    kmsKeyId: _key,
    bucketKeyEnabled: _bucketKey,
    parts: _parts,
    ...attributes
  } = version;
  return attributes;
}

function deletedObject(key: string, asked: string | undefined, done: Deletion): client.DeletedObject {
  return {
    Key: key,
    ...(asked === undefined ? {} : { VersionId: asked }),
    ...(done.DeleteMarker === true ? { DeleteMarker: true, DeleteMarkerVersionId: done.VersionId } : {}),
  };
}

interface OverrideInput {
  readonly ResponseContentType?: string | undefined;
  readonly ResponseContentDisposition?: string | undefined;
  readonly ResponseContentEncoding?: string | undefined;
  readonly ResponseContentLanguage?: string | undefined;
  readonly ResponseCacheControl?: string | undefined;
}

function overrides(input: OverrideInput) {
  return {
    ...(input.ResponseContentType === undefined ? {} : { ContentType: input.ResponseContentType }),
    ...(input.ResponseContentDisposition === undefined ? {} : { ContentDisposition: input.ResponseContentDisposition }),
    ...(input.ResponseContentEncoding === undefined ? {} : { ContentEncoding: input.ResponseContentEncoding }),
    ...(input.ResponseContentLanguage === undefined ? {} : { ContentLanguage: input.ResponseContentLanguage }),
    ...(input.ResponseCacheControl === undefined ? {} : { CacheControl: input.ResponseCacheControl }),
  };
}
