import { parseMachineName } from "../../shared/resources/machines/machine-name.ts";
import { create, fulfil, goOn, running, stranger } from "./gc-creation.ts";
import { fleet, type Host, type Instance, minute, type World } from "./gc-world.ts";
import { pick } from "./random.ts";

/** What happens in the world, by name. The letters are the ways of orphaning in docs/how-garbage-collection-decides.md. */
export interface WorldEvent {
  readonly weight: number;
  /**
   * True if it gives a machine back to a manager, or makes it young again. It can't happen between a sweeper's last look and its call: what a person
   * restores within those seconds nobody could see (docs/how-garbage-collection-decides.md says so).
   */
  readonly restores?: true;
  /** `a` and `b` are in [0, 1) and choose what it happens to. */
  readonly happen: (world: World, a: number, b: number) => void;
}

const event = (weight: number, happen: WorldEvent["happen"]): WorldEvent => ({ weight, happen });
const restoring = (weight: number, happen: WorldEvent["happen"]): WorldEvent => ({ weight, happen, restores: true });

export const worldEvents: Readonly<Record<string, WorldEvent>> = {
  "create machine": event(14, create),
  "go on with a creation": event(24, goOn),
  "kill docker-machine (a, i)": event(2, (world, a) => {
    const creation = pick(world.creations, a);
    if (creation !== undefined) world.abandon(creation);
  }),
  "rm of a machine without its id (b)": event(3, (world, a) => {
    const host = pick(running(world), a);
    if (host === undefined) return;
    for (const [name, { instanceId }] of host.disk.directories) {
      if (instanceId === undefined && !host.inFlight.has(name)) drop(host, name);
    }
  }),
  "spot wait times out after the launch (c, d)": event(2, (world, a) => {
    const waiting = world.creations.filter(({ spot, step }) => spot && step >= 3 && step < 6);
    const creation = pick(waiting, a);
    if (creation === undefined) return;
    world.abandon(creation);
    drop(creation.host, creation.name);
    world.keyPairs.delete(creation.name);
  }),
  "machine skipped as not existing, or removed by force (e, f, h)": event(6, (world, a, b) => {
    const [host, name] = idleMachine(world, a, b);
    if (host !== undefined && name !== undefined) drop(host, name);
  }),
  "machine removed": event(3, (world, a, b) => {
    const [host, name] = idleMachine(world, a, b);
    if (host === undefined || name === undefined) return;
    for (const instance of named(world, name)) world.end(instance);
    world.keyPairs.delete(name);
    drop(host, name);
  }),
  "token rotated or section renamed (g)": event(3, (world, a, b) => {
    const host = pick(running(world), a);
    if (host !== undefined) host.disk.sections = [templateOf(world, b)];
  }),
  "section put back": restoring(2, (world, a, b) => {
    const host = pick(running(world), a);
    const name = host === undefined ? undefined : pick([...host.disk.directories.keys()], b);
    const template = name === undefined ? undefined : parseMachineName(name)?.template;
    if (host === undefined || template === undefined) return;
    if (!host.disk.sections.includes(template)) host.disk.sections.push(template);
  }),
  "every section removed": event(1, (world, a) => {
    const host = pick(running(world), a);
    if (host !== undefined) host.disk.sections = [];
  }),
  "machine directory emptied": event(1, (world, a) => {
    const host = pick(running(world), a);
    if (host === undefined) return;
    for (const name of host.disk.directories.keys()) drop(host, name);
    host.disk.sentinel = false;
  }),
  "sentinel written again": event(1, (world, a) => {
    const host = pick(running(world), a);
    if (host === undefined || host.disk.sentinel) return;
    host.disk.sentinel = true;
    host.disk.generation += 1;
  }),
  "directory restored from a backup": restoring(1, (world, a, b) => {
    const host = pick(running(world), a);
    const name = host === undefined ? undefined : pick([...host.disk.dropped.keys()], b);
    if (host === undefined || name === undefined) return;
    host.disk.directories.set(name, host.disk.dropped.get(name) ?? {});
    host.disk.dropped.delete(name);
  }),
  "open request fulfilled after its creation died (j)": event(3, (world, a, b) => {
    const open = [...world.requests.values()].filter(({ state }) => state === "open");
    const request = pick(open, a);
    if (request?.keyName !== undefined) fulfil(world, request.id, request.keyName, b);
  }),
  "spot interruption": event(3, (world, a) => {
    const instance = pick([...world.instances.values()], a);
    if (instance !== undefined) world.end(instance);
  }),
  "stop and start": restoring(1, (world, a) => {
    const instance = pick(
      [...world.instances.values()].filter(({ state }) => state === "running"),
      a,
    );
    if (instance === undefined) return;
    instance.launchTime = world.time;
    instance.state = "pending";
  }),
  "job starts": event(10, (world, a, b) => {
    const [host, name] = idleMachine(world, a, b);
    if (host?.runnerUp && name !== undefined && host.disk.sections.includes(templateIn(name))) {
      if (named(world, name).some(({ state }) => state === "running")) world.jobs.set(name, host);
    }
  }),
  "job's container starts": event(8, (world, a) => {
    const name = pick([...world.jobs.keys()], a);
    for (const instance of named(world, name)) {
      if (instance.endedAt === undefined) world.containers.add(instance.id);
    }
  }),
  "job ends": event(2, (world, a, b) => {
    const name = pick([...world.jobs.keys()], a);
    if (name === undefined) return;
    world.jobs.delete(name);
    if (b < 0.9) for (const instance of named(world, name)) world.containers.delete(instance.id);
  }),
  "left-over container ends": event(2, (world, a) => {
    const id = pick([...world.containers], a);
    const name = id === undefined ? undefined : world.instances.get(id)?.keyName;
    if (id !== undefined && !world.jobs.has(name ?? "")) world.containers.delete(id);
  }),
  "host falls silent": event(2, (world, a) => setHost(world, a, { heard: false })),
  "host is heard again": event(2, (world, a) => setHost(world, a, { heard: true })),
  "runner stops": event(2, (world, a) => setHost(world, a, { runnerUp: false })),
  "runner starts": event(2, (world, a) => setHost(world, a, { runnerUp: true })),
  "data volume not mounted": event(2, (world, a) => setHost(world, a, { mounted: false })),
  "data volume mounted": event(1, (world, a) => setHost(world, a, { mounted: true })),
  "manager's answers are cut off": event(2, (world, a) => setHost(world, a, { cut: true })),
  "manager's answers are whole again": event(1, (world, a) => setHost(world, a, { cut: false })),
  "host terminated with its volume": event(1, (world, a) => {
    const host = pick(running(world), a);
    if (host !== undefined) world.terminateHost(host, true);
  }),
  "host terminated, volume kept": event(1, (world, a) => {
    const host = pick(running(world), a);
    if (host !== undefined) world.terminateHost(host, false);
  }),
  "host replaced on its volume": restoring(3, (world, a, b) => {
    const lost = world.hosts.filter(({ state, disk }) => state === "terminated" && disk.exists);
    const free = lost.filter(({ disk }) => !running(world).some((host) => host.disk === disk));
    const host = pick(free, a);
    if (host !== undefined) world.addHost(host.disk, clockOf(b));
  }),
  "new host": event(1, (world, a, b) => {
    if (running(world).length < 2) world.addHost(world.addDisk(templateOf(world, a)), clockOf(b));
  }),
  "person keeps a machine": event(1, (world, a) => {
    const instance = pick([...world.instances.values()], a);
    if (instance !== undefined) instance.tags["fleetkeeper:keep"] = "debugging";
  }),
  "person lets it go": event(1, (world) => {
    for (const { tags } of world.instances.values()) delete tags["fleetkeeper:keep"];
  }),
  "somebody else's machine": event(2, stranger),
  "Auto Scaling group deleted, or made": event(1, (world, a) => {
    world.liveGroups = a < 0.5 ? [] : ["acme-pool"];
  }),
  "GitLab goes down, or up": event(2, (world) => {
    world.gitlabUp = !world.gitlabUp;
  }),
};

function setHost(world: World, a: number, fields: Partial<Pick<Host, "heard" | "runnerUp" | "mounted" | "cut">>): void {
  const host = pick(running(world), a);
  if (host !== undefined) Object.assign(host, fields);
}

function named(world: World, name: string | undefined): readonly Instance[] {
  return [...world.instances.values()].filter(({ keyName }) => keyName !== undefined && keyName === name);
}

function templateIn(name: string): string {
  return parseMachineName(name)?.template ?? "";
}

function templateOf(world: World, at: number): string {
  return `runner-${world.id("t").slice(2)}${Math.floor(at * 10)}-${fleet}-%s`;
}

/** Some managers' clocks are wrong, a few of them by months. */
function clockOf(at: number): number {
  return at < 0.7 ? 0 : at < 0.9 ? (at - 0.8) * 60 * minute : (at - 0.95) * 400_000 * minute;
}

function drop(host: Host, name: string): void {
  const directory = host.disk.directories.get(name);
  if (directory === undefined) return;
  host.disk.directories.delete(name);
  host.disk.dropped.set(name, directory);
}

function idleMachine(world: World, a: number, b: number): readonly [Host | undefined, string | undefined] {
  const host = pick(running(world), a);
  if (host === undefined) return [undefined, undefined];
  const idle = [...host.disk.directories.keys()].filter((name) => !world.jobs.has(name) && !host.inFlight.has(name));
  return [host, pick(idle, b)];
}
