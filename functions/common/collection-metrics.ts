import type { CollectionSummary } from "../../shared/resources/machines/summary.ts";
import type { MetricValues } from "./metrics.ts";

/** What a look for orphans says in numbers. Nothing where EC2 didn't list every instance: none is no number. Pure. */
export function collectionMetrics({
  at,
  machines,
  leftovers,
  oldestMark,
  unknownTooLong,
}: CollectionSummary): MetricValues {
  if (at === 0) return {};
  return {
    MachinesKnown: machines.known,
    MachinesBusy: machines.busy,
    MachinesYoung: machines.young,
    MachinesProtected: machines.protected,
    MachinesUnknown: machines.unknown,
    MachinesUnknownLong: unknownTooLong,
    MachinesStranded: machines.stranded,
    MachinesSuspect: machines.suspect,
    Leftovers: leftovers,
    OldestOrphan: Math.round(oldestMark / 1000),
  };
}
