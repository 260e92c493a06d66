import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ApplyContext, Kind } from "../../engine/kind.ts";
import { createBucket, deleteBucket, releaseBucket, updateBucket } from "./apply.ts";
import { backupBucketDesired, backupBucketKindName } from "./backup-bucket.ts";
import { type BucketState, diffBucket, diffLeftBucket, isOurs } from "./bucket.ts";
import { type BucketDesired, bucketDesired, kind as cacheBucketKindName } from "./desired.ts";
import { observeBuckets } from "./observe.ts";
import { bucketTeardown } from "./teardown.ts";

type BucketWriters = Pick<Writers, "bucket">;

type BucketKind = Kind<Fleet, Pick<Readers, "bucket">, BucketWriters, BucketDesired, BucketState>;

/** The runners' cache: docs/kinds.md says what is compared, what is left, and how a bucket ends. */
export const cacheBucketKind = bucketKind(cacheBucketKindName, bucketDesired);

/** Where GitLab's backups go. */
export const backupBucketKind = bucketKind(backupBucketKindName, backupBucketDesired);

function bucketKind(kind: string, desiredOf: (fleet: Fleet) => ReadonlyMap<string, BucketDesired>): BucketKind {
  return {
    kind,
    after: [],
    desired: desiredOf,
    observe: ({ fleet, readers, inventory, only }) =>
      observeBuckets({ kind, fleet, reader: readers.bucket, desired: desiredOf(fleet), inventory, only }),
    diff({ fleet, name, desired, observed }) {
      const target = { kind, name };
      if (desired !== undefined) {
        return diffBucket(target, observed, desired, observed !== undefined && isOurs(observed.tags, fleet, kind));
      }
      return observed === undefined ? [] : diffLeftBucket(target, observed, fleet);
    },
    async apply(context) {
      await apply(context);
      return { state: "done" };
    },
    outputs: (name, observed) => ({ name, region: observed.region }),
    health: () => ({ status: "Healthy" }),
    teardown: bucketTeardown(kind),
  };
}

async function apply(context: ApplyContext<Fleet, BucketDesired, BucketState, BucketWriters>): Promise<void> {
  const { fleet, action, desired, observed, writers } = context;
  const { accountId } = fleet.spec;
  const { name } = action.target;
  if (desired === undefined) {
    if (observed === undefined) return;
    if (action.verb === "delete") await deleteBucket(writers.bucket, observed, accountId);
    else await releaseBucket(writers.bucket, observed, action.changes, accountId);
    return;
  }
  if (observed === undefined) {
    await createBucket(writers.bucket, name, desired, action.changes, (tags) =>
      isOurs(tags, fleet, action.target.kind),
    );
  } else await updateBucket(writers.bucket, name, desired, observed, action.changes);
}
