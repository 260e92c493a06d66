import { Failure } from "../shared/engine/failure.ts";
import { serverClock } from "../shared/reconciler/collection.ts";
import type { Reconciler } from "../shared/reconciler/reconciler.ts";
import { readLedger, updateLedger } from "../shared/resources/machines/ledger-object.ts";
import { attestEnd } from "../shared/resources/machines/manager-record.ts";
import { updateHolds } from "../shared/store/holds.ts";

/**
 * A person's word, kept with the name, that managers are gone for good: nobody looked while EC2 still told of them, or a data
 * volume that they left is kept and nobody will read it again. Refused for one that EC2 lists as living.
 */
export async function vouch(
  { store, collection }: Reconciler,
  fleet: string,
  ids: readonly string[],
  by: string,
): Promise<readonly string[]> {
  for (const id of ids) {
    if (!/^i-[0-9a-f]+$/.test(id)) {
      throw new Failure({
        code: "InvalidArgument",
        class: "terminal",
        message: `${JSON.stringify(id)} isn't the id of an instance`,
      });
    }
  }
  const states = await collection.statesOf(ids);
  const living = ids.filter((id) => states[id] !== undefined && states[id] !== "terminated");
  if (living.length > 0) {
    throw new Failure({
      code: "StillThere",
      class: "terminal",
      message: `nothing was written down: EC2 lists ${living.map((id) => `${id} as ${states[id]}`).join(", ")}`,
    });
  }
  await readLedger(store, fleet);
  const at = serverClock(store)();
  // First, so that the next run reads the ledger also where the one before had nothing to collect.
  await updateHolds(store, fleet, (holds) => (holds.vouched === true ? undefined : { ...holds, vouched: true }));
  await updateLedger(store, fleet, (ledger) => ids.reduce((next, id) => attestEnd(next, id, by, at), ledger));
  return ids;
}
