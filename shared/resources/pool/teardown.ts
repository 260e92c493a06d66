import type { Fleet } from "../../desired/fleet.ts";
import type { KindTeardown } from "../../engine/kind.ts";
import { fleetTag, isMarked } from "../common/tags.ts";
import { kind, type PoolDesired } from "./desired.ts";
import { groupDeletion } from "./group.ts";
import type { PoolState } from "./observe.ts";
import { templateDeletion } from "./template.ts";

/** A group with what is left in it, which Auto Scaling ends; then its template. */
export const poolTeardown: KindTeardown<Fleet, PoolDesired, PoolState> = {
  diff({ fleet, name, observed }) {
    if (!isMarked(observed.tags, fleet, kind)) return [];
    const target = { kind, name };
    return observed.type === "group" ? groupDeletion(target, observed) : [templateDeletion(target, observed)];
  },
  identity: (_name, observed) => ({
    id: observed.type === "group" ? observed.name : observed.id,
    fleet: observed.tags[fleetTag] ?? null,
  }),
};
