import type { PublicAccessBlock } from "../../aws/bucket-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { PolicyDocument } from "../common/policy-document.ts";
import { type Tags, tagsOf } from "../common/tags.ts";
import { abortRule, expireRule, type LifecycleRules } from "./lifecycle.ts";
import { tlsOnlyPolicy } from "./tls-policy.ts";

export const kind = "cache-bucket";

/** What the file said last of this bucket's end, on the bucket itself: still readable when the file says nothing any more. */
export const deletionTag = "fleetkeeper:deletion-policy";
/** In place of our mark on a bucket that the file let go: the same fleet may take it up again without `adopt`. */
export const releasedTag = "fleetkeeper:released-by";

/** `bucketKey` and `key` are missing where they mean nothing. */
export type EncryptionDesired = { readonly algorithm: string; readonly key?: string; readonly bucketKey?: boolean };

/** Logging, replication and the rest are missing: neither compared nor written. */
export type BucketDesired = {
  readonly region: string;
  /** Account id, where the file says one: S3 then refuses to speak of anybody else's bucket. */
  readonly owner?: string;
  readonly encryption: EncryptionDesired;
  readonly publicAccessBlock: PublicAccessBlock;
  readonly ownership: string;
  /** Missing: neither compared nor written. Never turned off. */
  readonly versioning?: true;
  readonly lifecycle: LifecycleRules;
  readonly policy: PolicyDocument;
  readonly tags: Tags;
  readonly adopt: boolean;
};

export const allBlocked: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};

export function bucketDesired(fleet: Fleet): ReadonlyMap<string, BucketDesired> {
  const { cache, region, accountId } = fleet.spec;
  const { encryption } = cache;
  const desired: BucketDesired = {
    region,
    ...(accountId === undefined ? {} : { owner: accountId }),
    encryption: encryptionDesired(encryption),
    publicAccessBlock: allBlocked,
    ownership: "BucketOwnerEnforced",
    lifecycle: lifecycleOf(fleet),
    policy: tlsOnlyPolicy(fleet, cache.bucket),
    tags: { ...tagsOf(fleet, kind, cache.bucket), [deletionTag]: cache.deletionPolicy },
    adopt: cache.adopt,
  };
  return new Map([[cache.bucket, desired]]);
}

export function encryptionDesired(encryption: Fleet["spec"]["cache"]["encryption"]): EncryptionDesired {
  return encryption.type === "SSE-KMS"
    ? { algorithm: "aws:kms", key: encryption.key, bucketKey: true }
    : { algorithm: "AES256" };
}

/** Parts of uploads that broke off are paid for and seen by nobody: they go after a day. */
function lifecycleOf(fleet: Fleet): LifecycleRules {
  const { prefix, expiry } = fleet.spec.cache;
  return {
    [expireRule]: {
      Status: expiry.enabled ? "Enabled" : "Disabled",
      Filter: { Prefix: prefix },
      Expiration: { Days: expiry.days },
    },
    [abortRule]: {
      Status: "Enabled",
      Filter: { Prefix: prefix },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
  };
}
