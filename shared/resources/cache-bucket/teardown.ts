import type { Fleet } from "../../desired/fleet.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { fleetTag, isMarked } from "../common/tags.ts";
import type { BucketState } from "./bucket.ts";
import { type BucketDesired, deletionTag } from "./desired.ts";

/**
 * A bucket goes only where `--data` is given and its deletionPolicy is Delete, by the file and, where the file names it no
 * more, by the bucket's own tag. Else it stays as it is, mark and all: a fleet of the same name takes it up again.
 */
export function bucketTeardown(kind: string): KindTeardown<Fleet, BucketDesired, BucketState> {
  return {
    diff({ fleet, name, desired, observed, data }) {
      const policy = (desired?.tags ?? observed.tags)[deletionTag];
      if (!isMarked(observed.tags, fleet, kind) || !data || policy !== "Delete") return [];
      return [
        {
          target: { kind, name },
          verb: "delete",
          changes: [{ path: "name", from: observed.name }],
          risk: "destructive",
          reason: `bucket ${observed.name} is this fleet's, and its deletionPolicy is Delete`,
          ownership: "ours",
        },
      ];
    },
    identity: (_name, { name, region, tags }) => ({ name, region, fleet: tags[fleetTag] ?? null }),
  };
}
