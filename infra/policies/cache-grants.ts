import type { Installation } from "../installation.ts";
import { type Conditions, type Grant, sessionFleet } from "./grant.ts";

const reads = [
  "s3:GetBucketOwnershipControls",
  "s3:GetBucketPolicy",
  "s3:GetBucketPublicAccessBlock",
  "s3:GetBucketTagging",
  "s3:GetBucketVersioning",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:ListBucket",
] as const;

const writes = [
  "s3:CreateBucket",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketTagging",
  "s3:PutBucketVersioning",
  "s3:PutEncryptionConfiguration",
  "s3:PutLifecycleConfiguration",
] as const;

export function cacheReads(installation: Installation): readonly Grant[] {
  return [
    ...each(
      installation,
      "ReadCache",
      "How the buckets of cache and backups are set up. Never what is in them.",
      reads,
    ),
    {
      sid: "ReadManifests",
      why: "Which backups there are, of what and when. Never what they hold.",
      actions: ["s3:GetObject"],
      resources: [installation.s3(`${sessionFleet}-gitlab-backups/*/manifest.json`)],
    },
  ];
}

export function cacheWrites(installation: Installation): readonly Grant[] {
  return each(
    installation,
    "WriteCache",
    "Makes the buckets of cache and backups as declared. Never its deletion, never objects.",
    writes,
  );
}

/** Only the teardown role's. */
export function cacheDeletion(installation: Installation): readonly Grant[] {
  return each(installation, "DeleteCache", "`deletionPolicy: Delete`, approved. S3 deletes empty buckets only.", [
    "s3:DeleteBucket",
  ]);
}

/** Buckets know no tags in policies by default, so they are named: by the fleet, or in the settings. */
function each({ s3, settings }: Installation, sid: string, why: string, actions: readonly string[]): readonly Grant[] {
  const others = Object.entries(settings.cacheBuckets).map(([fleet, buckets], index): Grant => {
    const conditions: Conditions = { StringEquals: { "aws:PrincipalTag/fleet": fleet } };
    return { sid: `${sid}${index + 1}`, why, actions, resources: buckets.map(s3), conditions };
  });
  return [
    { sid, why, actions, resources: [s3(`${sessionFleet}-gitlab-cache`), s3(`${sessionFleet}-gitlab-backups`)] },
    ...others,
  ];
}
