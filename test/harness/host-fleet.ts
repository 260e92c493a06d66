import { EC2 } from "@aws-sdk/client-ec2";
import { Route53 } from "@aws-sdk/client-route-53";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Host } from "../../sandbox/hosts/host.ts";
import type { HostRecord } from "../../sandbox/hosts/host-state.ts";
import type { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import type { FleetStatus } from "../../shared/engine/status.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { compose } from "../../shared/resources/stack/pins.ts";
import { FleetStore } from "../../shared/store/fleet-store.ts";
import { FleetWorld, type FleetWorldOptions, sampleFile } from "./fleet-world.ts";
import { Taint } from "./taint.ts";

export const secretNames = [
  "tls-certificate",
  "tls-key",
  "smtp-password",
  "grafana-admin-password",
  "incoming-email-password",
];

/** What a person put under a secret's name. */
export function planted(name: string): string {
  return new Taint().plant(name);
}

/** The kinds below the host's services: all that there is where no host runs. */
export const withoutStack: readonly string[] = ["iam", "network", "cache-bucket", "host"];
/** With what runs on the host, and nothing that is later than that. */
export const upToStack: readonly string[] = [...withoutStack, "stack"];

/** The sample fleet with its host, and a person who looks and meddles with the plain SDK. */
export class HostFleet {
  readonly world: FleetWorld;
  readonly ec2: EC2;
  readonly route53: Route53;
  readonly ssm: SSMClient;
  #sequence = 0;
  /** Kinds that runs are about; all where it is undefined. */
  readonly #only: readonly string[] | undefined;

  private constructor(world: FleetWorld, only: readonly string[] | undefined) {
    this.world = world;
    this.#only = only;
    this.ec2 = new EC2(world.settings());
    this.route53 = new Route53(world.settings());
    this.ssm = new SSMClient(world.settings());
  }

  /**
   * @param runsHosts whether instances run what is sent to them; else the services on them are left out
   * @param only the kinds that runs are about
   */
  static async open(
    runsHosts: boolean,
    edit: (body: string) => string = (body) => body,
    only = runsHosts ? undefined : withoutStack,
    authorize?: FleetWorldOptions["authorize"],
  ): Promise<HostFleet> {
    const hosts = { artifacts: { [compose.x86_64.url]: compose.x86_64.sha256 } };
    const fleet = new HostFleet(
      await FleetWorld.open({ ...(runsHosts ? { hosts } : {}), ...(authorize === undefined ? {} : { authorize }) }),
      only,
    );
    if (runsHosts) for (const name of secretNames) await fleet.secret(name, planted(name));
    await fleet.push(edit);
    return fleet;
  }

  async secret(name: string, value: string): Promise<void> {
    const Name = `/fleetkeeper/acme/secrets/${name}`;
    await this.ssm.send(new PutParameterCommand({ Name, Value: value, Type: "SecureString", Overwrite: true }));
  }

  async push(edit: (body: string) => string): Promise<void> {
    this.#sequence += 1;
    const body = edit(await sampleFile("acme"));
    await this.world.push(await this.world.reconciler(), "acme", body, this.#sequence);
  }

  /** By a process of its own. */
  async run(request: Partial<RunRequest> = {}, handler?: SandboxHandler): Promise<RunRecord> {
    const reconciler = await this.world.reconciler(handler);
    const only = this.#only === undefined ? {} : { only: this.#only };
    return this.world.run(reconciler, "acme", { ...only, ...request });
  }

  async status(): Promise<FleetStatus> {
    const reconciler: Reconciler = await this.world.reconciler();
    const { status } = await new FleetStore(reconciler.store).load("acme");
    if (status === undefined) throw new Error("the fleet has no status");
    return status.value;
  }

  /** Resources that aren't as declared, with why. */
  async unsettled(): Promise<readonly string[]> {
    const { resources } = await this.status();
    return Object.values(resources)
      .filter(({ kind, sync }) => sync !== "InSync" && this.#only?.includes(kind) !== false)
      .map(({ kind, name, sync, message }) => `${kind}/${name} ${sync}: ${message}`);
  }

  /** Runs until all is as declared. @returns the records of those runs */
  async settle(most = 12, request: Partial<RunRequest> = {}): Promise<readonly RunRecord[]> {
    const records: RunRecord[] = [];
    for (let runs = 0; runs < most; runs += 1) {
      records.push(await this.run(request));
      if ((await this.unsettled()).length === 0) return records;
      await this.world.clock.sleep(60_000);
    }
    throw new Error(`not settled after ${most} runs: ${(await this.unsettled()).join("\n")}`);
  }

  /**
   * Runs until all is as declared. EC2, agents and GitLab take their minutes: runs that come meanwhile plan nothing, and what
   * they look at tells what it waits for.
   * @returns the records of those runs that did something
   */
  async heal(most = 12): Promise<readonly RunRecord[]> {
    const acting: RunRecord[] = [];
    for (let runs = 0; runs < most; runs += 1) {
      const record = await this.run();
      const left = await this.unsettled();
      if (record.actions.length > 0) acting.push(record);
      if (left.length === 0) return acting;
      if (record.actions.length === 0 && !left.some((line) => / Progressing: .*(waiting|starting)/.test(line)))
        throw new Error(`a run did nothing, and nothing is under way: ${left.join("\n")}`);
      await this.world.clock.sleep(60_000);
    }
    throw new Error(`not settled after ${most} runs: ${(await this.unsettled()).join("\n")}`);
  }

  /** The one instance that lives. */
  instance() {
    return livingInstance(this.ec2);
  }

  dataVolume() {
    return theDataVolume(this.ec2);
  }

  /** The host's files and stand-ins. */
  async host(): Promise<{ readonly files: Host; readonly record: HostRecord }> {
    const { InstanceId } = await this.instance();
    const files = await this.world.hosts?.host(InstanceId);
    const record = this.world.hosts?.record(InstanceId);
    if (files === undefined || record === undefined) throw new Error("the host has not run anything");
    return { files, record };
  }

  async close(): Promise<void> {
    await this.world.close();
  }
}

/** What a run planned on a target, applied or not, as `verb path ...`. */
export function actionsOn(record: RunRecord, target: string): readonly string[] {
  return record.actions
    .filter((action) => `${action.target.kind}/${action.target.name}` === target)
    .map(({ verb, changes }) => `${verb} ${changes.map(({ path }) => path).join(" ")}`);
}

/** The one that lives beside pools'. @throws Error where none does, or more than one */
export async function livingInstance(ec2: EC2) {
  const Filters = [{ Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] }];
  const { Reservations = [] } = await ec2.describeInstances({ Filters });
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ Tags = [] }) => !Tags.some(({ Key }) => Key === "aws:autoscaling:groupName"),
  );
  const [instance] = instances;
  if (instance?.InstanceId === undefined || instances.length > 1) throw new Error(`${instances.length} instances live`);
  return { ...instance, InstanceId: instance.InstanceId };
}

/** @param fleet whose one, where there may be others' */
export async function theDataVolume(ec2: EC2, fleet = "*") {
  const { Volumes = [] } = await ec2.describeVolumes({
    Filters: [
      { Name: "tag:fleetkeeper:name", Values: ["volume/data"] },
      { Name: "tag:fleetkeeper:fleet", Values: [fleet] },
    ],
  });
  const [volume] = Volumes;
  if (volume?.VolumeId === undefined || Volumes.length > 1) throw new Error(`there are ${Volumes.length} data volumes`);
  return { ...volume, VolumeId: volume.VolumeId };
}
