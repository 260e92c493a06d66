import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Bridge } from "./bridge.ts";
import { HostFiles } from "./host-files.ts";
import { emptyMemory, installPackage, makeRoot, makeVolume, ownDirectories } from "./host-root.ts";
import type { HostRecord } from "./host-state.ts";
import type { Namespace } from "./isolation.ts";
import type { HostDevice, StandIn, StandInAnswer, StandInContext, StandInRequest } from "./stand-in.ts";
import { awsCli } from "./stand-ins/aws-cli.ts";
import { deviceStandIns, fstab } from "./stand-ins/block-devices.ts";
import { follow } from "./stand-ins/containers.ts";
import { curl } from "./stand-ins/curl.ts";
import { docker } from "./stand-ins/docker.ts";
import { dnf, rpm, sleep, systemctl } from "./stand-ins/system.ts";

/** What the host needs of the sandbox around it, looked up anew at every call. */
export type HostSurroundings = Omit<StandInContext, "files">;

const callLimit = 10_000;
/** Programs of this machine that a host has only once it has installed them: until then they say that they aren't there. */
const hidden = ["/usr/bin/docker", "/usr/sbin/docker"];
const alternatives = "/etc/alternatives";

/** One instance's files, its namespace and the programs that stand in on it. */
export class Host {
  readonly files: HostFiles;
  readonly #directory: string;
  readonly #volumes: string;
  readonly #surroundings: () => HostSurroundings;
  readonly #standIns: Readonly<Record<string, StandIn>>;
  #bridge: Bridge | undefined;

  /** @param directory its own @param volumes of all volumes, by id */
  constructor(directory: string, volumes: string, surroundings: () => HostSurroundings) {
    this.#directory = directory;
    this.#volumes = volumes;
    this.#surroundings = surroundings;
    this.files = new HostFiles(
      this.root,
      () => this.#mounted(),
      () => this.#surroundings().clock.now(),
    );
    this.#standIns = {
      ...{ aws: awsCli, curl, docker, rpm, sleep, systemctl },
      ...deviceStandIns,
      dnf: dnf((name) => installPackage(this.root, name)),
    };
  }

  get root(): string {
    return join(this.#directory, "root");
  }

  /** The way from this host's programs to the sandbox. */
  get bridge(): Bridge {
    this.#bridge ??= new Bridge(join(this.#directory, "calls"), (request) => this.#answer(request));
    return this.#bridge;
  }

  /** Follows the instance: made at its first run, and booted whenever it began to run anew. @param startedAt when it did */
  prepare(startedAt: number): void {
    makeRoot(this.root);
    const { host, devices } = this.#surroundings();
    for (const { volumeId, isRoot } of devices) if (!isRoot) makeVolume(join(this.#volumes, volumeId));
    this.#dropDetached(host, devices);
    if (host.bootedAt !== startedAt) this.#boot(host, startedAt);
    follow(this.context());
  }

  context(): StandInContext {
    return { ...this.#surroundings(), files: this.files };
  }

  /** What a script is run in. @param extra further files inside, by path */
  namespace(environment: Readonly<Record<string, string>>, extra: Readonly<Record<string, string>>): Namespace {
    const { host, devices } = this.#surroundings();
    const inside = join(this.root, "run/sandbox");
    mkdirSync(inside, { recursive: true });
    for (const [name, content] of Object.entries(extra)) {
      mkdirSync(dirname(join(inside, name)), { recursive: true });
      writeFileSync(join(inside, name), content, { mode: 0o755 });
    }
    const nothing = join(this.#directory, "nothing");
    if (!existsSync(nothing)) {
      writeFileSync(nothing, '#!/bin/sh\necho "docker: command not found" >&2\nexit 127\n', { mode: 0o755 });
    }
    const scratch = join(this.#directory, "empty");
    mkdirSync(scratch, { recursive: true });
    const data = (volumeId: string) => join(this.#volumes, volumeId, "data");
    const attached = devices.filter((device) => !device.isRoot);
    return {
      hostname: "host",
      environment,
      scratch,
      binds: [
        { from: "/usr", to: "/usr", readOnly: true },
        ...hidden.filter((path) => existsSync(path)).map((to) => ({ from: nothing, to, readOnly: true })),
        ...ownDirectories.map((name) => ({ from: join(this.root, name), to: `/${name}` })),
        // Where Debian and others keep what some of /usr's links point to.
        ...(existsSync(alternatives) ? [{ from: alternatives, to: alternatives, readOnly: true }] : []),
        { from: this.bridge.directory, to: "/run/sandbox/calls" },
        ...attached.map(({ volumeId }) => ({ from: data(volumeId), to: `/run/sandbox/volumes/${volumeId}` })),
        ...attached.map(({ volumeId, path }) => ({ from: join(this.#volumes, volumeId, "device"), to: path })),
        ...Object.entries(host.mounts).map(([point, volumeId]) => ({ from: data(volumeId), to: point })),
      ],
    };
  }

  close(): void {
    this.#bridge?.close();
    this.#bridge = undefined;
  }

  /** A terminated instance's root volume goes; other volumes' directories stay. */
  remove(): void {
    this.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #mounted(): Readonly<Record<string, string>> {
    const { host } = this.#surroundings();
    return Object.fromEntries(
      Object.entries(host.mounts).map(([point, volumeId]) => [point, join(this.#volumes, volumeId, "data")]),
    );
  }

  #dropDetached(host: HostRecord, devices: readonly HostDevice[]): void {
    for (const [point, volumeId] of Object.entries(host.mounts)) {
      if (!devices.some((device) => device.volumeId === volumeId)) delete host.mounts[point];
    }
  }

  #boot(host: HostRecord, startedAt: number): void {
    const first = host.bootedAt === 0;
    host.bootedAt = startedAt;
    emptyMemory(this.root);
    mkdirSync(join(this.root, "run/sandbox"), { recursive: true });
    for (const point of Object.keys(host.mounts)) delete host.mounts[point];
    if (first) return;
    const context = this.context();
    for (const { source, point } of fstab(context)) {
      const device = context.devices.find(
        ({ volumeId }) => `UUID=${context.hosts.fileSystems[volumeId]?.uuid}` === source,
      );
      if (device !== undefined) host.mounts[point] = device.volumeId;
    }
    for (const unit of Object.values(host.units)) unit.active = unit.enabled;
    const docks = host.units["docker"]?.active === true;
    for (const container of Object.values(host.containers)) {
      const restarts = /^(always|unless-stopped)/.test(container.restart) && !container.stopped;
      if (container.status !== "running") continue;
      container.status = docks && restarts ? "running" : "exited";
      container.startedAt = startedAt;
    }
  }

  async #answer(request: StandInRequest): Promise<StandInAnswer> {
    const context = this.context();
    const { host, clock } = context;
    const standIn = Object.hasOwn(this.#standIns, request.program) ? this.#standIns[request.program] : undefined;
    if (standIn === undefined) return { exitCode: 127, stderr: `${request.program}: command not found\n` };
    follow(context);
    const answer = await standIn(request, context);
    const { program, args } = request;
    host.calls.push({ at: clock.now(), program, args, exitCode: answer.exitCode ?? 0 });
    if (host.calls.length > callLimit) host.calls.splice(0, host.calls.length - callLimit);
    return answer;
  }
}
