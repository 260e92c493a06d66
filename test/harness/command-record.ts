import type { FleetWorld } from "./fleet-world.ts";

/** What Systems Manager keeps of every command and its output, as text to search. Throws where it keeps none. */
export function commandRecord({ sandbox }: Pick<FleetWorld, "sandbox">): string {
  const state = Object.entries(sandbox.states.dump()["ssm/eu-central-1"] ?? {});
  const record = JSON.stringify(state.filter(([part]) => part === "commands" || part === "invocations"));
  if (!record.includes("fleetkeeper-")) throw new Error("Systems Manager keeps no command");
  return record;
}
