import type { ReplicationStatus, StorageClass } from "@aws-sdk/client-s3";
import { ServiceError } from "../../service-error.ts";
import { encryptionHeaders } from "./attributes.ts";
import { bucketOf, type S3Context } from "./bucket.ts";
import { algorithms } from "./checksum.ts";
import { checkRead, notModified } from "./precondition.ts";
import type { BucketState, VersionState } from "./state.ts";
import { versionToRead } from "./versions.ts";

interface ReadInput {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
  readonly Range?: string | undefined;
}

export interface ReadBytes {
  readonly version: VersionState;
  readonly bytes: Uint8Array;
  /** `bytes 0-4/10` where only a part was asked for. */
  readonly range: string | undefined;
}

/** The object that GetObject and HeadObject are about, conditions and range applied. */
export function readObject(input: ReadInput, context: S3Context): ReadBytes {
  const bucket = bucketOf(input, context);
  const version = versionToRead(bucket, input.Key ?? "", input.VersionId);
  checkRead(
    {
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      ifModifiedSince: input.IfModifiedSince,
      ifUnmodifiedSince: input.IfUnmodifiedSince,
    },
    version,
    notModified(version),
  );
  const bytes = new Uint8Array(Buffer.from(version.body, "base64"));
  const range = rangeOf(input.Range, version.size);
  if (range === undefined) return { version, bytes, range: undefined };
  const [from, to] = range;
  return { version, bytes: bytes.subarray(from, to + 1), range: `bytes ${from}-${to}/${version.size}` };
}

/** One range; several, or what isn't a range, mean the whole object. @see RFC 7233 */
export function rangeOf(text: string | undefined, size: number): readonly [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const suffix = match[1] === "";
  const from = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to = suffix || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (from < size && from <= to) return [from, to];
  throw new ServiceError("InvalidRange", "The requested range is not satisfiable", {
    status: 416,
    fields: { RangeRequested: text ?? "", ActualObjectSize: String(size) },
    headers: { "content-range": `bytes */${size}` },
  });
}

/** Members of GetObject's and HeadObject's outputs that are the object's own. */
export function readResult(version: VersionState, bucket: BucketState, withChecksums: boolean) {
  const { metadata, tags } = version;
  return {
    AcceptRanges: "bytes",
    ETag: version.etag,
    LastModified: new Date(version.modifiedAt),
    ...(Object.keys(metadata).length === 0 ? {} : { Metadata: metadata }),
    ...(tags.length === 0 ? {} : { TagCount: tags.length }),
    ...(version.contentType === undefined ? {} : { ContentType: version.contentType }),
    ...(version.contentEncoding === undefined ? {} : { ContentEncoding: version.contentEncoding }),
    ...(version.contentDisposition === undefined ? {} : { ContentDisposition: version.contentDisposition }),
    ...(version.contentLanguage === undefined ? {} : { ContentLanguage: version.contentLanguage }),
    ...(version.cacheControl === undefined ? {} : { CacheControl: version.cacheControl }),
    ...(version.expires === undefined ? {} : { ExpiresString: new Date(version.expires).toUTCString() }),
    ...storage(version),
    ...encryptionHeaders(version),
    ...(bucket.versioning === undefined ? {} : { VersionId: version.id }),
    ...(withChecksums ? checksumResult(version) : {}),
  };
}

function storage(version: VersionState): {
  readonly StorageClass?: StorageClass;
  readonly ReplicationStatus?: ReplicationStatus;
} {
  const { storageClass } = version;
  return storageClass === undefined || storageClass === "STANDARD"
    ? {}
    : { StorageClass: storageClass as StorageClass };
}

function checksumResult(version: VersionState) {
  const type = version.parts === undefined ? ("FULL_OBJECT" as const) : ("COMPOSITE" as const);
  const entries = algorithms.flatMap((algorithm) => {
    const value = version.checksums[algorithm];
    return value === undefined ? [] : [[`Checksum${algorithm}`, value] as const];
  });
  return entries.length === 0 ? {} : { ...Object.fromEntries(entries), ChecksumType: type };
}
