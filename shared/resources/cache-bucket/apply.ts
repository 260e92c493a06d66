import type { BucketWriter } from "../../aws/bucket-port.ts";
import { wasDenied } from "../../aws/classify.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import { renderPolicy } from "../common/policy-document.ts";
import { type Tags, tagsAfter } from "../common/tags.ts";
import type { BucketState } from "./bucket.ts";
import type { BucketDesired } from "./desired.ts";
import { lifecycleWith } from "./lifecycle.ts";

/** Makes the bucket with its mark, or goes on with one of ours that an earlier attempt left half-made. */
export async function createBucket(
  writer: BucketWriter,
  name: string,
  desired: BucketDesired,
  changes: readonly Change[],
  isOurs: (tags: Tags) => boolean,
): Promise<void> {
  const made = await writer.create({ name, region: desired.region, tags: desired.tags });
  if (made === "exists") await checkOurs(writer, name, desired, isOurs);
  const inCall = made === "created" ? /^(?:region$|ownership$|tags\[)/ : /^(?:region$|tags\[)/;
  await updateBucket(
    writer,
    name,
    desired,
    undefined,
    changes.filter((change) => !inCall.test(change.path)),
  );
}

async function checkOurs(
  writer: BucketWriter,
  name: string,
  desired: BucketDesired,
  isOurs: (tags: Tags) => boolean,
): Promise<void> {
  const tags = await tagsIfOurs(writer, name, desired.owner);
  if (tags !== undefined && isOurs(tags)) return;
  throw new Failure({
    code: "NotOwned",
    class: "terminal",
    message: `the bucket name ${name} is taken, by this account or by another`,
    hint: "Set `adopt: true` beside its name if it is this account's and meant for the fleet; else give another name.",
  });
}

/** Undefined where S3 doesn't let us look: another account's. */
async function tagsIfOurs(writer: BucketWriter, name: string, owner: string | undefined): Promise<Tags | undefined> {
  try {
    return await writer.tags(name, owner);
  } catch (error) {
    if (wasDenied(error)) return undefined;
    throw error;
  }
}

/**
 * Writes what the changes name, and nothing else, one after the other: S3 refuses a change of a bucket while another is under
 * way (OperationAborted). What lets nobody in comes first.
 */
export async function updateBucket(
  writer: BucketWriter,
  name: string,
  desired: BucketDesired,
  observed: BucketState | undefined,
  changes: readonly Change[],
): Promise<void> {
  const { owner } = desired;
  const touched = new Set(changes.map((change) => change.path.split(/[.[]/)[0]));
  const tags = tagsAfter(observed?.tags ?? {}, changes);
  // The mark first: what is then left half-done is recognised as ours.
  if (tags !== undefined) await writer.putTags(name, tags, owner);
  if (touched.has("publicAccessBlock")) await writer.putPublicAccessBlock(name, desired.publicAccessBlock, owner);
  if (touched.has("ownership")) await writer.putOwnership(name, desired.ownership, owner);
  if (touched.has("policy")) await writer.putPolicy(name, renderPolicy(desired.policy), owner);
  if (touched.has("encryption")) {
    const { algorithm, key, bucketKey } = desired.encryption;
    const rest = observed?.encryption?.rest ?? {};
    const kept = bucketKey ?? observed?.encryption?.bucketKey ?? false;
    await writer.putEncryption(
      name,
      { algorithm, ...(key === undefined ? {} : { key }), bucketKey: kept, rest },
      owner,
    );
  }
  if (touched.has("versioning")) await writer.enableVersioning(name, owner);
  if (touched.has("lifecycle")) {
    await writer.putLifecycle(name, lifecycleWith(observed?.lifecycle, desired.lifecycle), owner);
  }
}

/** Takes our mark off and leaves all else. */
export async function releaseBucket(
  writer: BucketWriter,
  observed: BucketState,
  changes: readonly Change[],
  owner: string | undefined,
): Promise<void> {
  const tags = tagsAfter(observed.tags, changes);
  if (tags !== undefined) await writer.putTags(observed.name, tags, owner);
}

/** Only an empty one: Fleetkeeper never empties a bucket. */
export async function deleteBucket(
  writer: BucketWriter,
  observed: BucketState,
  owner: string | undefined,
): Promise<void> {
  try {
    await writer.delete(observed.name, owner);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "InUse") throw error;
    throw new Failure({
      code: "InUse",
      class: "terminal",
      message: `bucket ${observed.name} isn't empty, and Fleetkeeper never empties a bucket`,
      hint: `Empty it yourself (aws s3 rm --recursive s3://${observed.name}, old versions and unfinished uploads included), then reconcile with --force.`,
      cause: error,
    });
  }
}
