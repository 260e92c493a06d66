import type { FleetIdentity } from "./evidence.ts";
import type { Ledger } from "./ledger.ts";

/** What the file and the run say of the fleet whose machines are looked for. */
export interface CollectedFleet {
  readonly name: string;
  readonly gracePeriod: number;
  readonly profileArns: readonly string[];
  readonly groupIds: readonly string[];
  /** Whether the file declares runners: a manager that doesn't run will, then. */
  readonly wantsRunner: boolean;
  /** Where docker-machine's state is on a host. */
  readonly machinesPath: string;
  readonly mount: string;
}

/** What the file says of a fleet's machines, and what the ledger remembers of them. */
export function identityOf(fleet: CollectedFleet, { identity }: Ledger): FleetIdentity {
  return {
    name: fleet.name,
    gracePeriod: fleet.gracePeriod,
    profileArns: [...new Set([...fleet.profileArns, ...identity.profileArns])],
    groupIds: [...new Set([...fleet.groupIds, ...identity.groupIds])],
    hostVolumes: identity.hostVolumes,
    templates: identity.templates,
  };
}
