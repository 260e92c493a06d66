import type { NetworkWriter, RuleRecord } from "../../aws/network-port.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { Outputs, OutputsByTarget } from "../../engine/kind.ts";
import { all } from "../common/ownership.ts";
import { changedTags, type Tags } from "../common/tags.ts";
import { type GroupDesired, kind, type RulesDesired } from "./desired.ts";
import type { GroupState } from "./group.ts";
import { type Direction, everythingOut, type Rule, type Rules, recordOf, rulesByKey } from "./rule.ts";
import type { RulesState } from "./rules.ts";

export function groupOutputs(group: { readonly id: string; readonly name: string }): Outputs {
  return { id: group.id, name: group.name };
}

/** Makes the group with its mark, or goes on with one of ours whose making got no answer. */
export async function createGroup(
  network: NetworkWriter,
  desired: GroupDesired,
  isOurs: (tags: Tags) => boolean,
): Promise<Outputs> {
  const { name, vpcId, description, tags } = desired;
  const made = await network.createGroup({ name, vpcId, description, tags });
  if (made !== "exists") return groupOutputs({ id: made.id, name });
  const existing = (await network.groupsNamed(vpcId, [name]))[0];
  if (existing !== undefined && isOurs(existing.tags)) return groupOutputs(existing);
  throw new Failure({
    code: "NotOwned",
    class: existing === undefined ? "retry" : "terminal",
    message: `security group ${name} exists in ${vpcId} and isn't marked as this fleet's`,
    hint: "Set `network.adopt: true`, or rename that group's users to another one and delete it.",
  });
}

export async function tagGroup(
  network: NetworkWriter,
  observed: GroupState,
  changes: readonly Change[],
): Promise<Outputs> {
  const tags = changedTags(changes);
  if (Object.keys(tags).length > 0) await network.tagGroup(observed.id, tags);
  return groupOutputs(observed);
}

/**
 * What the changes name, and nothing else. New rules come before old ones go, so that what is declared is never closed for a
 * moment: docker-machine opens a closed port to the world.
 */
export async function applyRules(
  network: NetworkWriter,
  desired: RulesDesired,
  observed: RulesState | undefined,
  changes: readonly Change[],
  outputs: OutputsByTarget,
): Promise<void> {
  const idOf = (role: string) => groupId(outputs, role);
  const id = observed?.groupId ?? idOf(desired.role);
  const paths = new Set(changes.map((change) => change.path));
  // Planned on a group that wasn't there: EC2's own first rule came with it.
  const had = observed ?? { ingress: {}, egress: rulesByKey(everythingOut.slice(0, 1), "egress") };
  const named = (direction: Direction, from: Rules, suffix = ""): readonly RuleRecord[] =>
    Object.entries(from)
      .filter(([key]) => paths.has(`${direction}[${key}]${suffix}`))
      .map(([, rule]) => recordOf(rule, idOf));
  await all([
    network.authorize(id, "ingress", named("ingress", desired.ingress)),
    network.authorize(id, "egress", named("egress", desired.egress)),
    network.describe(id, "ingress", named("ingress", desired.ingress, ".description")),
    network.describe(id, "egress", named("egress", desired.egress, ".description")),
  ]);
  const extra = (direction: Direction, from: Rules): readonly Rule[] =>
    Object.entries(from)
      .filter(([key]) => desired[direction][key] === undefined)
      .filter(([key]) => observed === undefined || paths.has(`${direction}[${key}]`))
      .map(([, rule]) => rule);
  await all([
    network.revoke(
      id,
      "ingress",
      extra("ingress", had.ingress).map((rule) => recordOf(rule, idOf)),
    ),
    network.revoke(
      id,
      "egress",
      extra("egress", had.egress).map((rule) => recordOf(rule, idOf)),
    ),
  ]);
}

function groupId(outputs: OutputsByTarget, role: string): string {
  const id = outputs.get(`${kind}/group/${role}`)?.["id"];
  if (id !== undefined) return id;
  throw new Failure({
    code: "DependencyPending",
    class: "retry",
    message: `the id of security group ${role} isn't known yet`,
  });
}
