import type { MachinesReader } from "../../aws/machines-port.ts";
import { type CollectedFleet, identityOf } from "./identity.ts";
import type { Ledger } from "./ledger.ts";
import { type Machine, tag } from "./machine.ts";
import { foreignness } from "./ownership.ts";
import { machineKinds } from "./rules.ts";
import type { Foreign } from "./verdict.ts";

/** What a person may mean by an instance id: a machine of this fleet, or why it is none. */
export type Whose =
  | { readonly of: "this-fleet" }
  | { readonly of: "nobody"; readonly why: string }
  | { readonly of: "somebody-else"; readonly reason: Foreign }
  | { readonly of: "another-kind"; readonly kind: string };

/** Tells whose an instance is by EC2 alone, as collection does, whatever keep tag or mark it carries. */
export async function whoseIs(
  machines: Pick<MachinesReader, "instances" | "instanceStates" | "spotRequests">,
  fleet: CollectedFleet,
  ledger: Ledger,
  id: string,
): Promise<Whose> {
  const listed = (await machines.instances()).find((one) => one.id === id);
  if (listed === undefined) {
    const state = (await machines.instanceStates([id]))[id];
    return { of: "nobody", why: state === undefined ? `EC2 tells of no instance ${id}` : `${id} is ${state}` };
  }
  const machine = withRequestTags(listed, await machines.spotRequests());
  const kind = machine.tags[tag.kind];
  if (kind !== undefined && !machineKinds.has(kind)) return { of: "another-kind", kind };
  const { templates, ...identity } = identityOf(fleet, ledger);
  const reason = foreignness(machine, { ...identity, templates: new Set(templates) });
  return reason === undefined ? { of: "this-fleet" } : { of: "somebody-else", reason };
}

function withRequestTags(machine: Machine, requests: Awaited<ReturnType<MachinesReader["spotRequests"]>>): Machine {
  const request = requests.find(({ id }) => id === machine.spotRequestId);
  return request === undefined ? machine : { ...machine, requestTags: request.tags };
}
