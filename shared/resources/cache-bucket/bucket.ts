import type { BucketEncryption, PublicAccessBlock } from "../../aws/bucket-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ActionDraft, Change } from "../../engine/action.ts";
import { fieldChange } from "../common/field-change.ts";
import { ownershipOf } from "../common/ownership.ts";
import { policyChanges } from "../common/policy-diff.ts";
import type { Policy } from "../common/policy-document.ts";
import { fleetTag, isMarked, type Tags, tagChanges } from "../common/tags.ts";
import { type BucketDesired, deletionTag, type EncryptionDesired, releasedTag } from "./desired.ts";
import { type LifecycleState, lifecycleChanges } from "./lifecycle.ts";

/** Of a bucket in another region than the file's nothing is read but that. */
export type BucketState = {
  readonly name: string;
  readonly region: string;
  readonly encryption?: BucketEncryption;
  readonly publicAccessBlock?: PublicAccessBlock;
  readonly ownership?: string;
  /** Read only of buckets that are to have versions. */
  readonly versioning?: boolean;
  readonly lifecycle: LifecycleState;
  readonly policy?: Policy;
  readonly tags: Tags;
};

/** The one comparison: what it doesn't name, apply doesn't write. */
export function bucketChanges(observed: BucketState | undefined, desired: BucketDesired): readonly Change[] {
  return [
    ...fieldChange("region", observed?.region, desired.region),
    ...encryptionChanges(observed?.encryption, desired.encryption),
    ...blockChanges(observed?.publicAccessBlock, desired.publicAccessBlock),
    ...fieldChange("ownership", observed?.ownership, desired.ownership),
    ...(desired.versioning === undefined ? [] : fieldChange("versioning", observed?.versioning, desired.versioning)),
    ...lifecycleChanges(observed?.lifecycle.ours ?? {}, desired.lifecycle),
    ...policyChanges("policy", observed?.policy, desired.policy),
    ...tagChanges(observed?.tags ?? {}, desired.tags),
    ...takenUpAgain(observed?.tags[releasedTag]),
  ];
}

function takenUpAgain(released: string | undefined): readonly Change[] {
  return released === undefined ? [] : [{ path: `tags[${releasedTag}]`, from: released }];
}

export function isOurs(tags: Tags, fleet: Fleet, kind: string): boolean {
  return isMarked(tags, fleet, kind) || isReleased(tags, fleet);
}

/** Let go of by this fleet, and not taken up again. */
export function isReleased(tags: Tags, fleet: Fleet): boolean {
  return tags[releasedTag] === fleet.metadata.name && tags[fleetTag] === undefined;
}

export function diffBucket(
  target: ActionDraft["target"],
  observed: BucketState | undefined,
  desired: BucketDesired,
  ours: boolean,
): readonly ActionDraft[] {
  const changes = bucketChanges(observed, desired);
  if (observed === undefined) {
    const reason = `bucket ${target.name} doesn't exist`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none" }];
  }
  if (observed.region !== desired.region) return [wrongRegion(target, observed, desired)];
  const ownership = ownershipOf(ours, desired.adopt);
  if (ownership === "ours" && changes.length === 0) return [];
  const verb = ownership === "ours" ? "update" : "adopt";
  const reason =
    verb === "adopt"
      ? `bucket ${target.name} exists and isn't marked as this fleet's`
      : `bucket ${target.name} differs in ${[...new Set(changes.map(({ path }) => path.split(/[.[]/)[0]))].join(", ")}`;
  return [{ target, verb, changes, risk: "safe", reason, ownership }];
}

function wrongRegion(target: ActionDraft["target"], observed: BucketState, desired: BucketDesired): ActionDraft {
  return {
    target,
    verb: "replace",
    changes: fieldChange("region", observed.region, desired.region),
    risk: "destructive",
    reason: `bucket ${target.name} is in ${observed.region}`,
    ownership: "foreign",
    refused: `A bucket can't move: give another bucket name, or delete ${target.name} in ${observed.region} yourself.`,
  };
}

/** The file no longer names it. What the bucket's own tag says decides; without a clear word it is kept. */
export function diffLeftBucket(
  target: ActionDraft["target"],
  observed: BucketState,
  fleet: Fleet,
): readonly ActionDraft[] {
  if (!isMarked(observed.tags, fleet, target.kind)) return [];
  if (observed.tags[deletionTag] === "Delete") {
    return [
      {
        target,
        verb: "delete",
        changes: [{ path: "name", from: observed.name }],
        risk: "destructive",
        reason: `the file no longer names bucket ${observed.name}, whose deletionPolicy was Delete`,
        ownership: "ours",
      },
    ];
  }
  return [
    {
      target,
      verb: "update",
      changes: [
        { path: `tags[${fleetTag}]`, from: fleet.metadata.name },
        { path: `tags[${releasedTag}]`, to: fleet.metadata.name },
      ],
      risk: "safe",
      reason: `the file no longer names bucket ${observed.name}; its deletionPolicy is Retain, so it is released and kept`,
      ownership: "ours",
    },
  ];
}

function encryptionChanges(from: BucketEncryption | undefined, to: EncryptionDesired): readonly Change[] {
  return [
    ...fieldChange("encryption.algorithm", from?.algorithm, to.algorithm),
    ...(to.key === undefined || sameKey(from?.key, to.key) ? [] : fieldChange("encryption.key", from?.key, to.key)),
    ...(to.bucketKey === undefined ? [] : fieldChange("encryption.bucketKey", from?.bucketKey, to.bucketKey)),
  ];
}

/** A key by its id or ARN, an alias by its name or ARN. Which key an alias points to isn't asked. */
function sameKey(from: string | undefined, to: string): boolean {
  if (from === undefined) return false;
  if (from.startsWith("arn:") && to.startsWith("arn:")) return from === to;
  const named = (key: string) => key.replace(/^arn:[^:]+:kms:[^:]+:[^:]+:(?:key\/)?/, "");
  return named(from) === named(to);
}

function blockChanges(from: PublicAccessBlock | undefined, to: PublicAccessBlock): readonly Change[] {
  const fields = ["blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets"] as const;
  // No configuration blocks nothing; said as absent, so that it reads as the removal that it was.
  return fields.flatMap((field) => fieldChange(`publicAccessBlock.${field}`, from?.[field], to[field]));
}
