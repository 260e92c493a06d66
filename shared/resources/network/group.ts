import type { GroupRecord } from "../../aws/network-port.ts";
import type { ActionDraft, Change } from "../../engine/action.ts";
import { ownershipOf } from "../common/ownership.ts";
import { type Tags, tagChanges } from "../common/tags.ts";
import type { GroupDesired, GroupRole } from "./desired.ts";

export type GroupState = {
  readonly type: "group";
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly description: string;
  readonly tags: Tags;
};

export function groupState({ ingress: _in, egress: _out, ...group }: GroupRecord): GroupState {
  return { type: "group", ...group };
}

export interface FoundGroups {
  /** The group that stands for each of the fleet's. */
  readonly chosen: ReadonlyMap<GroupRole, GroupRecord>;
  /** Marked as the fleet's and none of those: of another VPC that the file named before, or a copy with its tags. */
  readonly left: readonly GroupRecord[];
}

/**
 * Which group is which. Name and VPC decide (a VPC has one group of a name), for neither can change: a marked group with
 * another name or in another VPC isn't the one that the file asks for.
 */
export function chooseGroups(
  desired: readonly GroupDesired[],
  marked: readonly GroupRecord[],
  named: readonly GroupRecord[],
): FoundGroups {
  const known = new Map([...named, ...marked].map((group) => [group.id, group]));
  const chosen = new Map(
    desired.flatMap(({ role, name, vpcId }) => {
      const found = [...known.values()].find((group) => group.name === name && group.vpcId === vpcId);
      return found === undefined ? [] : [[role, found] as const];
    }),
  );
  const taken = new Set([...chosen.values()].map((group) => group.id));
  return { chosen, left: marked.filter((group) => !taken.has(group.id)) };
}

export function groupChanges(observed: GroupState | undefined, desired: GroupDesired): readonly Change[] {
  const made: readonly Change[] =
    observed === undefined
      ? [
          { path: "name", to: desired.name },
          { path: "vpcId", to: desired.vpcId },
          { path: "description", to: desired.description },
        ]
      : [];
  return [...made, ...tagChanges(observed?.tags ?? {}, desired.tags)];
}

export function diffGroup(
  target: ActionDraft["target"],
  observed: GroupState | undefined,
  desired: GroupDesired,
  marked: boolean,
): readonly ActionDraft[] {
  const changes = groupChanges(observed, desired);
  if (observed === undefined) {
    const reason = `security group ${desired.name} doesn't exist in ${desired.vpcId}`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none" }];
  }
  const ownership = ownershipOf(marked, desired.adopt);
  if (ownership === "ours" && changes.length === 0) return [];
  const verb = ownership === "ours" ? "update" : "adopt";
  const reason =
    verb === "adopt"
      ? `security group ${desired.name} (${observed.id}) exists and isn't marked as this fleet's`
      : `security group ${desired.name} differs in ${changes.map((change) => change.path).join(", ")}`;
  return [{ target, verb, changes, risk: "safe", reason, ownership }];
}

export function groupDeletion(target: ActionDraft["target"], observed: GroupState): ActionDraft {
  return {
    target,
    verb: "delete",
    changes: [{ path: "id", from: observed.id }],
    risk: "destructive",
    reason: `security group ${observed.name} in ${observed.vpcId} is this fleet's and the file doesn't ask for it`,
    ownership: "ours",
  };
}
