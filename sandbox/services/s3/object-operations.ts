import { createHash } from "node:crypto";
import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { type AttributeInput, attributesOf, encryptionHeaders } from "./attributes.ts";
import { bucketOf, checkedTags, type S3Context } from "./bucket.ts";
import { algorithms, type ChecksumInput, checkedChecksums } from "./checksum.ts";
import { ownerOnly } from "./configuration.ts";
import { malformedXml } from "./malformed-xml.ts";
import { readObject, readResult } from "./object-read.ts";
import { checkDelete, checkWrite } from "./precondition.ts";
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
      throw malformedXml();
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
