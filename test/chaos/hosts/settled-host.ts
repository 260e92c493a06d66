import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { HostTiming } from "../../../sandbox/hosts/host-state.ts";
import { ssmStateKey } from "../../../sandbox/services/ssm/service.ts";
import { compose } from "../../../shared/resources/stack/pins.ts";
import { FleetWorld } from "../../harness/fleet-world.ts";
import { planted, secretNames } from "../../harness/host-fleet.ts";
import { hostsDirectory, type SavedWorld } from "../../harness/saved-world.ts";
import { reconcilerKey } from "../watch.ts";
import { decorate } from "./decoration.ts";
import { HostPerson } from "./host-person.ts";
import { firstShape, hostFileOf } from "./shape.ts";
import { plantStrangers } from "./strangers.ts";

/** A GitLab that takes its time only makes more runs that wait. */
const quick: HostTiming = { gitlabFirstBoot: 60_000, gitlabBoot: 30_000, gitlabMigrations: 60_000 };

export const artifacts = { [compose.x86_64.url]: compose.x86_64.sha256 };

/**
 * A fleet whose host, services and runners are as declared, with things of others beside and upon its own: every life begins
 * here. It takes a minute to make, and a moment to go on from. Remove its directory in the end.
 */
export async function settledHost(): Promise<SavedWorld> {
  const directory = hostsDirectory();
  const world = await FleetWorld.open({ hosts: { artifacts, directory } });
  if (world.hosts !== undefined) world.hosts.state.timing = quick;
  const ssm = new SSMClient(world.settings());
  for (const name of secretNames) {
    const Name = `/fleetkeeper/acme/secrets/${name}`;
    await ssm.send(new PutParameterCommand({ Name, Value: planted(name), Type: "SecureString" }));
  }
  await world.push(await world.reconciler(), "acme", await hostFileOf(firstShape), 1);
  await untilQuiet(world);
  const person = new HostPerson(world);
  await plantStrangers(person);
  await decorate(person);
  await untilQuiet(world);
  // What was asked and answered on the way would only be copied again and again.
  const { commands, invocations } = world.sandbox.state(ssmStateKey());
  for (const id of Object.keys(commands)) {
    delete commands[id];
    delete invocations[id];
  }
  const saved = { at: world.clock.now(), snapshot: world.sandbox.snapshot(), directory };
  await world.close();
  return saved;
}

async function untilQuiet(world: FleetWorld): Promise<void> {
  for (let runs = 0; runs < 12; runs += 1) {
    await world.clock.sleep(3 * 60_000);
    const { end, actions } = await world.run(await world.reconciler(undefined, "test", {}, reconcilerKey), "acme");
    if (end === "Ready" && actions.length === 0) return;
  }
  throw new Error("the fleet that lives begin with doesn't become Ready");
}
