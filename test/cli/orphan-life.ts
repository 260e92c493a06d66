import type { MakingAccident, RemovingAccident } from "../../sandbox/hosts/stand-ins/docker-machine.ts";
import type { HostFleet } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";
import type { Ran } from "./terminal.ts";

const minute = 60_000;

/** A fleet whose manager loses machines as the real one does, and an operator who types. */
export class OrphanLife {
  readonly fleet: HostFleet;
  readonly #typed: TypedFleet;

  private constructor(typed: TypedFleet) {
    this.fleet = typed.fleet;
    this.#typed = typed;
  }

  /** @param edit of the sample file */
  static async open(edit?: (body: string) => string): Promise<OrphanLife> {
    return new OrphanLife(await TypedFleet.open(edit));
  }

  close(): Promise<void> {
    return this.#typed[Symbol.asyncDispose]();
  }

  /** What an operator sees. */
  async type(line: string): Promise<string> {
    const { stdout, stderr } = await this.run(line);
    return stdout + stderr;
  }

  run(line: string): Promise<Ran> {
    return this.#typed.type(line);
  }

  wait(minutes: number): Promise<void> {
    return this.fleet.world.clock.sleep(minutes * minute);
  }

  /** The name of the section whose machines docker-machine makes, as config.toml has it. */
  async builders(): Promise<string> {
    const { files } = await this.hostFiles();
    const text = files.text("/srv/fleetkeeper/runner/config.toml") ?? "";
    const name = /name = "([^"]*build[^"]*)"/.exec(text)?.[1];
    if (name === undefined) throw new Error("config.toml has no section of builders");
    return name;
  }

  /** As the manager calls it. @returns the machine's name, and the instance's id where one was launched */
  async make(section: string, accident?: MakingAccident): Promise<{ readonly name: string; readonly id: string }> {
    const machine = await this.#machine();
    const name = await machine.make(section, accident);
    await this.wait(2);
    const id = await this.instanceOf(name);
    if (id !== "" && accident === undefined) await machine.provision(id);
    return { name, id };
  }

  /** As many machines that were launched and never found, tagged or written down. @returns the instances */
  async leak(section: string, count: number): Promise<readonly string[]> {
    const machine = await this.#machine();
    const names: string[] = [];
    for (let made = 0; made < count; made += 1) names.push(await machine.make(section, "resolve-failed"));
    await this.wait(2);
    return Promise.all(names.map((name) => this.instanceOf(name)));
  }

  /** Somebody ends the host outside of every plan, with its data volume or without. */
  async loseHost(andVolume: boolean): Promise<void> {
    const { ec2 } = this.fleet;
    const id = await this.hostId();
    const { VolumeId } = await this.fleet.dataVolume();
    await ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } });
    await ec2.terminateInstances({ InstanceIds: [id] });
    await this.wait(5);
    if (andVolume) await ec2.deleteVolume({ VolumeId });
  }

  async remove(name: string, accident?: RemovingAccident): Promise<void> {
    await (await this.#machine()).remove(name, accident);
  }

  /** The living instance with this key pair; empty where there is none. */
  async instanceOf(name: string): Promise<string> {
    const Filters = [
      { Name: "key-name", Values: [name] },
      { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
    ];
    const { Reservations = [] } = await this.fleet.ec2.describeInstances({ Filters });
    return Reservations[0]?.Instances?.[0]?.InstanceId ?? "";
  }

  async hasKeyPair(name: string): Promise<boolean> {
    const { KeyPairs = [] } = await this.fleet.ec2.describeKeyPairs({});
    return KeyPairs.some(({ KeyName }) => KeyName === name);
  }

  async hasDirectory(name: string): Promise<boolean> {
    return (await this.hostFiles()).files.exists(`/srv/fleetkeeper/machine/machines/${name}`);
  }

  /** The host's files, beside which machines live. */
  async hostFiles() {
    const host = await this.fleet.world.hosts?.host(await this.hostId());
    if (host === undefined) throw new Error("no host runs");
    return host;
  }

  /** As the runner does it by itself, at three quarters of its token's life: GitLab has a new one, and so has config.toml. */
  async rotateToken(): Promise<void> {
    const { files } = await this.hostFiles();
    const path = "/srv/fleetkeeper/runner/config.toml";
    const { gitlab } = this.fleet.world.hosts ?? {};
    const text = files.text(path) ?? "";
    // Runners are registered side by side, in any order.
    const runner = gitlab?.state.runners.find(({ attributes }) => attributes.description === "acme build machines");
    if (runner === undefined || !text.includes(runner.token)) throw new Error("the builders' runner isn't registered");
    const next = `glrt-t1_${this.fleet.world.sandbox.random.base32(20).toLowerCase()}`;
    await this.wait(1);
    files.write(path, text.replaceAll(runner.token, next));
    runner.token = next;
    // The manager looks at it every few seconds, and has loaded it then.
    await this.type("gc");
    await this.wait(1);
  }

  /** Reconciles and sweeps every eight minutes, as the functions would. @returns what the sweeps said */
  async collect(rounds: number): Promise<string> {
    const said: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await this.type("reconcile");
      said.push(await this.type("gc --sweep"));
      await this.wait(8);
    }
    return said.join("");
  }

  async #machine() {
    const { hosts } = this.fleet.world;
    if (hosts === undefined) throw new Error("no host runs");
    return hosts.dockerMachine(await this.hostId());
  }

  async hostId(): Promise<string> {
    const Filters = [
      { Name: "tag:fleetkeeper:kind", Values: ["host"] },
      { Name: "instance-state-name", Values: ["running"] },
    ];
    const { Reservations = [] } = await this.fleet.ec2.describeInstances({ Filters });
    return Reservations[0]?.Instances?.[0]?.InstanceId ?? "";
  }
}
