import type { Runners } from "../../desired/runners/runners-schema.ts";
import { isAmazon, type Surroundings } from "./surroundings.ts";

/** A fleet whose declared zone isn't its subnet's: EC2 would refuse every machine. */
export interface ZoneMismatch {
  readonly fleet: string;
  readonly subnet: string;
  readonly declared: string;
  readonly actual: string;
}

/** What only a look at the subnets can tell. A subnet that wasn't looked up is no mismatch. */
export function zoneMismatches(
  { fleets }: Runners,
  { zones, machineSubnetId }: Pick<Surroundings, "zones" | "machineSubnetId">,
): readonly ZoneMismatch[] {
  return fleets.flatMap((fleet): ZoneMismatch[] => {
    if (fleet.executor !== "docker+machine" || !isAmazon(fleet)) return [];
    const subnet = fleet.machine.subnetId ?? machineSubnetId;
    const declared = fleet.machine.zone;
    const actual = zones[subnet];
    if (declared === undefined || actual === undefined || declared === actual) return [];
    return [{ fleet: fleet.name, subnet, declared, actual }];
  });
}
