import type { Fleet } from "../../desired/fleet.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { fleetTag, isMarked } from "../common/tags.ts";
import { type IamDesired, kind } from "./desired.ts";
import type { IamState } from "./observe.ts";

/** Profiles first: IAM deletes no role that one holds. What lacks our mark is somebody else's, whatever its name. */
export const iamTeardown: KindTeardown<Fleet, IamDesired, IamState> = {
  diff({ fleet, name, observed }) {
    if (!isMarked(observed.tags, fleet, kind)) return [];
    const profile = name.replace(/^(stale-)?role\//, "$1profile/");
    return [
      {
        target: { kind, name },
        verb: "delete",
        changes: [{ path: "arn", from: observed.arn }],
        risk: "destructive",
        reason: `${observed.type === "role" ? "role" : "instance profile"} ${observed.name} is this fleet's`,
        ownership: "ours",
        ...(observed.type === "role" ? { needs: [{ kind, name: profile }] } : {}),
      },
    ];
  },
  identity: (_name, { arn, id, tags }) => ({ arn, id, fleet: tags[fleetTag] ?? null }),
};
