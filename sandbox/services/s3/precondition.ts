import { ServiceError } from "../../service-error.ts";
import type { VersionState } from "./state.ts";
import { noSuchKey } from "./versions.ts";

/** Entity tags are compared without their quotes, which some clients leave off. */
function sameTag(asked: string, etag: string): boolean {
  const bare = (text: string) => text.replace(/^W\//, "").replace(/^"|"$/g, "");
  return asked === "*" || asked.split(",").some((one) => bare(one.trim()) === bare(etag));
}

export function preconditionFailed(condition: string): ServiceError {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new ServiceError("PreconditionFailed", message, { status: 412, fields: { Condition: condition } });
}

/**
 * Whether a write may go on. `before`: what is there now, if anything.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function checkWrite(
  input: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined },
  before: VersionState | undefined,
  key: string,
): void {
  if (input.IfNoneMatch !== undefined) {
    if (input.IfNoneMatch !== "*" || input.IfMatch !== undefined) {
      const message = "A header you provided implies functionality that is not implemented";
      throw new ServiceError("NotImplemented", message, { status: 501, fields: { Header: "If-None-Match" } });
    }
    if (before !== undefined) throw preconditionFailed("If-None-Match");
  }
  if (input.IfMatch !== undefined) {
    if (before === undefined) throw noSuchKey(key);
    if (!sameTag(input.IfMatch, before.etag)) throw preconditionFailed("If-Match");
  }
}

/**
 * Whether a delete may go on. `newest` may be a delete marker: then there is nothing that could match.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 */
export function checkDelete(ifMatch: string | undefined, newest: VersionState | undefined, key: string): void {
  if (ifMatch === undefined) return;
  if (newest === undefined) throw noSuchKey(key);
  if (newest.deleteMarker || !sameTag(ifMatch, newest.etag)) throw preconditionFailed("If-Match");
}

export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

/**
 * Entity tags win over times, as RFC 7232 has it. `whenUnchanged` is the error for "you already have it": a read answers
 * 304, a copy 412.
 */
export function checkRead(conditions: ReadConditions, version: VersionState, whenUnchanged: ServiceError): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  // Times on the wire have whole seconds.
  const modified = Math.floor(version.modifiedAt / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!sameTag(ifMatch, version.etag)) throw preconditionFailed("If-Match");
  } else if (ifUnmodifiedSince !== undefined && modified > ifUnmodifiedSince.getTime()) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  if (ifNoneMatch !== undefined) {
    if (sameTag(ifNoneMatch, version.etag)) throw whenUnchanged;
  } else if (ifModifiedSince !== undefined && modified <= ifModifiedSince.getTime()) {
    throw whenUnchanged;
  }
}

export function notModified(version: VersionState): ServiceError {
  return new ServiceError("NotModified", "Not Modified", {
    status: 304,
    headers: { etag: version.etag, "last-modified": new Date(version.modifiedAt).toUTCString() },
  });
}
