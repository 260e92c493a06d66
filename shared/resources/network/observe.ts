import type { GroupRecord, NetworkReader } from "../../aws/network-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { failureWhile } from "../../engine/failure.ts";
import { absent, type Observation, present, unknown } from "../../engine/observation.ts";
import { isMarked, markOf } from "../common/tags.ts";
import { type GroupDesired, type GroupRole, groupRoles, kind, type NetworkDesired } from "./desired.ts";
import { chooseGroups, type FoundGroups, type GroupState, groupState } from "./group.ts";
import { type RulesState, rulesState } from "./rules.ts";

export type NetworkState = GroupState | RulesState;

type Seen = Observation<NetworkState>;

/** A group of ours that the file doesn't ask for, by its id: `stale-group/sg-0a1b2c3d`. */
const stale = "stale-group/";

interface Look {
  readonly fleet: Fleet;
  readonly reader: NetworkReader;
  readonly desired: ReadonlyMap<string, NetworkDesired>;
  readonly inventory: readonly string[];
  readonly only: readonly string[] | undefined;
}

/**
 * Two listings, side by side as long as nothing is there: groups with the fleet's mark, wherever they are, and groups with
 * its names, whosever they are. A group is nothing but what both say; if one fails, all is unknown.
 */
export async function observeNetwork(look: Look): Promise<ReadonlyMap<string, Seen>> {
  const names = look.only ?? [...new Set([...look.desired.keys(), ...look.inventory])];
  const groups = [...look.desired.values()].filter((each): each is GroupDesired => each.type === "group");
  try {
    const { vpcId } = look.fleet.spec.network;
    const byMark = look.reader.groupsTagged(markOf(look.fleet, kind));
    // A fleet that has been made is found by its marks alone; only what those don't show is asked for by name.
    const known = look.only === undefined && groups.every(({ role }) => look.inventory.includes(`group/${role}`));
    const first = known ? chooseGroups(groups, await byMark, []).chosen : new Map<GroupRole, GroupRecord>();
    const unseen = groups.filter(({ role }) => !first.has(role)).map(({ name }) => name);
    const [marked, named] = await Promise.all([
      byMark,
      unseen.length === 0 ? [] : look.reader.groupsNamed(vpcId, unseen),
    ]);
    const found = chooseGroups(groups, marked, named);
    const left = look.only === undefined ? found.left.map((group) => `${stale}${group.id}`) : [];
    return new Map([...new Set([...names, ...left])].map((name) => [name, seen(look.fleet, found, name)]));
  } catch (error) {
    const why = unknown(failureWhile("observing", error).message);
    return new Map(names.map((name) => [name, why]));
  }
}

function seen(fleet: Fleet, found: FoundGroups, name: string): Seen {
  const group = groupOf(found, name);
  if (group === undefined) return absent;
  if (!name.startsWith("rules/")) return present(groupState(group));
  const rules = rulesState(group, isMarked(group.tags, fleet, kind), namesById(found));
  return rules === undefined ? absent : present(rules);
}

function groupOf(found: FoundGroups, name: string): GroupRecord | undefined {
  if (name.startsWith(stale)) return found.left.find((group) => name === `${stale}${group.id}`);
  const role = groupRoles.find((each) => name === `group/${each}` || name === `rules/${each}`);
  return role && found.chosen.get(role);
}

function namesById(found: FoundGroups): ReadonlyMap<string, string> {
  return new Map([...found.chosen].map(([role, group]) => [group.id, role]));
}
