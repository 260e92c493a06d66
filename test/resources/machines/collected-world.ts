import {
  AttachVolumeCommand,
  CancelSpotInstanceRequestsCommand,
  DeleteVolumeCommand,
  EC2Client,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { machinesMarkerOf, machinesReaderOf, machinesSweeperOf, poolReaderOf } from "../../../shared/aws/access.ts";
import { S3ObjectStore } from "../../../shared/aws/object-store-s3.ts";
import type { CollectedFleet } from "../../../shared/resources/machines/identity.ts";
import { updateLedger } from "../../../shared/resources/machines/ledger-object.ts";
import { approve } from "../../../shared/resources/machines/mark.ts";
import { markOrphans } from "../../../shared/resources/machines/marker.ts";
import { type CollectionPolicy, defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { sweepOrphans } from "../../../shared/resources/machines/sweeper.ts";
import type { LeftoverSweeper, WitnessReader } from "../../../shared/resources/machines/witness-port.ts";
import { FleetWorld, stateBucket } from "../../harness/fleet-world.ts";
import {
  keyPairNames,
  launchHost,
  livingInstances,
  makeHostVolume,
  makeMachineGroup,
  makeMachineProfile,
  openSpotRequests,
} from "./collected-account.ts";
import { launchMachine, launchMany, requestMachine, tagMachine } from "./launched-machines.ts";
import { type Data, machinesPath, managerAnswer, mount, newData } from "./manager-data.ts";

export const minute = 60_000;

/** A world as an earlier version left it, as JSON. */
export interface KeptCollection {
  readonly at: number;
  readonly seed: number;
  readonly states: Record<string, object>;
  readonly host: string;
  readonly machines: readonly string[];
  readonly group: string;
  readonly profileArn: string;
  readonly data: Omit<Data, "directories"> & {
    readonly directories: readonly (readonly [string, string | undefined])[];
  };
}

/**
 * A fleet on the embedded AWS: hosts with data volumes, and on each a runner whose docker-machine makes real calls to EC2.
 * What a list-machines document would print is answered from the volume's own state.
 */
export class CollectedWorld {
  readonly world: FleetWorld;
  readonly ec2: EC2Client;
  /** By instance id of the host. */
  readonly hosts = new Map<string, Data>();
  readonly silent = new Set<string>();
  readonly containers = new Set<string>();
  readonly traced = new Set<string>();
  readonly policy: CollectionPolicy = { ...defaultPolicy, mode: "collect" };
  group = "";
  profileArn = "";
  #serial = 0;

  private constructor(world: FleetWorld) {
    this.world = world;
    this.ec2 = new EC2Client({ ...world.settings(), maxAttempts: 1 });
  }

  /** @param from a world that was kept, with what its tests know of it beside EC2 */
  static async open(pageSize?: number, from?: KeptCollection): Promise<CollectedWorld> {
    const size = pageSize === undefined ? {} : { pageSize };
    if (from !== undefined) {
      const { at, seed, states, host, data, group, profileArn } = from;
      const kept = new CollectedWorld(await FleetWorld.open({ ...size, from: { at, snapshot: { seed, states } } }));
      kept.hosts.set(host, { ...data, directories: new Map(data.directories) });
      return Object.assign(kept, { group, profileArn });
    }
    const made = new CollectedWorld(await FleetWorld.open(size));
    made.profileArn = await makeMachineProfile(new IAMClient(made.world.settings()));
    made.group = await makeMachineGroup(made.ec2);
    await made.world.clock.advance(minute);
    return made;
  }

  /** A host on a new data volume, or on one that was kept. */
  async addHost(kept?: Data): Promise<string> {
    const { clock } = this.world;
    const { id, zone } = await launchHost(this.ec2);
    await clock.advance(minute);
    const volume = kept?.volume ?? (await makeHostVolume(this.ec2, zone));
    if (kept === undefined) await clock.advance(minute);
    await this.ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId: volume, Device: "/dev/sdf" }));
    await clock.advance(minute);
    this.hosts.set(id, kept ?? newData(volume));
    return id;
  }

  data(host: string): Data {
    const data = this.hosts.get(host);
    if (data === undefined) throw new Error(`no host ${host}`);
    return data;
  }

  async terminateHost(host: string, withVolume: boolean): Promise<void> {
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [host] }));
    await this.world.clock.advance(2 * minute);
    const { volume } = this.data(host);
    this.hosts.delete(host);
    if (withVolume) await this.ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
  }

  nameMachine(template: string): string {
    this.#serial += 1;
    const seconds = Math.floor(this.world.clock.now() / 1000);
    return template.replace("%s", `${seconds}-${this.#serial.toString(16).padStart(8, "0")}`);
  }

  /** What docker-machine create does, in its order: directory, key pair, launch, the id into the directory, tags. */
  async createMachine(host: string, options: { readonly tagged?: boolean } = {}): Promise<string> {
    const { directories, template } = this.data(host);
    const name = this.nameMachine(template);
    directories.set(name, undefined);
    const id = await launchMachine(this.ec2, name, this.group);
    directories.set(name, id);
    if (options.tagged !== false) {
      await tagMachine(this.ec2, id, name, host);
    }
    return id;
  }

  /** Many machines at once that share a key pair: for measuring, not as docker-machine makes them. */
  async createMachines(host: string, count: number): Promise<void> {
    const { directories, template } = this.data(host);
    const name = this.nameMachine(template);
    directories.set(name, undefined);
    await launchMany(this.ec2, name, this.group, count);
  }

  /** docker-machine dies while it waits for its spot request: directory, key pair and an open request. */
  async requestAndDie(host: string): Promise<string> {
    const { directories, template } = this.data(host);
    const name = this.nameMachine(template);
    directories.set(name, undefined);
    return await requestMachine(this.ec2, name, this.group);
  }

  /** The manager loses a machine: its directory goes, nothing else does. */
  drop(host: string, id: string): void {
    const { directories } = this.data(host);
    for (const [name, instance] of directories) if (instance === id) directories.delete(name);
  }

  /** One run of the marker, and one of the sweeper after it. @param handler their connection, where they are to crash */
  async run(policy: CollectionPolicy = this.policy, handler = new SandboxHandler(this.world.sandbox)) {
    const marking = await markOrphans(await this.markingPorts(handler), this.fleet(), policy);
    await this.world.clock.advance(5_000);
    const ports = await this.sweepPorts(handler);
    const sweep = await sweepOrphans(ports, this.fleet(), policy, this.world.clock.now() + 10 * minute);
    return { marking, sweep };
  }

  /** Runs every eight minutes. @returns what was deleted, in order */
  async runFor(minutes: number, policy: CollectionPolicy = this.policy): Promise<readonly string[]> {
    const deleted: string[] = [];
    for (let passed = 0; passed < minutes; passed += 8) {
      const { sweep } = await this.run(policy);
      deleted.push(...sweep.deletions.map(({ subject }) => subject));
      await this.world.clock.advance(8 * minute);
    }
    return deleted;
  }

  async approve(ids: readonly string[]): Promise<void> {
    const store = await this.store();
    const at = this.world.clock.now();
    await updateLedger(store, "acme", (ledger) =>
      approve(
        ledger,
        ids.map((id) => `instance/${id}` as const),
        "alice",
        at,
      ),
    );
  }

  /** Machines, not hosts. */
  async living(): Promise<readonly string[]> {
    return (await livingInstances(this.ec2)).filter((id) => !this.hosts.has(id));
  }

  keyPairs(): Promise<readonly string[]> {
    return keyPairNames(this.ec2);
  }

  openRequests(): Promise<readonly string[]> {
    return openSpotRequests(this.ec2);
  }

  cancel(id: string) {
    return this.ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));
  }

  fleet(): CollectedFleet {
    const { policy, profileArn, group } = this;
    const { gracePeriod } = policy;
    return {
      name: "acme",
      gracePeriod,
      profileArns: [profileArn],
      groupIds: [group],
      wantsRunner: true,
      machinesPath,
      mount,
    };
  }

  async markingPorts(handler = new SandboxHandler(this.world.sandbox)) {
    const marker = machinesMarkerOf(this.#config(handler), () => {});
    return { ...this.#gatherPorts(handler), store: await this.store(handler), marker };
  }

  async sweepPorts(handler = new SandboxHandler(this.world.sandbox)) {
    const sweeper = machinesSweeperOf(this.#config(handler), () => {});
    const leftovers = this.#leftovers();
    return { ...this.#gatherPorts(handler), store: await this.store(handler), sweeper, leftovers };
  }

  async store(handler = new SandboxHandler(this.world.sandbox)): Promise<S3ObjectStore> {
    const now = () => this.world.clock.now();
    return new S3ObjectStore(this.#config(handler), {
      bucket: stateBucket,
      clocks: { wall: now, monotonic: now },
      newId: () => this.world.sandbox.random.uuid(),
    });
  }

  #config(handler: SandboxHandler) {
    return { ...this.world.settings(handler), retry: { attempts: 1, mode: "standard" as const, baseDelay: 0 } };
  }

  #gatherPorts(handler: SandboxHandler) {
    return {
      machines: machinesReaderOf(this.#config(handler)),
      witnesses: this.#witnesses(handler),
      time: () => this.world.clock.now(),
      nonce: () => this.nameMachine("nonce-%s"),
    };
  }

  #witnesses(handler: SandboxHandler): WitnessReader {
    return {
      askManager: async (id, nonce) => {
        const data = this.silent.has(id) ? undefined : this.hosts.get(id);
        return managerAnswer(id, nonce, data);
      },
      jobContainers: async (id) => (this.containers.has(id) ? 1 : 0),
      askGitLab: async () => ({ traced: [...this.traced], rows: [] }),
      scalingGroups: () => poolReaderOf(this.#config(handler)).groupNames(),
    };
  }

  #leftovers(): LeftoverSweeper {
    return {
      removeDirectory: async (manager, name) => {
        this.data(manager).directories.delete(name);
      },
      deleteManagerRow: async () => {},
    };
  }
}
