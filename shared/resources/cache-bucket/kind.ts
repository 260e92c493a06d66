import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ApplyContext, Kind } from "../../engine/kind.ts";
import { createBucket, deleteBucket, releaseBucket, updateBucket } from "./apply.ts";
import { type BucketState, diffBucket, diffLeftBucket, isOurs } from "./bucket.ts";
import { type BucketDesired, bucketDesired, kind } from "./desired.ts";
import { observeBuckets } from "./observe.ts";

type BucketWriters = Pick<Writers, "bucket">;

/** The runners' cache: docs/kinds.md says what is compared, what is left, and how a bucket ends. */
export const cacheBucketKind: Kind<Fleet, Pick<Readers, "bucket">, BucketWriters, BucketDesired, BucketState> = {
  kind,
  after: [],
  desired: bucketDesired,
  observe: ({ fleet, readers, inventory, only }) =>
    observeBuckets({ fleet, reader: readers.bucket, desired: bucketDesired(fleet), inventory, only }),
  diff({ fleet, name, desired, observed }) {
    const target = { kind, name };
    if (desired !== undefined) {
      return diffBucket(target, observed, desired, observed !== undefined && isOurs(observed.tags, fleet));
    }
    return observed === undefined ? [] : diffLeftBucket(target, observed, fleet);
  },
  async apply(context) {
    await apply(context);
    return { state: "done" };
  },
  outputs: (name, observed) => ({ name, region: observed.region }),
  health: () => ({ status: "Healthy" }),
};

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
    await createBucket(writers.bucket, name, desired, action.changes, (tags) => isOurs(tags, fleet));
  } else await updateBucket(writers.bucket, name, desired, observed, action.changes);
}
