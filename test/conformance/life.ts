import { setTimeout as pause } from "node:timers/promises";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { Person } from "../../cli/demo/person.ts";
import type { Fleet } from "../../shared/desired/fleet.ts";
import type { Ran } from "../cli/terminal.ts";
import { LostMachine, type Place } from "./lost-machine.ts";

/** Whoever plays a life: a terminal with the credentials of the environment, and an AWS behind it. */
export interface Player extends Place {
  /** Runs a `fleetkeeper` command. */
  type(line: readonly string[]): Promise<Ran>;
  /** Sweeps the fleet as the function `collect` does. @returns what it says of it */
  sweep(fleet: string): Promise<string>;
  readonly say: (line: string) => void;
  readonly now: () => number;
  /** Lets time pass. Default: waits. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  /** Nothing is begun after it but the end. */
  readonly interrupted?: AbortSignal;
}

export interface Life {
  readonly file: string;
  readonly fleet: Fleet;
  /** Epoch milliseconds after which nothing is begun any more but the end. */
  readonly deadline: number;
  /** Without a machine that is lost and collected, which takes the better part of an hour. */
  readonly withoutOrphan?: boolean;
}

const minute = 60_000;
/** An id that EC2 never gave away: a person may vouch that such a manager is gone. */
const longGone = "i-0000000000000dead";

/**
 * One life of a fleet: made from nothing, at rest, drifted and healed, a machine of it lost and collected, and destroyed.
 * Destroys whatever happened before; says what holds and what doesn't.
 * @returns whether all of it held and nothing is left
 */
export async function playLife(player: Player, life: Life): Promise<boolean> {
  const played = new Played(player, life);
  const steps: readonly (readonly [string, () => Promise<string>])[] = [
    ["create", () => played.create()],
    ["at rest", () => played.rest()],
    ["drift and heal", () => played.drift()],
    ...(life.withoutOrphan === true ? [] : [["orphan and collect", () => played.orphan()] as const]),
  ];
  let held = true;
  for (const [name, step] of steps) {
    held = player.interrupted?.aborted !== true && (await told(player, name, step));
    if (!held) break;
  }
  return (await told(player, "destroy", () => played.destroy())) && held;
}

async function told({ say }: Player, name: string, step: () => Promise<string>): Promise<boolean> {
  try {
    say(`  ok  ${name}: ${await step()}`);
    return true;
  } catch (error) {
    say(`  NO  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

class Played {
  readonly #player: Player;
  readonly #life: Life;
  readonly #ec2: EC2;
  readonly #iam: IAM;

  constructor(player: Player, life: Life) {
    this.#player = player;
    this.#life = life;
    this.#ec2 = new EC2(player.aws);
    this.#iam = new IAM(player.aws);
  }

  async create(): Promise<string> {
    const runs = await this.#until(["reconcile", "-f", this.#life.file], 60);
    return `Ready after ${runs} runs`;
  }

  async rest(): Promise<string> {
    const { exit, stdout, stderr } = await this.#player.type(["reconcile", "-o", "json"]);
    const { actions } = JSON.parse(stdout) as { readonly actions: readonly unknown[] };
    if (exit !== 0 || actions.length > 0) throw new Error(`another run did ${actions.length} things: ${stderr}`);
    return "another run does nothing";
  }

  async drift(): Promise<string> {
    const { metadata, spec } = this.#life.fleet;
    const person = new Person(this.#player.aws);
    const drifts = person.drifts(metadata.name, spec.cache?.bucket ?? "", spec.iam.machineRole.name);
    // Machines of a fleet that lives are started by the role that the last of these deletes.
    const done = drifts.filter(({ shows }) => spec.runners === undefined || !shows.startsWith("iam/role/machine"));
    for (const { cause } of done) await cause();
    const { stdout } = await this.#player.type(["plan"]);
    const unseen = done.filter(({ shows }) => !stdout.includes(shows.slice(shows.indexOf("/") + 1)));
    if (unseen.length > 0) throw new Error(`the plan doesn't show that somebody ${unseen.map(({ what }) => what)}`);
    await this.#until(["reconcile"], 20);
    for (const { what, healed } of done) {
      if (!(await healed())) throw new Error(`somebody ${what}, and that still stands`);
    }
    return `${done.length} changes by hand, each shown by the plan and put back`;
  }

  /** Of a fleet with a host, a machine that its manager doesn't have; of another, one of a manager that is long gone. */
  async orphan(): Promise<string> {
    const { fleet } = this.#life;
    const { now } = this.#player;
    const lost = await LostMachine.of(this.#player, fleet, now());
    try {
      const host = await lost.host();
      await lost.launch(host ?? longGone);
      const launched = now();
      const minutes = () => Math.round((now() - launched) / minute);
      if (host === undefined) await this.#gc("--ended", longGone);
      const suspect = new RegExp(`suspect +instance/${lost.id}`);
      for (let seen = await this.#gc(); !suspect.test(seen); seen = await this.#gc()) {
        await this.#pass(5 * minute, seen);
      }
      const suspected = minutes();
      if (fleet.spec.garbageCollection.mode !== "collect")
        return `seen after ${suspected} minutes; the file only reports`;
      await this.#sweepUntil(() => lost.isGone());
      const collected = minutes();
      if (lost.named) await this.#sweepUntil(async () => !(await lost.hasKeyPair()));
      const key = lost.named ? "and then its key pair" : "its key pair can't be told to be the fleet's";
      return `suspected after ${suspected} minutes, deleted after ${collected}, ${key}`;
    } finally {
      await lost.end();
    }
  }

  /** Reconciles, which marks, and sweeps, which deletes, as often as the functions would. */
  async #sweepUntil(done: () => Promise<boolean>): Promise<void> {
    for (let swept = ""; !(await done()); ) {
      await this.#pass(4 * minute, swept);
      await this.#player.type(["reconcile"]);
      // A sweep looks for itself, and its look has to be newer than the mark.
      await this.#pass(minute);
      swept = await this.#player.sweep(this.#life.fleet.metadata.name);
    }
  }

  async #gc(...options: readonly string[]): Promise<string> {
    const { exit, stdout, stderr } = await this.#player.type([
      "gc",
      "--fleet",
      this.#life.fleet.metadata.name,
      ...options,
    ]);
    if (exit === 1) throw new Error(stderr);
    return stdout;
  }

  async destroy(): Promise<string> {
    const { name } = this.#life.fleet.metadata;
    let last: Ran | undefined;
    for (let runs = 1; runs <= 40; runs += 1) {
      last = await this.#player.type(["destroy", "--data", "--confirm", name]);
      if (last.exit === 0) break;
      await (this.#player.wait ?? pause)(minute);
    }
    const left = await this.#left();
    if (last?.exit !== 0) throw new Error(`${last?.stderr}\n${last?.stdout}\nleft: ${left.join(", ") || "nothing"}`);
    if (left.length > 0) throw new Error(`left: ${left.join(", ")}`);
    return "nothing of it is left";
  }

  /** What still carries the fleet's mark, seen with the plain SDK. */
  async #left(): Promise<readonly string[]> {
    const { name } = this.#life.fleet.metadata;
    const Filters = [{ Name: "tag:fleetkeeper:fleet", Values: [name] }];
    const living = ["pending", "running", "stopping", "stopped"];
    const instances = await this.#ec2.describeInstances({
      Filters: [...Filters, { Name: "instance-state-name", Values: living }],
    });
    const { Volumes = [] } = await this.#ec2.describeVolumes({ Filters });
    const { SecurityGroups = [] } = await this.#ec2.describeSecurityGroups({ Filters });
    const { Addresses = [] } = await this.#ec2.describeAddresses({ Filters });
    const PathPrefix = `/fleetkeeper/${name}/`;
    const { Roles = [] } = await this.#iam.listRoles({ PathPrefix });
    const { InstanceProfiles = [] } = await this.#iam.listInstanceProfiles({ PathPrefix });
    return [
      ...(instances.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)),
      ...Volumes.map(({ VolumeId }) => VolumeId),
      ...SecurityGroups.map(({ GroupId }) => GroupId),
      ...Addresses.map(({ AllocationId }) => AllocationId),
      ...Roles.map(({ Arn }) => Arn),
      ...InstanceProfiles.map(({ Arn }) => Arn),
    ].map((id) => id ?? "something without an id");
  }

  /** Types it until it ends Ready, a minute apart. @returns how often */
  async #until(line: readonly string[], most: number): Promise<number> {
    let last: Ran | undefined;
    for (let runs = 1; runs <= most; runs += 1) {
      last = await this.#player.type(line);
      if (last.exit === 0) return runs;
      if (last.exit !== 2 && !last.stdout.includes("applied")) break;
      await this.#pass(minute);
    }
    throw new Error(`${last?.stdout}\n${last?.stderr}`);
  }

  /** @param last what was seen last, for whoever waits in vain */
  async #pass(milliseconds: number, last = ""): Promise<void> {
    const { now, wait, interrupted: signal } = this.#player;
    if (signal?.aborted === true) throw new Error("it was interrupted");
    if (now() + milliseconds > this.#life.deadline) {
      throw new Error(`the time that this may take is up\n${last}`.trim());
    }
    if (wait !== undefined) await wait(milliseconds);
    else await pause(milliseconds, undefined, signal === undefined ? {} : { signal });
  }
}
