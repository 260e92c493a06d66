import type { GroupRecord } from "../../aws/network-port.ts";
import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import { ownershipOf } from "../common/ownership.ts";
import { kind, type RulesDesired } from "./desired.ts";
import { type Direction, isEverythingOut, type Rules, ruleOf, rulesByKey } from "./rule.ts";

export type RulesState = {
  readonly type: "rules";
  readonly groupId: string;
  /** Whether the group carries the fleet's mark. */
  readonly marked: boolean;
  readonly ingress: Rules;
  readonly egress: Rules;
};

/**
 * Undefined for a group as EC2 makes it, with nothing but the rule that lets everything out: it has no rules yet. So a group
 * made in this run doesn't change what its rules were planned on.
 */
export function rulesState(
  group: GroupRecord,
  marked: boolean,
  ours: ReadonlyMap<string, string>,
): RulesState | undefined {
  const ingress = group.ingress.map((rule) => ruleOf(rule, ours));
  const egress = group.egress.map((rule) => ruleOf(rule, ours));
  const fresh = ingress.length === 0 && egress.length > 0 && egress.every(isEverythingOut);
  if (fresh && marked) return undefined;
  return {
    type: "rules",
    groupId: group.id,
    marked,
    ingress: rulesByKey(ingress, "ingress"),
    egress: rulesByKey(egress, "egress"),
  };
}

/** Rules are owned whole: one that isn't declared is drift, for a rule too many is a way in. */
export function ruleChanges(observed: Pick<RulesState, Direction> | undefined, desired: RulesDesired) {
  return [
    ...changesOf("ingress", observed?.ingress ?? {}, desired.ingress),
    ...changesOf("egress", observed?.egress ?? {}, desired.egress),
  ];
}

function changesOf(direction: Direction, observed: Rules, desired: Rules): readonly Change[] {
  const keys = [...new Set([...Object.keys(desired), ...Object.keys(observed)])];
  return keys.flatMap((key): readonly Change[] => {
    const [had, wants] = [observed[key], desired[key]];
    const path = `${direction}[${key}]`;
    if (had === undefined) return wants === undefined ? [] : [{ path, to: { description: wants.description } }];
    if (wants === undefined) return [{ path, from: { description: had.description } }];
    if (had.description === wants.description) return [];
    return [{ path: `${path}.description`, from: had.description, to: wants.description }];
  });
}

export function diffRules(
  target: Target,
  observed: RulesState | undefined,
  desired: RulesDesired,
): readonly ActionDraft[] {
  const changes = ruleChanges(observed, desired);
  if (changes.length === 0) return [];
  const needs = [desired.role, ...groupsNamedIn(desired)].map((role) => ({ kind, name: `group/${role}` }));
  if (observed === undefined) {
    const reason = `security group ${desired.groupName} has no rules yet`;
    return [{ target, verb: "create", changes, risk: "safe", reason, ownership: "none", needs }];
  }
  const reason = reasonOf(desired, changes);
  const ownership = ownershipOf(observed.marked, desired.adopt);
  return [{ target, verb: "update", changes, risk: "safe", reason, ownership, needs }];
}

function reasonOf(desired: RulesDesired, changes: readonly Change[]): string {
  const extra = changes.filter((change) => change.to === undefined);
  const missing = changes.filter((change) => change.from === undefined);
  const parts = [
    ...(extra.length === 0 ? [] : [`allows ${extra.map(ruleText).join(", ")}, which the file doesn't declare`]),
    ...(missing.length === 0 ? [] : [`lacks ${missing.map(ruleText).join(", ")}`]),
    ...(extra.length + missing.length === changes.length ? [] : ["describes its rules otherwise"]),
  ];
  return `security group ${desired.groupName} ${parts.join(", and ")}`;
}

function ruleText({ path }: Change): string {
  return path.replace(/^(ingress|egress)\[(.*)\]$/, "$2");
}

function groupsNamedIn(desired: RulesDesired): readonly string[] {
  const peers = [...Object.values(desired.ingress), ...Object.values(desired.egress)].map((rule) => rule.peer);
  return [...new Set(peers)].filter((peer) => peer.startsWith("@")).map((peer) => peer.slice(1));
}
