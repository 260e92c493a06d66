import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GitLabApi } from "../gitlab/api.ts";
import { gitlabStateKey } from "../gitlab/state.ts";
import type { Sandbox } from "../sandbox.ts";
import { SandboxHandler } from "../sdk-handler.ts";
import type { ServiceContext, StateKey } from "../service.ts";
import type { Disks } from "../services/ec2/disks.ts";
import { profileOf } from "../services/ec2/instance-answer.ts";
import type { InstanceRecord } from "../services/ec2/instance-state.ts";
import { ec2StateKey } from "../services/ec2/service.ts";
import { settle } from "../services/ec2/settle.ts";
import { volumesByInstance } from "../services/ec2/volume-index.ts";
import { shapeOf } from "../services/ec2/volume-state.ts";
import { propagatedProfile } from "../services/iam/propagation.ts";
import { iamStateKey } from "../services/iam/service.ts";
import { type HostOutcome, type HostRunner, type HostStep, recordingRunner } from "../services/ssm/host-runner.ts";
import { openSession, STS_STATE } from "../services/sts/sessions.ts";
import { execute } from "./execution.ts";
import { Host, type HostSurroundings } from "./host.ts";
import { HostFaults } from "./host-faults.ts";
import { copyVolume, installPackage } from "./host-root.ts";
import { type HostRecord, type HostsState, hostsStateKey, newHost } from "./host-state.ts";
import { type Isolation, type IsolationMode, probeIsolation } from "./isolation.ts";
import type { HostDevice, InstanceSettings } from "./stand-in.ts";
import { type MakingAccident, makeMachine, type RemovingAccident, removeMachine } from "./stand-ins/docker-machine.ts";
import { clockOffset } from "./stand-ins/system.ts";

export interface DockerMachine {
  /** @param section name of its `[[runners]]` @returns the machine's name */
  make(section: string, accident?: MakingAccident): Promise<string>;
  remove(name: string, accident?: RemovingAccident): Promise<void>;
  /** Installs Docker on a machine that runs, as docker-machine does last. @param worker its instance id */
  provision(worker: string): Promise<void>;
}

export interface HostsOptions {
  /** Where roots and volumes are kept. Default: a new directory of the system's for such, gone with {@link Hosts.close}. */
  readonly directory?: string;
  /** SHA-256 by URL of downloads that the sandbox pretends to have. */
  readonly artifacts?: Readonly<Record<string, string>>;
  /** Default: what works here, tried once. */
  readonly mode?: IsolationMode;
}

/** The sandbox's instances as hosts: runs the documents' scripts for real, each instance in a root directory of its own. */
export class Hosts implements HostRunner, Disks {
  readonly faults = new HostFaults();
  readonly #options: HostsOptions;
  readonly #hosts = new Map<string, Host>();
  #directory: string | undefined;
  #sandbox: Sandbox | undefined;
  #steps = 0;

  constructor(options: HostsOptions = {}) {
    this.#options = options;
  }

  /** Gives it the sandbox whose instances it runs; once, before the first command. */
  attach(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
  }

  /** How scripts are run here, and why so. */
  get isolation(): Isolation {
    return probeIsolation(join(this.#base(), "probe"), this.#options.mode);
  }

  /** What the stand-ins of all hosts remember: tests look into it and set what the outside world would. */
  get state(): HostsState {
    return this.#around().state(hostsStateKey());
  }

  /** The stand-in for GitLab that all hosts see. */
  get gitlab(): GitLabApi {
    const { clock, random } = this.#around();
    return new GitLabApi(this.#around().state(gitlabStateKey), clock, random);
  }

  /** What is remembered of one host; undefined before its first command. */
  record(instanceId: string): HostRecord | undefined {
    return this.state.hosts[instanceId];
  }

  /** Snapshots lie beside the volumes. */
  copy(from: string, to: string): void {
    const { fileSystems } = this.state;
    const made = fileSystems[from];
    if (made !== undefined) fileSystems[to] ??= { ...made };
    copyVolume(join(this.#base(), "volumes"), from, to);
  }

  /** One host's files, as a person who is logged in would see and change them. */
  async host(instanceId: string): Promise<Host> {
    const instance = this.#instance(instanceId);
    const startedAt = instance?.lastRun?.from;
    if (instance === undefined || startedAt === undefined) throw new Error(`${instanceId} has never run`);
    const host = this.#hosts.get(instanceId) ?? this.#newHost(instanceId);
    this.#hosts.set(instanceId, host);
    this.state.hosts[instanceId] ??= newHost(instanceId);
    host.prepare(startedAt);
    return host;
  }

  /** docker-machine on a manager's host: as the runner there calls it, with each way in which it loses machines. */
  async dockerMachine(instanceId: string): Promise<DockerMachine> {
    const host = await this.host(instanceId);
    return {
      make: (section, accident) => makeMachine(section, host.context(), accident),
      remove: (name, accident) => removeMachine(name, host.context(), accident),
      provision: async (worker) => {
        const { root } = await this.host(worker);
        installPackage(root, "docker");
        const record = this.record(worker);
        if (record === undefined) return;
        record.packages["docker"] = "25.0.8";
        record.units["docker"] = { enabled: true, active: true };
      },
    };
  }

  async run(step: HostStep, signal: AbortSignal): Promise<HostOutcome> {
    const { mode } = this.isolation;
    await this.#forgetEnded();
    if (mode === "record") return recordingRunner.run(step, signal);
    const host = await this.host(step.instanceId);
    const document = /^readonly FK_DOCUMENT=([a-z-]+)$/m.exec(step.script)?.[1];
    const effect = this.faults.judge(document, step.instanceId);
    if (effect?.type === "lost" && effect.when === "before") return { kind: "lost" };
    this.#steps += 1;
    const offset = clockOffset(this.#around().clock.now(), Date.now());
    const execution = { name: `step-${this.#steps}`, mode, step, effect, offset };
    const outcome = await execute(host, execution, signal);
    if (effect?.type === "lost") return { kind: "lost" };
    if (outcome.kind !== "exited") return outcome;
    if (effect?.type === "output-lost") return { ...outcome, stdout: "" };
    if (effect?.type === "output-cut") return { ...outcome, stdout: outcome.stdout.slice(0, effect.characters) };
    return outcome;
  }

  /** Ends the hosts' sockets, and deletes what nobody asked to keep. */
  async close(): Promise<void> {
    for (const host of this.#hosts.values()) host.close();
    this.#hosts.clear();
    if (this.#directory !== undefined && this.#options.directory === undefined) {
      rmSync(this.#directory, { recursive: true, force: true });
      this.#directory = undefined;
    }
  }

  /** Roots of terminated instances go with them. */
  async #forgetEnded(): Promise<void> {
    for (const [instanceId, host] of this.#hosts) {
      const state = this.#instance(instanceId)?.state;
      if (state !== undefined && state !== "terminated") continue;
      this.#hosts.delete(instanceId);
      delete this.state.hosts[instanceId];
      host.remove();
    }
  }

  #newHost(instanceId: string): Host {
    const directory = join(this.#base(), "hosts", instanceId);
    mkdirSync(directory, { recursive: true });
    return new Host(directory, join(this.#base(), "volumes"), () => this.#surroundings(instanceId));
  }

  #surroundings(instanceId: string): HostSurroundings {
    const sandbox = this.#around();
    const hosts = this.state;
    const host = hosts.hosts[instanceId];
    if (host === undefined) throw new Error(`${instanceId} has no host`);
    return {
      host,
      hosts,
      clock: sandbox.clock,
      realTime: Date.now,
      random: sandbox.random,
      gitlab: this.gitlab,
      region: sandbox.region,
      devices: this.#devices(instanceId),
      artifacts: this.#options.artifacts ?? {},
      settings: () => Promise.resolve(this.#settings(instanceId)),
    };
  }

  /** The root volume is first, as on Nitro instances; the others by id. */
  #devices(instanceId: string): readonly HostDevice[] {
    const context = this.#context(ec2StateKey());
    const instance = context.state.instances[instanceId];
    const attached = volumesByInstance(context).get(instanceId) ?? [];
    const isRoot = (device: string) => device === instance?.rootDeviceName;
    return [...attached]
      .filter(({ attachment }) => attachment.attachedAt <= context.clock.now())
      .sort((a, b) => {
        const rank = Number(isRoot(b.attachment.device)) - Number(isRoot(a.attachment.device));
        return rank !== 0 ? rank : a.volume.volumeId < b.volume.volumeId ? -1 : 1;
      })
      .map(({ volume, attachment }, index) => ({
        path: `/dev/nvme${index}n1`,
        volumeId: volume.volumeId,
        size: shapeOf(volume, context.clock.now()).size * 2 ** 30,
        isRoot: isRoot(attachment.device),
      }));
  }

  /** Credentials as the metadata service gives them out: of the role in the instance's profile. */
  #settings(instanceId: string): InstanceSettings | string {
    const sandbox = this.#around();
    const instance = this.#instance(instanceId);
    const profile = instance === undefined ? undefined : profileOf(instance, sandbox.clock.now());
    if (profile === undefined) return "the instance has no profile";
    const iam = this.#context(iamStateKey());
    const role = propagatedProfile({ arn: profile.arn }, iam.state, iam)?.role;
    if (role === undefined) return "its profile has no role";
    const session = openSession({ role, sessionName: instanceId, duration: 6 * 3600 }, sandbox.state(STS_STATE), iam);
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    return {
      region: sandbox.region,
      endpoint: "http://sandbox.invalid",
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      requestHandler: new SandboxHandler(sandbox),
    };
  }

  #instance(instanceId: string): InstanceRecord | undefined {
    const context = this.#context(ec2StateKey());
    settle(context);
    return context.state.instances[instanceId];
  }

  #context<State extends object>(key: StateKey<State>): ServiceContext<State> {
    const sandbox = this.#around();
    const { clock, random, account, region } = sandbox;
    return {
      state: sandbox.state(key),
      stateOf: (other) => sandbox.state(other),
      clock,
      random,
      account,
      region,
      partition: "aws",
      caller: { accessKeyId: "", account, arn: `arn:aws:iam::${account}:root` },
      requestId: "",
      pageSize: undefined,
    };
  }

  #around(): Sandbox {
    if (this.#sandbox === undefined) throw new Error("these hosts belong to no sandbox yet");
    return this.#sandbox;
  }

  #base(): string {
    this.#directory ??= this.#options.directory ?? mkdtempSync(join(tmpdir(), "fleetkeeper-"));
    mkdirSync(join(this.#directory, "probe"), { recursive: true });
    return this.#directory;
  }
}
