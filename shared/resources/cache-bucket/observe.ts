import type { BucketReader } from "../../aws/bucket-port.ts";
import { wasDenied } from "../../aws/classify.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { failureWhile } from "../../engine/failure.ts";
import { absent, type Observation, present, unknown } from "../../engine/observation.ts";
import { parsePolicy } from "../common/policy-document.ts";
import { isMarked } from "../common/tags.ts";
import type { BucketState } from "./bucket.ts";
import type { BucketDesired } from "./desired.ts";
import { lifecycleState } from "./lifecycle.ts";

type Seen = Observation<BucketState>;

interface Look {
  readonly kind: string;
  readonly fleet: Fleet;
  readonly reader: BucketReader;
  readonly desired: ReadonlyMap<string, BucketDesired>;
  readonly inventory: readonly string[];
  readonly only: readonly string[] | undefined;
}

/** A bucket and all its configurations, side by side. A check of single buckets (`only`) asks first whether they exist. */
export async function observeBuckets(look: Look): Promise<ReadonlyMap<string, Seen>> {
  const names = look.only ?? [...new Set([...look.desired.keys(), ...look.inventory])];
  return new Map(await Promise.all(names.map(async (name) => [name, await see(look, name)] as const)));
}

async function see(look: Look, name: string): Promise<Seen> {
  const owner = look.fleet.spec.accountId;
  try {
    const bucket = await readBucket(
      look.reader,
      name,
      look.fleet.spec.region,
      owner,
      look.only === undefined,
      look.desired.get(name)?.versioning !== undefined,
    );
    if (bucket === undefined) return absent;
    // Remembered, and no longer ours: released, or taken over by somebody.
    if (!look.desired.has(name) && !isMarked(bucket.tags, look.fleet, look.kind)) return absent;
    return present(bucket);
  } catch (error) {
    return unknown(whyOf(error, name));
  }
}

/** S3 says no more than "forbidden", whichever of the two it is. */
function whyOf(error: unknown, name: string): string {
  const failure = failureWhile("observing", error);
  if (!wasDenied(failure)) return failure.message;
  return `bucket ${name} is another account's, or these credentials may not look at it (${failure.message})`;
}

async function readBucket(
  reader: BucketReader,
  name: string,
  region: string,
  owner: string | undefined,
  atOnce: boolean,
  asksVersioning: boolean,
): Promise<BucketState | undefined> {
  const head = reader.head(name, owner);
  const configurations = async () => {
    if (!atOnce && (await head)?.region !== region) return undefined;
    return Promise.all([
      reader.encryption(name, owner),
      reader.publicAccessBlock(name, owner),
      reader.ownership(name, owner),
      reader.lifecycle(name, owner),
      reader.policy(name, owner),
      reader.tags(name, owner),
      asksVersioning ? reader.versioning(name, owner) : undefined,
    ]);
  };
  const [found, read] = await Promise.allSettled([head, configurations()]);
  if (found.status === "rejected") throw found.reason;
  if (found.value === undefined) return undefined;
  const bucket = { name, region: found.value.region, lifecycle: lifecycleState(undefined), tags: {} };
  // Elsewhere nothing else can be asked from here, and nothing else matters.
  if (found.value.region !== region) return bucket;
  if (read.status === "rejected") throw read.reason;
  if (read.value === undefined) return bucket;
  const [encryption, publicAccessBlock, ownership, lifecycle, policy, tags, versioning] = read.value;
  return {
    ...bucket,
    ...(encryption === undefined ? {} : { encryption }),
    ...(publicAccessBlock === undefined ? {} : { publicAccessBlock }),
    ...(ownership === undefined ? {} : { ownership }),
    ...(asksVersioning ? { versioning: versioning ?? false } : {}),
    lifecycle: lifecycleState(lifecycle),
    ...(policy === undefined ? {} : { policy: parsePolicy(policy) }),
    tags: tags ?? {},
  };
}
