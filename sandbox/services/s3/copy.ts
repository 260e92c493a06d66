import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { type AttributeInput, attributesOf, encryptionHeaders, tagsOf } from "./attributes.ts";
import { bucketOf, type S3Context } from "./bucket.ts";
import { checkedKey, checksumMembers, etagOf, versionMember } from "./object-operations.ts";
import { checkRead, checkWrite, preconditionFailed } from "./precondition.ts";
import type { BucketState, S3State, VersionState } from "./state.ts";
import { addVersion, current, versionToRead } from "./versions.ts";

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyOperations: Operations<typeof client, S3State> = {
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
};

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
