import type { Direction, GroupRecord, NetworkWriter, RuleRecord } from "../../aws/network-port.ts";
import { Failure } from "../../engine/failure.ts";
import type { Tags } from "../common/tags.ts";
import type { GroupState } from "./group.ts";

/**
 * Deletes a group that nothing is in. EC2 deletes none that another group's rule names, and a fleet's groups name each other:
 * those rules go first. Without an interface in it the group lets nobody in or out anywhere, so they allow nothing.
 * @param mark of the groups whose rules are ours to take away
 */
export async function deleteGroup(network: NetworkWriter, { id, name, vpcId }: GroupState, mark: Tags): Promise<void> {
  const [interfaces, ours] = await Promise.all([network.interfacesIn(id), network.groupsTagged(mark)]);
  const first = interfaces[0];
  if (first !== undefined) {
    const of = first.instance === undefined ? "" : ` of ${first.instance}`;
    const more = interfaces.length > 1 ? ` and ${interfaces.length - 1} more` : "";
    throw new Failure({
      code: "InUse",
      class: "retry",
      message: `security group ${name} (${id}) in ${vpcId} is used: a network interface is in it (${first.id}${of}${more})`,
      hint: "Take it out of there, or terminate what it belongs to; then approve the deletion again, or go on with `fleetkeeper destroy`.",
    });
  }
  for (const group of ours) {
    if (group.id === id) continue;
    await revokeNaming(network, group, "ingress", id);
    await revokeNaming(network, group, "egress", id);
  }
  await network.deleteGroup(id);
}

async function revokeNaming(network: NetworkWriter, group: GroupRecord, direction: Direction, id: string) {
  const rules = group[direction].filter(({ peer }: RuleRecord) => "group" in peer && peer.group === id);
  try {
    await network.revoke(group.id, direction, rules);
  } catch (error) {
    // It went meanwhile, and its rules with it.
    if (!(error instanceof Failure) || error.code !== "NotFound") throw error;
  }
}
