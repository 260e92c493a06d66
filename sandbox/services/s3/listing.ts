import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { bucketOf, own, type S3Context } from "./bucket.ts";
import { compareKeys, decodeToken, encodeToken } from "./page.ts";
import type { BucketState, S3State, VersionState } from "./state.ts";
import { current } from "./versions.ts";

interface Listed<Item> {
  readonly items: readonly Item[];
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix on the page. */
  readonly last: string | undefined;
}

/**
 * Keys from `after` on, those that share the part up to the delimiter rolled up into one, at most `size` of both.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
function listKeys<Item>(
  bucket: BucketState,
  options: { prefix: string; delimiter: string; after: string; size: number },
  itemsOf: (key: string) => readonly Item[],
): Listed<Item> {
  const { prefix, delimiter, after, size } = options;
  const items: Item[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  const keys = Object.keys(bucket.objects)
    .filter((key) => key.startsWith(prefix) && compareKeys(key, after) > 0)
    .sort(compareKeys);
  for (const key of keys) {
    const found = itemsOf(key);
    if (found.length === 0) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // A page that ended with a common prefix has all of its keys behind it.
    if (common !== undefined && (common === prefixes.at(-1) || common === after)) continue;
    if (items.length + prefixes.length + (common === undefined ? found.length : 1) > size) {
      return { items, prefixes, truncated: true, last };
    }
    if (common === undefined) items.push(...found);
    else prefixes.push(common);
    last = common ?? key;
  }
  return { items, prefixes, truncated: false, last };
}

function pageSize(asked: number | undefined, context: S3Context): number {
  if (asked !== undefined && (asked < 0 || !Number.isInteger(asked))) {
    throw new ServiceError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647");
  }
  return Math.min(asked ?? context.pageSize ?? 1000, 1000);
}

/** Keys may hold what XML can't: with `encoding-type=url` they come percent-encoded. */
function encoder(type: string | undefined): (text: string) => string {
  return type === "url" ? (text) => encodeURIComponent(text).replaceAll("%2F", "/") : (text) => text;
}

function contentOf(key: string, version: VersionState): client._Object {
  return {
    Key: key,
    LastModified: new Date(version.modifiedAt),
    ETag: version.etag,
    Size: version.size,
    StorageClass: (version.storageClass ?? "STANDARD") as client.ObjectStorageClass,
    ChecksumAlgorithm: Object.keys(version.checksums) as client.ChecksumAlgorithm[],
    ChecksumType: version.parts === undefined ? "FULL_OBJECT" : "COMPOSITE",
  };
}

export const listingOperations: Operations<typeof client, S3State> = {
  ListObjectsV2(input, context) {
    const bucket = bucketOf(input, context);
    const size = pageSize(input.MaxKeys, context);
    const after =
      input.ContinuationToken === undefined ? (input.StartAfter ?? "") : decodeToken(input.ContinuationToken);
    const prefix = input.Prefix ?? "";
    const encode = encoder(input.EncodingType);
    const page = listKeys(bucket, { prefix, delimiter: input.Delimiter ?? "", after, size }, (key) => {
      const version = current(bucket, key);
      return version === undefined
        ? []
        : [
            {
              ...contentOf(encode(key), version),
              ...(input.FetchOwner === true ? { Owner: { ID: context.account.padStart(64, "0") } } : {}),
            },
          ];
    });
    const truncated = page.truncated && size > 0;
    return {
      Name: bucket.name,
      Prefix: encode(prefix),
      MaxKeys: input.MaxKeys ?? size,
      KeyCount: page.items.length + page.prefixes.length,
      IsTruncated: truncated,
      ...(page.items.length === 0 ? {} : { Contents: [...page.items] }),
      ...(page.prefixes.length === 0
        ? {}
        : { CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })) }),
      ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
      ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
      ...(truncated && page.last !== undefined ? { NextContinuationToken: encodeToken(page.last) } : {}),
    };
  },

  ListObjects(input, context) {
    const bucket = bucketOf(input, context);
    const size = pageSize(input.MaxKeys, context);
    const prefix = input.Prefix ?? "";
    const encode = encoder(input.EncodingType);
    const options = { prefix, delimiter: input.Delimiter ?? "", after: input.Marker ?? "", size };
    const page = listKeys(bucket, options, (key) => {
      const version = current(bucket, key);
      return version === undefined ? [] : [contentOf(encode(key), version)];
    });
    const truncated = page.truncated && size > 0;
    return {
      Name: bucket.name,
      Prefix: encode(prefix),
      Marker: encode(input.Marker ?? ""),
      MaxKeys: input.MaxKeys ?? size,
      IsTruncated: truncated,
      ...(page.items.length === 0 ? {} : { Contents: [...page.items] }),
      ...(page.prefixes.length === 0
        ? {}
        : { CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })) }),
      ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      // Without a delimiter callers go on from the last key themselves.
      ...(truncated && page.last !== undefined && input.Delimiter !== undefined
        ? { NextMarker: encode(page.last) }
        : {}),
    };
  },

  ListObjectVersions(input, context) {
    const bucket = bucketOf(input, context);
    const size = pageSize(input.MaxKeys, context);
    const prefix = input.Prefix ?? "";
    const encode = encoder(input.EncodingType);
    const entries = versionEntries(bucket, prefix, input.KeyMarker ?? "", input.VersionIdMarker);
    const { shown, prefixes, truncated } = rollUp(entries, prefix, input.Delimiter ?? "", size);
    const last = shown.at(-1);
    const Versions = shown.filter(({ version }) => !version.deleteMarker);
    const DeleteMarkers = shown.filter(({ version }) => version.deleteMarker);
    return {
      Name: bucket.name,
      Prefix: encode(prefix),
      KeyMarker: encode(input.KeyMarker ?? ""),
      MaxKeys: input.MaxKeys ?? size,
      IsTruncated: truncated,
      ...(input.VersionIdMarker === undefined ? {} : { VersionIdMarker: input.VersionIdMarker }),
      ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      ...(Versions.length === 0
        ? {}
        : {
            Versions: Versions.map(({ key, version, latest }) => ({
              ...(contentOf(encode(key), version) as client.ObjectVersion),
              VersionId: version.id,
              IsLatest: latest,
            })),
          }),
      ...(DeleteMarkers.length === 0
        ? {}
        : {
            DeleteMarkers: DeleteMarkers.map(({ key, version, latest }) => ({
              Key: encode(key),
              VersionId: version.id,
              IsLatest: latest,
              LastModified: new Date(version.modifiedAt),
            })),
          }),
      ...(prefixes.length === 0 ? {} : { CommonPrefixes: prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })) }),
      ...(truncated && last !== undefined
        ? { NextKeyMarker: encode(last.key), NextVersionIdMarker: last.version.id }
        : {}),
    };
  },
};

interface VersionEntry {
  readonly key: string;
  readonly version: VersionState;
  readonly latest: boolean;
}

function versionEntries(
  bucket: BucketState,
  prefix: string,
  keyMarker: string,
  idMarker: string | undefined,
): VersionEntry[] {
  return Object.keys(bucket.objects)
    .filter((key) => key.startsWith(prefix) && compareKeys(key, keyMarker) >= (idMarker === undefined ? 1 : 0))
    .sort(compareKeys)
    .flatMap((key) => {
      const versions = own(bucket.objects, key) ?? [];
      const from = key === keyMarker ? versions.findIndex((version) => version.id === idMarker) + 1 : 0;
      return versions.slice(from).map((version, index) => ({ key, version, latest: from + index === 0 }));
    });
}

function rollUp(entries: readonly VersionEntry[], prefix: string, delimiter: string, size: number) {
  const shown: VersionEntry[] = [];
  const prefixes: string[] = [];
  for (const entry of entries) {
    const cut = delimiter === "" ? -1 : entry.key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : entry.key.slice(0, cut + delimiter.length);
    if (common !== undefined && prefixes.includes(common)) continue;
    if (shown.length + prefixes.length >= size) return { shown, prefixes, truncated: size > 0 };
    if (common === undefined) shown.push(entry);
    else prefixes.push(common);
  }
  return { shown, prefixes, truncated: false };
}
