import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2, ImportKeyPairCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { Route53 } from "@aws-sdk/client-route-53";
import { S3 } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { installPackage } from "../../sandbox/hosts/host-root.ts";
import { Hosts } from "../../sandbox/hosts/hosts.ts";
import { DEFAULT_WORLD } from "../../sandbox/services/ec2/world.ts";
import { compose } from "../../shared/resources/stack/pins.ts";
import { readStatus } from "../../shared/store/fleet-store.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { livingInstance, planted, secretNames, theDataVolume } from "../harness/host-fleet.ts";
import type { Templates } from "../infra/synthesis.ts";
import { tick } from "./events.ts";
import { FunctionWorld, rootSettings } from "./function-world.ts";

/** The sample fleet with its host, kept by the functions alone: every call is judged by the roles of the templates. */
export class HostLife {
  readonly world: FunctionWorld;
  readonly hosts: Hosts;
  /** What a person uses who may do everything. */
  readonly ec2: EC2;
  readonly iam: IAM;
  readonly route53: Route53;
  readonly s3: S3;
  readonly scaling: AutoScaling;
  #machines = 0;
  #ticks = 0;

  private constructor(world: FunctionWorld, hosts: Hosts) {
    this.world = world;
    this.hosts = hosts;
    const settings = rootSettings(world.sandbox);
    this.ec2 = new EC2(settings);
    this.iam = new IAM(settings);
    this.route53 = new Route53(settings);
    this.s3 = new S3({ ...settings, forcePathStyle: true });
    this.scaling = new AutoScaling(settings);
  }

  static async open(templates: Templates, edit: (body: string) => string = (body) => body): Promise<HostLife> {
    const hosts = new Hosts({ artifacts: { [compose.x86_64.url]: compose.x86_64.sha256 } });
    const world = await FunctionWorld.open({ templates, hosts });
    const ssm = new SSMClient(rootSettings(world.sandbox));
    for (const name of secretNames) {
      const Name = `/fleetkeeper/acme/secrets/${name}`;
      await ssm.send(new PutParameterCommand({ Name, Value: planted(name), Type: "SecureString" }));
    }
    const life = new HostLife(world, hosts);
    await life.push(edit);
    return life;
  }

  async push(edit: (body: string) => string): Promise<void> {
    await this.world.push("acme", edit(await sampleFile("acme")));
  }

  /** The one instance that lives. */
  instance() {
    return livingInstance(this.ec2);
  }

  dataVolume() {
    return theDataVolume(this.ec2);
  }

  /** A tick, what comes of it, and the minutes until the next one. */
  async tick(minutes = 5): Promise<void> {
    this.#ticks += 1;
    this.world.deliver("dispatch", tick(`tick-${this.#ticks}`));
    await this.world.settle();
    await this.world.pass(minutes);
  }

  async conditions(): Promise<Readonly<Record<string, string>>> {
    const status = await readStatus(this.world.store, "acme");
    return Object.fromEntries((status?.value.conditions ?? []).map(({ type, reason }) => [type, reason]));
  }

  /** What isn't as declared, with why. */
  async unsettled(): Promise<readonly string[]> {
    const status = await readStatus(this.world.store, "acme");
    return Object.values(status?.value.resources ?? {})
      .filter(({ sync }) => sync !== "InSync")
      .map(({ kind, name, sync, message }) => `${kind}/${name} ${sync}: ${message}`);
  }

  /** Ticks until everything is as declared. */
  async settle(most = 15): Promise<void> {
    for (let ticks = 0; ticks < most; ticks += 1) {
      await this.tick();
      if ((await this.unsettled()).length === 0) return;
    }
    throw new Error(`not settled: ${(await this.unsettled()).join("\n")}`);
  }

  /** A machine that its manager launched and lost, with Docker and without a job. */
  async lostMachine(tagged = true, profile = "acme-machine"): Promise<string> {
    this.#machines += 1;
    const seconds = Math.floor(this.world.clock.now() / 1000);
    const name = `runner-t9wkyjhg-acme-build-${seconds}-${String(this.#machines).padStart(8, "0")}`;
    const Tags = [
      { Key: "Name", Value: name },
      { Key: "fleetkeeper:fleet", Value: "acme" },
    ];
    const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
    await this.ec2.send(new ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial }));
    const { Instances = [] } = await this.ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-0b1b2c3d4e5f60001",
        InstanceType: "m5.large",
        MinCount: 1,
        MaxCount: 1,
        SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
        KeyName: name,
        IamInstanceProfile: { Name: profile },
        ...(tagged ? { TagSpecifications: [{ ResourceType: "instance" as const, Tags }] } : {}),
      }),
    );
    const id = Instances[0]?.InstanceId ?? "";
    await this.world.pass(5);
    const files = await this.hosts.host(id);
    installPackage(files.root, "docker");
    const record = this.hosts.record(id);
    if (record === undefined) throw new Error(`${id} runs nothing`);
    record.packages["docker"] = "25.0.8";
    record.units["docker"] = { enabled: true, active: true };
    return id;
  }

  close(): Promise<void> {
    return this.hosts.close();
  }
}
