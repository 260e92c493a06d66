import type { KeyPair, SpotRequest } from "../../shared/resources/machines/companion.ts";
import type { Machine, MachineState } from "../../shared/resources/machines/machine.ts";
import { parseMachineName } from "../../shared/resources/machines/machine-name.ts";

export const second = 1000;
export const minute = 60 * second;
export const grace = 15 * minute;
export const fleet = "acme";
export const profileOf = (name: string) => `arn:aws:iam::1:instance-profile/fleetkeeper/${name}/${name}-machine`;
export const groupOf = (name: string) => `sg-${name}`;

/** How long EC2 tells of a terminated instance. */
const remembered = 60 * minute;

/** A data volume: the runner's configuration, and docker-machine's state. Both outlive the instance. */
export interface Disk {
  readonly volume: string;
  exists: boolean;
  generation: number;
  sentinel: boolean;
  /** Templates of the sections in config.toml. */
  sections: string[];
  readonly directories: Map<string, { instanceId?: string }>;
  /** What was dropped, for a person to bring back from a backup. */
  readonly dropped: Map<string, { instanceId?: string }>;
}

export interface Host {
  readonly id: string;
  readonly disk: Disk;
  state: "running" | "terminated";
  terminatedAt?: number;
  /** SSM reaches it. */
  heard: boolean;
  runnerUp: boolean;
  mounted: boolean;
  /** What its documents print arrives without its end. */
  cut: boolean;
  /** How far its clock is ahead. */
  readonly clock: number;
  /** Machine names of docker-machine processes. */
  readonly inFlight: Set<string>;
}

/** One EC2 instance with what EC2 tells of it, and when. */
export interface Instance {
  readonly id: string;
  state: MachineState;
  launchTime: number;
  /** Listings before this don't show it yet. */
  readonly visibleAt: number;
  endedAt?: number;
  readonly keyName?: string;
  readonly profileArn?: string;
  readonly groupIds: readonly string[];
  readonly tags: Record<string, string>;
  readonly requestTags?: Record<string, string>;
  /** The truth about whose it is. */
  readonly owner: string;
}

/** docker-machine create, step by step: directory, key pair, request, launch, saving the id, tags, done. */
export interface Creation {
  readonly host: Host;
  readonly name: string;
  readonly spot: boolean;
  step: number;
  instance?: Instance | undefined;
  request?: string;
}

/** The world as it is, whatever anybody sees of it. */
export class World {
  time = Date.UTC(2026, 0, 5, 8);
  readonly hosts: Host[] = [];
  readonly instances = new Map<string, Instance>();
  readonly creations: Creation[] = [];
  readonly keyPairs = new Map<string, KeyPair>();
  readonly requests = new Map<string, { -readonly [K in keyof SpotRequest]: SpotRequest[K] }>();
  /** Machine names with a running job, by host id. */
  readonly jobs = new Map<string, Host>();
  /** Instance ids on which job containers run. */
  readonly containers = new Set<string>();
  liveGroups = ["acme-pool"];
  declared: string[] = [];
  gitlabUp = true;
  born = 0;
  private serial = 0;

  id(prefix: string): string {
    this.serial += 1;
    return `${prefix}-${this.serial.toString(16).padStart(6, "0")}`;
  }

  addHost(disk: Disk, clock: number): Host {
    const host: Host = {
      id: this.id("i-host"),
      disk,
      state: "running",
      heard: true,
      runnerUp: true,
      mounted: true,
      cut: false,
      clock,
      inFlight: new Set(),
    };
    this.hosts.push(host);
    this.declared.push(host.id);
    return host;
  }

  addDisk(template: string): Disk {
    const volume = this.id("vol");
    const [directories, dropped] = [new Map(), new Map()];
    return { volume, exists: true, generation: 1, sentinel: true, sections: [template], directories, dropped };
  }

  launch(fields: Omit<Instance, "id" | "state" | "launchTime" | "visibleAt">, lag: number): Instance {
    this.born += 1;
    const { time } = this;
    const instance: Instance = {
      ...fields,
      id: this.id("i"),
      state: "pending",
      launchTime: time,
      visibleAt: time + lag,
    };
    this.instances.set(instance.id, instance);
    return instance;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
    for (const instance of this.instances.values()) {
      if (instance.state === "pending" && this.time - instance.launchTime > 30 * second) instance.state = "running";
      if (instance.endedAt !== undefined && this.time - instance.endedAt > minute) instance.state = "terminated";
    }
  }

  end(instance: Instance): void {
    if (instance.endedAt !== undefined) return;
    instance.state = "shutting-down";
    instance.endedAt = this.time;
    this.containers.delete(instance.id);
    if (instance.keyName !== undefined) this.jobs.delete(instance.keyName);
    for (const request of this.requests.values()) {
      if (request.instanceId !== instance.id) continue;
      request.state = request.type === "persistent" && request.state === "active" ? "open" : "closed";
      if (request.state === "open") delete request.instanceId;
    }
  }

  /** What EC2 would list of one instance now; undefined while it lags, and once it has forgotten. */
  listed(instance: Instance): Machine | undefined {
    if (this.time < instance.visibleAt) return undefined;
    if (instance.endedAt !== undefined && this.time - instance.endedAt > remembered) return undefined;
    const { id, state, launchTime, keyName, profileArn, groupIds, requestTags } = instance;
    return {
      id,
      state,
      launchTime,
      groupIds,
      tags: { ...instance.tags },
      ...(keyName === undefined ? {} : { keyName }),
      ...(profileArn === undefined ? {} : { profileArn }),
      ...(requestTags === undefined ? {} : { requestTags }),
    };
  }

  /** What EC2 would say of a host itself. */
  hostState(host: Host): MachineState | undefined {
    if (host.terminatedAt === undefined) return "running";
    const since = this.time - host.terminatedAt;
    if (since < minute) return "shutting-down";
    return since < remembered ? "terminated" : undefined;
  }

  terminateHost(host: Host, withVolume: boolean): void {
    host.state = "terminated";
    host.terminatedAt = this.time;
    host.inFlight.clear();
    this.declared = this.declared.filter((id) => id !== host.id);
    for (const [name, owner] of this.jobs) if (owner === host) this.jobs.delete(name);
    if (withVolume) host.disk.exists = false;
    for (const creation of this.creations.filter((creation) => creation.host === host)) this.abandon(creation);
  }

  abandon(creation: Creation): void {
    this.creations.splice(this.creations.indexOf(creation), 1);
    creation.host.inFlight.delete(creation.name);
  }

  /** Why this machine must not be deleted now, by the truth; undefined for a true orphan. */
  spokenFor(instance: Instance): string | undefined {
    if (instance.owner !== fleet) return "foreign";
    if (instance.tags["fleetkeeper:keep"] !== undefined) return "protected";
    if (this.liveGroups.includes(instance.tags["aws:autoscaling:groupName"] ?? "")) return "protected";
    if (this.time - instance.launchTime < grace) return "young";
    if (instance.keyName !== undefined && this.jobs.has(instance.keyName)) return "busy";
    return this.knows(instance) ? "known" : undefined;
  }

  private knows(instance: Instance): boolean {
    for (const { host, name } of this.creations) {
      if (name === instance.keyName && host.state === "running") return true;
    }
    const disks = new Set(this.hosts.map(({ disk }) => disk).filter(({ exists }) => exists));
    for (const disk of disks) {
      for (const [name, { instanceId }] of disk.directories) {
        if (name !== instance.keyName && instanceId !== instance.id) continue;
        if (disk.sections.includes(parseMachineName(name)?.template ?? "")) return true;
      }
    }
    return false;
  }

  /** A container outlives its manager, and a dropped machine's job; while one runs the machine is busy to all who ask. */
  lingering(instance: Instance): boolean {
    return this.containers.has(instance.id);
  }
}
