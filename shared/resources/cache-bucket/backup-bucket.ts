import type { Fleet } from "../../desired/fleet.ts";
import { tagsOf } from "../common/tags.ts";
import { allBlocked, type BucketDesired, deletionTag, encryptionDesired } from "./desired.ts";
import { abortRule, expireRule } from "./lifecycle.ts";
import { tlsOnlyPolicy } from "./tls-policy.ts";

export const backupBucketKindName = "backup-bucket";

/**
 * The bucket of GitLab's backups, with versions: what is overwritten or deleted by mistake can be had again for a while.
 * The life cycle ends old versions only. Backups themselves don't go by age alone, for the newest good one must stay.
 */
export function backupBucketDesired(fleet: Fleet): ReadonlyMap<string, BucketDesired> {
  const { host, region, accountId } = fleet.spec;
  const backups = host?.backups;
  if (backups === undefined) return new Map();
  const { bucket, prefix, retention } = backups;
  const desired: BucketDesired = {
    region,
    ...(accountId === undefined ? {} : { owner: accountId }),
    encryption: encryptionDesired(backups.encryption),
    publicAccessBlock: allBlocked,
    ownership: "BucketOwnerEnforced",
    versioning: true,
    lifecycle: {
      [expireRule]: {
        Status: "Enabled",
        Filter: { Prefix: prefix },
        NoncurrentVersionExpiration: { NoncurrentDays: retention.days },
      },
      [abortRule]: {
        Status: "Enabled",
        Filter: { Prefix: prefix },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    },
    policy: tlsOnlyPolicy(fleet, bucket),
    tags: { ...tagsOf(fleet, backupBucketKindName, bucket), [deletionTag]: backups.deletionPolicy },
    adopt: backups.adopt,
  };
  return new Map([[bucket, desired]]);
}
