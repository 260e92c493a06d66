import { type Creation, fleet, groupOf, type Host, type Instance, profileOf, second, type World } from "./gc-world.ts";
import { pick } from "./random.ts";

/** How docker-machine makes a machine, step by step, and what else looks like one. */
export function running(world: World): readonly Host[] {
  return world.hosts.filter(({ state }) => state === "running");
}

export function create(world: World, a: number, b: number): void {
  const host = pick(running(world), a);
  const template = host?.disk.sections[0];
  if (!host?.runnerUp || !host.mounted || template === undefined) return;
  const seconds = Math.floor((world.time + host.clock) / 1000);
  const name = template.replace(
    "%s",
    `${seconds}-${Math.floor(b * 0xffffffff)
      .toString(16)
      .padStart(8, "0")}`,
  );
  host.disk.directories.set(name, {});
  host.inFlight.add(name);
  world.creations.push({ host, name, spot: b < 0.5, step: 1 });
}

export function goOn(world: World, a: number, b: number): void {
  const creation = pick(world.creations, a);
  if (creation === undefined) return;
  creation.step += 1;
  const { host, name } = creation;
  switch (creation.step) {
    case 2:
      world.keyPairs.set(name, { name, createdAt: world.time });
      return;
    case 3:
      if (creation.spot) request(world, creation, b);
      return;
    case 4:
      creation.instance =
        creation.request === undefined
          ? launchMachine(world, name, b)
          : (fulfil(world, creation.request, name, b) ?? instanceOf(world, creation.request));
      return;
    case 5:
      if (creation.instance !== undefined) host.disk.directories.set(name, { instanceId: creation.instance.id });
      return;
    case 6:
      // Tags come last; some versions never tag a spot instance.
      if (creation.instance !== undefined && b < 0.7) {
        tagMachine(world, creation.instance.id, host.id);
      }
      return;
    default:
      world.abandon(creation);
  }
}

function request(world: World, creation: Creation, at: number): void {
  const id = world.id("sir");
  creation.request = id;
  world.requests.set(id, {
    id,
    state: "open",
    type: at < 0.1 ? "persistent" : "one-time",
    createdAt: world.time,
    keyName: creation.name,
    profileArn: profileOf(fleet),
    groupIds: [groupOf(fleet)],
    tags: at < 0.5 ? { "fleetkeeper:fleet": fleet } : {},
  });
}

export function fulfil(world: World, id: string, name: string, at: number): Instance | undefined {
  const request = world.requests.get(id);
  if (request?.state !== "open") return undefined;
  const instance = launchMachine(world, name, at);
  request.state = "active";
  request.instanceId = instance.id;
  return instance;
}

function instanceOf(world: World, request: string): Instance | undefined {
  return world.instances.get(world.requests.get(request)?.instanceId ?? "");
}

export function nameMachine(template: string, time: number, at: number): string {
  const nonce = Math.floor(at * 0xffffffff)
    .toString(16)
    .padStart(8, "0");
  return template.replace("%s", `${Math.floor(time / 1000)}-${nonce}`);
}

export function tagMachine(world: World, id: string, manager: string): void {
  const instance = world.instances.get(id);
  if (instance === undefined) return;
  Object.assign(instance.tags, {
    "fleetkeeper:fleet": fleet,
    "fleetkeeper:manager": manager,
    Name: instance.keyName ?? "",
  });
}

export function launchMachine(world: World, keyName: string, at: number): Instance {
  const lag = at < 0.3 ? at * 200 * second : 0;
  const fields = { keyName, profileArn: profileOf(fleet), groupIds: [groupOf(fleet)], tags: {}, owner: fleet };
  return world.launch(fields, lag);
}

/** Machines of a fleet with a longer name, of people, and of a group: all look a little like ours. */
export function stranger(world: World, a: number, b: number): void {
  const name = nameMachine("runner-abcdefghi-acme-eu-%s", world.time, b);
  const other = "acme-eu";
  if (a < 0.4) {
    const tags = b < 0.5 ? { "fleetkeeper:fleet": other } : {};
    world.launch({ keyName: name, profileArn: profileOf(other), groupIds: [groupOf(other)], tags, owner: other }, 0);
  } else if (a < 0.6) {
    const tags = { "fleetkeeper:fleet": fleet };
    world.launch(
      { keyName: "alice", profileArn: profileOf(fleet), groupIds: [groupOf(fleet)], tags, owner: "alice" },
      0,
    );
  } else if (a < 0.8) {
    world.launch({ keyName: name, groupIds: [groupOf(other)], tags: {}, owner: other }, 0);
  } else {
    const tags = { "fleetkeeper:fleet": fleet, "aws:autoscaling:groupName": "acme-pool" };
    world.launch({ profileArn: profileOf(fleet), groupIds: [groupOf(fleet)], tags, owner: fleet }, 0);
  }
}
