import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { CollectedWorld } from "../../resources/machines/collected-world.ts";

/** A fleet of two managers, one of which is gone for good, at the moment when somebody should collect. */
export interface Scene {
  readonly world: CollectedWorld;
  /** The manager that was lost or is about to go. */
  readonly manager: string;
  /** Machines that nobody will ever use again: those with their tags, and those that lost their manager before they got any. */
  readonly orphans: { readonly tagged: readonly string[]; readonly untagged: readonly string[] };
  /** Machines that run a job. */
  readonly busy: readonly string[];
  /** Machines that are none of this fleet's business. */
  readonly others: readonly string[];
}

const counts = { known: 40, tagged: 12, untagged: 4, dropped: 4, busy: 6, others: 5 };

/** A manager's instance and volume are gone; another one lives, and has lost some of its machines itself. */
export async function lostManager(): Promise<Scene> {
  const world = await CollectedWorld.open();
  const living = await world.addHost();
  const lost = await world.addHost();
  await machinesOf(world, living, counts.known);
  const tagged = await machinesOf(world, lost, counts.tagged);
  const untagged = await machinesOf(world, lost, counts.untagged, false);
  const dropped = await machinesOf(world, living, counts.dropped);
  const others = await strangers(world);
  // The fleet is looked at while everything is well, so that the manager and its volume are on record.
  await world.run();
  await world.terminateHost(lost, true);
  for (const id of dropped) world.drop(living, id);
  return { world, manager: lost, orphans: { tagged: [...tagged, ...dropped], untagged }, busy: [], others };
}

/** A manager is about to be replaced and still has jobs: the moment of an Auto Scaling life cycle hook. */
export async function terminatingManager(): Promise<Scene> {
  const world = await CollectedWorld.open();
  const manager = await world.addHost();
  const busy = await machinesOf(world, manager, counts.busy);
  for (const id of busy) world.containers.add(id);
  const others = await strangers(world);
  await world.run();
  return { world, manager, orphans: { tagged: [], untagged: [] }, busy, others };
}

async function machinesOf(world: CollectedWorld, host: string, count: number, tagged = true): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.push(await world.createMachine(host, { tagged }));
  // What cattle-ops' module has docker-machine tag its machines with.
  const Tags = [{ Key: "gitlab-runner-parent-id", Value: host }];
  if (tagged) await world.ec2.send(new CreateTagsCommand({ Resources: ids, Tags }));
  await world.world.clock.advance(60_000);
  return ids;
}

/** Machines of another fleet, whose manager lives. */
async function strangers(world: CollectedWorld): Promise<string[]> {
  const host = await world.addHost();
  world.data(host).template = "runner-zzzzzzzz-other-%s";
  const ids = await machinesOf(world, host, counts.others);
  const Tags = [{ Key: "fleetkeeper:fleet", Value: "other" }];
  await world.ec2.send(new CreateTagsCommand({ Resources: ids, Tags }));
  return ids;
}
