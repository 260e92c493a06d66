import type { Subject } from "../../shared/resources/machines/companion.ts";
import { emptyLedger } from "../../shared/resources/machines/ledger.ts";
import { parseMachineName } from "../../shared/resources/machines/machine-name.ts";
import { attestEnd } from "../../shared/resources/machines/manager-record.ts";
import { approve } from "../../shared/resources/machines/mark.ts";
import { type CollectionPolicy, defaultPolicy } from "../../shared/resources/machines/policy.ts";
import { collectionBound } from "../../shared/resources/machines/sweep.ts";
import { launchMachine, nameMachine, tagMachine } from "./gc-creation.ts";
import { worldEvents } from "./gc-events.ts";
import type { Sabotage } from "./gc-gathering.ts";
import { type FalseKill, Reconciler, type Store, type Tally } from "./gc-reconciler.ts";
import { fleet, grace, type Instance, minute, second, World } from "./gc-world.ts";
import { pick, random } from "./random.ts";

/** One thing that happens: its name, the milliseconds that pass before it, and two numbers in [0, 1) that aim it. */
export type Happening = readonly [name: string, wait: number, a: number, b: number];

export interface Outcome {
  readonly machines: number;
  readonly kills: number;
  readonly companions: number;
  readonly falseKills: readonly FalseKill[];
  /** True orphans, and what they left behind, that outlived the bound. */
  readonly leaks: readonly string[];
}

export const policy: CollectionPolicy = { ...defaultPolicy, mode: "collect", gracePeriod: grace, perRunMaximum: 10 };

/** Between two runs, once things have calmed down. */
export const interval = 8 * minute;

const reconcilers = 4;
const steps = 0.55;
const names = Object.keys(worldEvents);
const weights = names.map((name) => worldEvents[name]?.weight ?? 0);
const total = weights.reduce((sum, weight) => sum + weight, 0);

/** The happenings of one seed: a third of the world's, the rest are single steps of runs that go on side by side. */
export function happeningsOf(seed: number): readonly Happening[] {
  const next = random(seed);
  const length = 20 + Math.floor(next() * 80);
  const happenings: Happening[] = [];
  for (let index = 0; index < length; index += 1) {
    const [which, a, b] = [next(), next(), next()];
    if (which < steps) happenings.push([`run ${Math.floor(next() * reconcilers)}`, next() * 100 * second, a, b]);
    else if (which < steps + 0.01) happenings.push(["run dies", 0, a, b]);
    else if (which < steps + 0.02) happenings.push(["clock steps", 0, a, b]);
    else if (which < steps + 0.035) happenings.push(["calls begin to fail", 0, a, b]);
    else if (which < steps + 0.07) happenings.push(["calls work again", 0, a, b]);
    else if (which < steps + 0.08) happenings.push(["person approves", minute, a, b]);
    else if (which < steps + 0.12) happenings.push(["time passes", next() * 20 * minute, a, b]);
    else happenings.push([drawn(next()), -Math.log(1 - next()) * 40 * second, a, b]);
  }
  return happenings;
}

function drawn(at: number): string {
  let left = at * total;
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return names[index] ?? "time passes";
  }
  return "time passes";
}

/** Plays happenings in a new world, then lets it calm down and waits for as long as collection may take. */
export function play(happenings: readonly Happening[], seed: number, sabotage?: Sabotage): Outcome {
  const next = random(seed ^ 0x5eed);
  const world = new World();
  const store: Store = { ledger: emptyLedger(fleet), objections: {}, sequence: 0, spoken: new Map() };
  const tally: Tally = { kills: 0, companions: 0, falseKills: [] };
  const runs = Array.from({ length: reconcilers }, (_, index) => {
    return new Reconciler(index % 2 === 0 ? "marker" : "sweeper", policy, sabotage);
  });
  populate(world, next);
  let failing = 0;
  const fails = () => failing > 0 && next() < failing;

  for (const [name, wait, a, b] of happenings) {
    world.advance(wait);
    const run = name.startsWith("run ") ? runs[Number(name.slice(4))] : undefined;
    if (run !== undefined) {
      // A run goes through several calls in a row more often than not, and to its end every other time.
      for (let count = a < 0.5 ? 40 : 1 + Math.floor(a * 10); count > 0; count -= 1) {
        world.advance(Math.floor(b * 3) * second);
        run.step(world, store, tally, fails);
        if (run.idle) break;
      }
      continue;
    }
    switch (name) {
      case "run dies":
        pick(runs, a)?.reset();
        break;
      case "clock steps": {
        const stepped = pick(runs, a);
        if (stepped !== undefined) stepped.clock = b < 0.5 ? 0 : (b - 0.75) * 100_000 * minute;
        break;
      }
      case "calls begin to fail":
        failing = a * 0.5;
        break;
      case "calls work again":
        failing = 0;
        break;
      case "person approves":
        approveAll(store, world.time);
        break;
      default: {
        const event = worldEvents[name];
        if (event === undefined || (event.restores && runs.some((run) => run.committed))) break;
        event.happen(world, a, b);
      }
    }
  }
  const leaks = settle(world, store, tally, sabotage);
  return {
    machines: world.born,
    kills: tally.kills,
    companions: tally.companions,
    falseKills: tally.falseKills,
    leaks,
  };
}

/** One host with up to ten machines, some of them tagged, made some minutes or hours ago. */
function populate(world: World, next: () => number): void {
  const host = world.addHost(world.addDisk("runner-firsttok-acme-%s"), 0);
  const count = Math.floor(next() * 11);
  for (let index = 0; index < count; index += 1) {
    const { id, keyName = "" } = launchMachine(world, nameMachine("runner-firsttok-acme-%s", world.time, next()), 1);
    world.keyPairs.set(keyName, { name: keyName, createdAt: world.time });
    host.disk.directories.set(keyName, { instanceId: id });
    if (next() < 0.6) tagMachine(world, id, host.id);
    world.advance(next() * 10 * minute);
  }
}

/** Evidence becomes complete, people do what is theirs to do, and the clock runs until everything must be collected. */
function settle(world: World, store: Store, tally: Tally, sabotage: Sabotage | undefined): readonly string[] {
  calm(world);
  const marker = new Reconciler("marker", policy, sabotage);
  const sweeper = new Reconciler("sweeper", policy, sabotage);
  const round = () => {
    for (const run of [marker, sweeper]) {
      do {
        world.advance(second / 2);
        run.step(world, store, tally, () => false);
      } while (!run.idle);
    }
    for (const { id, state } of world.hosts) {
      if (state === "terminated") store.ledger = attestIfForgotten(store, id, world);
    }
    approveAll(store, world.time);
    world.advance(interval);
  };
  const orphans = () => [...world.instances.values()].filter((instance) => isOrphan(world, instance));
  const rounds = Math.ceil(collectionBound(policy, interval, world.instances.size) / interval);
  for (let count = 0; count < rounds && (count < 3 || orphans().length > 0 || anyYoung(world)); count += 1) round();
  const leaks = orphans().map(({ id, keyName }) => `instance ${id} ${keyName ?? ""}`);
  if (leaks.length > 0) return leaks;
  // What they left behind becomes an orphan only when they have ended: another bound for each of directory and key pair.
  const left = () => leftovers(world, new Set(store.ledger.identity.templates));
  const more = 2 * Math.ceil(collectionBound(policy, interval, world.born) / interval);
  for (let count = 0; count < more && left().length > 0; count += 1) round();
  return left();
}

function calm(world: World): void {
  for (const host of world.hosts) {
    host.heard = true;
    host.runnerUp = true;
    host.mounted = true;
    host.cut = false;
    if (!host.disk.sentinel) {
      host.disk.sentinel = true;
      host.disk.generation += 1;
    }
    host.inFlight.clear();
    const used = world.hosts.some(({ state, disk }) => state === "running" && disk === host.disk);
    if (host.state === "terminated" && host.disk.exists && !used) world.addHost(host.disk, 0);
  }
  // Where the last host is gone with its volume, the file's host is made again.
  if (!world.hosts.some(({ state }) => state === "running"))
    world.addHost(world.addDisk("runner-lasttoken-acme-%s"), 0);
  world.creations.length = 0;
  world.jobs.clear();
  world.containers.clear();
  world.gitlabUp = true;
}

function attestIfForgotten(store: Store, id: string, world: World): Store["ledger"] {
  const record = store.ledger.managers[id];
  if (record?.ended !== undefined || record?.terminatedSeenAt !== undefined) return store.ledger;
  return attestEnd(store.ledger, id, "alice", world.time);
}

function approveAll(store: Store, at: number): void {
  const { fuse } = store.ledger;
  const held: readonly Subject[] = fuse.state === "blown" ? fuse.held : [];
  store.ledger = approve(store.ledger, held, "alice", at);
}

function isOrphan(world: World, instance: Instance): boolean {
  return instance.endedAt === undefined && world.spokenFor(instance) === undefined && world.time >= instance.visibleAt;
}

function anyYoung(world: World): boolean {
  return [...world.instances.values()].some(
    (instance) => instance.endedAt === undefined && world.spokenFor(instance) === "young",
  );
}

/** Key pairs, open requests and directories for which there is no machine. */
function leftovers(world: World, ours: ReadonlySet<string>): readonly string[] {
  const living = [...world.instances.values()].filter(({ endedAt }) => endedAt === undefined);
  const used = new Set(living.map(({ keyName }) => keyName));
  const disks = new Set(world.hosts.filter(({ state }) => state === "running").map(({ disk }) => disk));
  const directories = [...disks].flatMap((disk) => [...disk.directories.keys()]).filter((name) => !used.has(name));
  const requests = [...world.requests.values()].filter(({ state }) => state === "open").map(({ id }) => id);
  // A key pair carries no tag: if no look ever saw its template, nothing shows whose it is.
  const keyPairs = [...world.keyPairs.keys()].filter((name) => {
    return !used.has(name) && ours.has(parseMachineName(name)?.template ?? "");
  });
  return [...directories, ...requests, ...keyPairs];
}
