import { Person } from "../../cli/demo/person.ts";
import type { FleetWorld } from "../harness/fleet-world.ts";

/** Everything that the demo's person does to the sample fleet by hand. */
export async function drift(world: FleetWorld): Promise<void> {
  const person = new Person(world.settings());
  for (const { cause } of person.drifts("acme", "acme-gitlab-cache", "acme-machine")) await cause();
}
