import {
  AttachVolumeCommand,
  CancelSpotInstanceRequestsCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSpotInstanceRequestsCommand,
  EC2Client,
  ImportKeyPairCommand,
  RequestSpotInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { machinesMarkerOf, machinesReaderOf, machinesSweeperOf, poolReaderOf } from "../../../shared/aws/access.ts";
import { S3ObjectStore } from "../../../shared/aws/object-store-s3.ts";
import { Failure } from "../../../shared/engine/failure.ts";
import { diskHash } from "../../../shared/resources/machines/disk.ts";
import type { CollectedFleet } from "../../../shared/resources/machines/identity.ts";
import { updateLedger } from "../../../shared/resources/machines/ledger-object.ts";
import { approve } from "../../../shared/resources/machines/mark.ts";
import { markOrphans } from "../../../shared/resources/machines/marker.ts";
import { type CollectionPolicy, defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { sweepOrphans } from "../../../shared/resources/machines/sweeper.ts";
import type { LeftoverSweeper, ManagerAnswer, WitnessReader } from "../../../shared/resources/machines/witness-port.ts";
import { FleetWorld, stateBucket } from "../../harness/fleet-world.ts";

export const minute = 60_000;
const path = "/fleetkeeper/acme/";
const image = "ami-0b1b2c3d4e5f60001";
export const machinesPath = "/data/machine/machines";
export const mount = "/data";

/** A manager's data volume: what outlives its instance. */
export interface Data {
  readonly volume: string;
  generation: number;
  sentinel: boolean;
  /** Name template of its only section. */
  template: string;
  readonly directories: Map<string, string | undefined>;
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

  static async open(pageSize?: number): Promise<CollectedWorld> {
    const made = new CollectedWorld(await FleetWorld.open(pageSize === undefined ? {} : { pageSize }));
    const iam = new IAMClient(made.world.settings());
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    });
    const name = "acme-machine";
    await iam.send(new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument }));
    const profile = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: path }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
    made.profileArn = profile.InstanceProfile?.Arn ?? "";
    const Tags = [
      { Key: "fleetkeeper:fleet", Value: "acme" },
      { Key: "fleetkeeper:kind", Value: "network" },
      { Key: "fleetkeeper:name", Value: "group/machine" },
    ];
    const group = {
      GroupName: "acme-machines",
      Description: "machines",
      VpcId: DEFAULT_WORLD.vpcId,
      TagSpecifications: [{ ResourceType: "security-group" as const, Tags }],
    };
    made.group = (await made.ec2.send(new CreateSecurityGroupCommand(group))).GroupId ?? "";
    await made.world.clock.advance(minute);
    return made;
  }

  /** A host on a new data volume, or on one that was kept. */
  async addHost(kept?: Data): Promise<string> {
    const Tags = [
      { Key: "fleetkeeper:fleet", Value: "acme" },
      { Key: "fleetkeeper:kind", Value: "host" },
    ];
    const run = await this.ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        InstanceType: "m5.large",
        MinCount: 1,
        MaxCount: 1,
        SubnetId: DEFAULT_WORLD.hostSubnetId,
        TagSpecifications: [
          { ResourceType: "instance", Tags },
          { ResourceType: "volume", Tags },
        ],
      }),
    );
    const instance = run.Instances?.[0];
    const id = instance?.InstanceId ?? "";
    const zone = instance?.Placement?.AvailabilityZone ?? "";
    await this.world.clock.advance(minute);
    const volume = kept?.volume ?? (await this.#createVolume(zone, Tags));
    await this.ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId: volume, Device: "/dev/sdf" }));
    await this.world.clock.advance(minute);
    const fresh = { volume, generation: 1, sentinel: true, template: "runner-t9wkyjhg-acme-build-%s" };
    this.hosts.set(id, kept ?? { ...fresh, directories: new Map() });
    return id;
  }

  async #createVolume(AvailabilityZone: string, Tags: { Key: string; Value: string }[]): Promise<string> {
    const spec = { AvailabilityZone, Size: 50, TagSpecifications: [{ ResourceType: "volume" as const, Tags }] };
    const made = await this.ec2.send(new CreateVolumeCommand(spec));
    await this.world.clock.advance(minute);
    return made.VolumeId ?? "";
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
    await this.#importKey(name);
    const run = await this.ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        InstanceType: "m5.large",
        MinCount: 1,
        MaxCount: 1,
        KeyName: name,
        SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
        SecurityGroupIds: [this.group],
        IamInstanceProfile: { Name: "acme-machine" },
      }),
    );
    const id = run.Instances?.[0]?.InstanceId ?? "";
    directories.set(name, id);
    if (options.tagged !== false) {
      const Tags = [
        { Key: "Name", Value: name },
        { Key: "fleetkeeper:fleet", Value: "acme" },
        { Key: "fleetkeeper:manager", Value: host },
      ];
      await this.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    }
    return id;
  }

  /** Many machines at once that share a key pair: for measuring, not as docker-machine makes them. */
  async createMachines(host: string, count: number): Promise<void> {
    const { directories, template } = this.data(host);
    const name = this.nameMachine(template);
    await this.#importKey(name);
    directories.set(name, undefined);
    const [first, second] = DEFAULT_WORLD.machineSubnetIds;
    for (let made = 0; made < count; made += 500) {
      const amount = Math.min(500, count - made);
      // A subnet of these holds 4,091; the default VPC's takes the rest.
      const place =
        made < 8000
          ? { SubnetId: made < 4000 ? first : second, SecurityGroupIds: [this.group] }
          : { SubnetId: "subnet-0d3fa01700000000a" };
      const machine = { ImageId: image, InstanceType: "m5.large", KeyName: name } as const;
      const IamInstanceProfile = { Name: "acme-machine" };
      const counts = { MinCount: amount, MaxCount: amount };
      await this.ec2.send(new RunInstancesCommand({ ...machine, ...place, ...counts, IamInstanceProfile }));
    }
  }

  /** docker-machine dies while it waits for its spot request: directory, key pair and an open request. */
  async requestAndDie(host: string): Promise<string> {
    const { directories, template } = this.data(host);
    const name = this.nameMachine(template);
    directories.set(name, undefined);
    await this.#importKey(name);
    const answer = await this.ec2.send(
      new RequestSpotInstancesCommand({
        SpotPrice: "0.0001",
        LaunchSpecification: {
          ImageId: image,
          InstanceType: "m5.large",
          KeyName: name,
          SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
          SecurityGroupIds: [this.group],
          IamInstanceProfile: { Name: "acme-machine" },
        },
      }),
    );
    return answer.SpotInstanceRequests?.[0]?.SpotInstanceRequestId ?? "";
  }

  async #importKey(KeyName: string): Promise<void> {
    const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
    await this.ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
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

  async living(): Promise<readonly string[]> {
    const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
    const ids: string[] = [];
    let NextToken: string | undefined;
    do {
      const answer = await this.ec2.send(
        new DescribeInstancesCommand({ Filters, ...(NextToken === undefined ? {} : { NextToken }) }),
      );
      for (const { Instances } of answer.Reservations ?? [])
        ids.push(...(Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return ids.filter((id) => !this.hosts.has(id));
  }

  async keyPairs(): Promise<readonly string[]> {
    return ((await this.ec2.send(new DescribeKeyPairsCommand({}))).KeyPairs ?? []).flatMap(
      ({ KeyName }) => KeyName ?? [],
    );
  }

  async openRequests(): Promise<readonly string[]> {
    const Filters = [{ Name: "state", Values: ["open"] }];
    const answer = await this.ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters }));
    return (answer.SpotInstanceRequests ?? []).flatMap(({ SpotInstanceRequestId }) => SpotInstanceRequestId ?? []);
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
      askManager: async (id, nonce) => this.#listMachines(id, nonce),
      jobContainers: async (id) => (this.containers.has(id) ? 1 : 0),
      askGitLab: async () => ({ traced: [...this.traced], rows: [] }),
      scalingGroups: () => poolReaderOf(this.#config(handler)).groupNames(),
    };
  }

  #listMachines(id: string, nonce: string): ManagerAnswer {
    const data = this.hosts.get(id);
    if (data === undefined || this.silent.has(id)) {
      throw new Failure({ code: "HostSilent", class: "retry", message: `${id} didn't answer` });
    }
    const machines = [...data.directories].map(([name, instanceId]) => ({
      name,
      ...(instanceId === undefined ? {} : { instanceId }),
    }));
    return {
      nonce,
      instance: id,
      path: machinesPath,
      mount,
      ...(data.sentinel ? { sentinel: { volume: data.volume, generation: data.generation } } : {}),
      machines,
      count: machines.length,
      hash: diskHash(machines),
      ended: true,
      sections: [data.template],
      processes: [],
      systemId: "r_abcdefghijkl",
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
