import type { NetworkReader } from "../../aws/network-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { iamPath } from "../../desired/names.ts";
import { partitionOf } from "../common/arn.ts";
import { fleetTag, kindTag, nameTag } from "../common/tags.ts";
import type { CollectedFleet } from "./identity.ts";
import type { CollectionPolicy } from "./policy.ts";

/** Where a host keeps what docker-machine knows. */
export interface HostLayout {
  readonly machinesPath: string;
  readonly mount: string;
}

/**
 * What collection must know of a fleet to tell its machines from others'. Without the account's id no profile could be
 * compared by equality, so it is asked for.
 */
export async function collectedFleet(
  fleet: Fleet,
  account: string,
  network: NetworkReader,
  layout: HostLayout,
): Promise<CollectedFleet> {
  const { name } = fleet.metadata;
  const { region, iam, garbageCollection } = fleet.spec;
  const groups = await network.groupsTagged({ [fleetTag]: name, [kindTag]: "network", [nameTag]: "group/machine" });
  const profile = `instance-profile${iamPath(name)}${iam.machineRole.name}`;
  return {
    name,
    gracePeriod: garbageCollection.gracePeriod,
    profileArns: [`arn:${partitionOf(region)}:iam::${account}:${profile}`],
    groupIds: groups.map(({ id }) => id),
    wantsRunner: fleet.spec.runners !== undefined,
    ...layout,
  };
}

/** What the file says of collection. A fleet that only observes only reports. */
export function policyOf(fleet: Fleet): CollectionPolicy {
  const { mode, gracePeriod, perRunMaximum, fuse } = fleet.spec.garbageCollection;
  return { mode: fleet.spec.mode === "Enforce" ? mode : "report", gracePeriod, perRunMaximum, fuse };
}
