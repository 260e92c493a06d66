import type { Fleet } from "../../desired/fleet.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { fleetTag, isMarked } from "../common/tags.ts";
import { kind, type NetworkDesired } from "./desired.ts";
import type { NetworkState } from "./observe.ts";

/** A group's rules go with it. */
export const networkTeardown: KindTeardown<Fleet, NetworkDesired, NetworkState> = {
  diff({ fleet, name, observed }) {
    if (observed.type === "rules" || !isMarked(observed.tags, fleet, kind)) return [];
    return [
      {
        target: { kind, name },
        verb: "delete",
        changes: [{ path: "id", from: observed.id }],
        risk: "destructive",
        reason: `security group ${observed.name} in ${observed.vpcId} is this fleet's`,
        ownership: "ours",
      },
    ];
  },
  identity: (_name, observed) =>
    observed.type === "rules"
      ? { groupId: observed.groupId }
      : { id: observed.id, fleet: observed.tags[fleetTag] ?? null },
};
