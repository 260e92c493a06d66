import { ServiceError } from "../../service-error.ts";
import { own, type S3Context } from "./bucket.ts";
import type { BucketState, VersionState } from "./state.ts";

/** The newest version, a delete marker too; undefined where the key has none. */
export function newest(bucket: BucketState, key: string): VersionState | undefined {
  return own(bucket.objects, key)?.[0];
}

/** What a reader without a version id sees. */
export function current(bucket: BucketState, key: string): VersionState | undefined {
  const version = newest(bucket, key);
  return version === undefined || version.deleteMarker ? undefined : version;
}

/** Puts a version in front; without versioning, in place of the one without an id. */
export function addVersion(
  bucket: BucketState,
  key: string,
  content: Omit<VersionState, "id">,
  context: S3Context,
): VersionState {
  const id = bucket.versioning === "Enabled" ? context.random.base32(32) : "null";
  const version: VersionState = { id, ...content };
  const before = own(bucket.objects, key) ?? [];
  bucket.objects[key] = [version, ...before.filter((other) => other.id !== id)];
  return version;
}

/** The version that a read asks for. Throws NoSuchKey, NoSuchVersion, or MethodNotAllowed for a delete marker. */
export function versionToRead(bucket: BucketState, key: string, id: string | undefined): VersionState {
  const version = id === undefined ? newest(bucket, key) : findVersion(bucket, key, id);
  if (version === undefined) throw noSuchKey(key);
  if (!version.deleteMarker) return version;
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": version.id };
  if (id === undefined) throw noSuchKey(key, headers);
  throw new ServiceError("MethodNotAllowed", "The specified method is not allowed against this resource.", {
    status: 405,
    fields: { Method: "GET", ResourceType: "DeleteMarker" },
    headers: { ...headers, "last-modified": new Date(version.modifiedAt).toUTCString(), allow: "DELETE" },
  });
}

function findVersion(bucket: BucketState, key: string, id: string): VersionState {
  const version = own(bucket.objects, key)?.find((candidate) => candidate.id === id);
  if (version !== undefined) return version;
  if (id !== "null" && !/^[A-Z2-7]{32}$/.test(id)) {
    throw new ServiceError("InvalidArgument", "Invalid version id specified", {
      fields: { ArgumentName: "versionId", ArgumentValue: id },
    });
  }
  throw new ServiceError("NoSuchVersion", "The specified version does not exist.", {
    status: 404,
    fields: { Key: key, VersionId: id },
  });
}

export interface Deletion {
  readonly DeleteMarker?: boolean;
  readonly VersionId?: string;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html */
export function deleteVersion(bucket: BucketState, key: string, id: string | undefined, context: S3Context): Deletion {
  if (id !== undefined) {
    const versions = own(bucket.objects, key) ?? [];
    const version = versions.find((candidate) => candidate.id === id);
    const left = versions.filter((candidate) => candidate.id !== id);
    if (left.length === 0) delete bucket.objects[key];
    else bucket.objects[key] = left;
    return { VersionId: id, ...(version?.deleteMarker === true ? { DeleteMarker: true } : {}) };
  }
  if (bucket.versioning === undefined) {
    delete bucket.objects[key];
    return {};
  }
  const marker = addVersion(
    bucket,
    key,
    {
      modifiedAt: context.clock.now(),
      deleteMarker: true,
      etag: "",
      body: "",
      size: 0,
      checksums: {},
      metadata: {},
      tags: [],
      encryption: "AES256",
    },
    context,
  );
  return { DeleteMarker: true, VersionId: marker.id };
}

export function noSuchKey(key: string, headers: Readonly<Record<string, string>> = {}): ServiceError {
  return new ServiceError("NoSuchKey", "The specified key does not exist.", {
    status: 404,
    fields: { Key: key },
    headers,
  });
}
