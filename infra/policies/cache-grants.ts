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
    ...eachBackupBucket(
      installation,
      "ReadManifests",
      "Which backups of the fleet there are, of what and when. Never what they hold.",
      ["s3:GetObject"],
      `*/${sessionFleet}/*/manifest.json`,
    ),
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

/** Objects in the buckets of backups. @param keys a pattern */
export function eachBackupBucket(
  { s3, settings }: Installation,
  sid: string,
  why: string,
  actions: readonly string[],
  keys: string,
): readonly Grant[] {
  const resources = [s3(`${sessionFleet}-gitlab-backups/${keys}`)];
  return [
    { sid, why, actions, resources },
    ...named(sid, why, actions, settings.backupBuckets, (bucket) => s3(`${bucket}/${keys}`)),
  ];
}

/** Buckets know no tags in policies by default, so they are named: by the fleet, or in the settings. */
function each({ s3, settings }: Installation, sid: string, why: string, actions: readonly string[]): readonly Grant[] {
  const { cacheBuckets, backupBuckets } = settings;
  const fleets = [...new Set([...Object.keys(cacheBuckets), ...Object.keys(backupBuckets)])];
  const others = Object.fromEntries(
    fleets.map((fleet) => [fleet, [...(cacheBuckets[fleet] ?? []), ...(backupBuckets[fleet] ?? [])]]),
  );
  return [
    { sid, why, actions, resources: [s3(`${sessionFleet}-gitlab-cache`), s3(`${sessionFleet}-gitlab-backups`)] },
    ...named(sid, why, actions, others, s3),
  ];
}

/** A statement for each fleet whose buckets have other names. */
function named(
  sid: string,
  why: string,
  actions: readonly string[],
  buckets: Readonly<Record<string, readonly string[]>>,
  resource: (bucket: string) => string,
): readonly Grant[] {
  return Object.entries(buckets).map(([fleet, names], index) => {
    const conditions: Conditions = { StringEquals: { "aws:PrincipalTag/fleet": fleet } };
    return { sid: `${sid}${index + 1}`, why, actions, resources: names.map(resource), conditions };
  });
}
