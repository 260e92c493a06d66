import { createHash } from "node:crypto";
import type { ContainerRecord, ImageRecord } from "../host-state.ts";
import type { StandInContext } from "../stand-in.ts";
import type { ComposeProject, ComposeService } from "./compose-file.ts";
import { gitlabHealth } from "./gitlab.ts";
import { gitLabStarts } from "./gitlab-data.ts";
import { managerFollows } from "./manager.ts";

/** Lets what happens in containers by itself catch up with the clock. Every stand-in's call begins with it. */
export function follow(context: StandInContext): void {
  for (const container of Object.values(context.host.containers)) {
    if (container.service === "gitlab-runner") managerFollows(container, context);
    if (container.service !== "gitlab") continue;
    gitLabStarts(container, context);
    gitlabHealth(container, context);
  }
}

export function containerOf(project: string, service: string, { host }: StandInContext): ContainerRecord | undefined {
  return Object.values(host.containers).find((one) => one.project === project && one.service === service);
}

/** By id, the start of one, or name. */
export function containerNamed(name: string, { host }: StandInContext): ContainerRecord | undefined {
  return Object.values(host.containers).find((one) => one.id.startsWith(name) || one.name === name);
}

export function imageNamed(tag: string, { host }: StandInContext): ImageRecord | undefined {
  return Object.values(host.images).find((image) => image.tags.includes(tag) || image.id === tag);
}

/** A pulled image is the same wherever and whenever it is pulled. False: no registry has it. */
export function pull(tag: string, context: StandInContext): boolean {
  if (context.hosts.unavailableImages.includes(tag)) return false;
  tagImage(tag, `sha256:${createHash("sha256").update(tag).digest("hex")}`, context);
  return true;
}

/** A built image is what its Dockerfile says. False: there is none. */
export function build(service: ComposeService, context: StandInContext): boolean {
  const dockerfile = service.dockerfile === undefined ? undefined : context.files.text(service.dockerfile);
  if (dockerfile === undefined) return false;
  tagImage(service.image, `sha256:${createHash("sha256").update(dockerfile).digest("hex")}`, context);
  return true;
}

function tagImage(tag: string, id: string, { host, clock }: StandInContext): void {
  for (const image of Object.values(host.images)) {
    if (image.id !== id) image.tags = image.tags.filter((one) => one !== tag);
  }
  const known = host.images[id];
  if (known === undefined) host.images[id] = { id, tags: [tag], taggedAt: clock.now() };
  else if (!known.tags.includes(tag)) known.tags.push(tag);
}

/** `up` of one service: made, made anew where its block or its image changed, or started. A sentence where it can't be. */
export function up(project: ComposeProject, service: ComposeService, context: StandInContext): string | undefined {
  let image = imageNamed(service.image, context);
  if (image === undefined) {
    if (service.builds) return `No such image: ${service.image}`;
    if (!pull(service.image, context)) return `manifest for ${service.image} not found: manifest unknown`;
    image = imageNamed(service.image, context);
  }
  const old = containerOf(project.name, service.name, context);
  if (old !== undefined && (old.configHash !== service.hash || old.imageId !== image?.id)) {
    delete context.host.containers[old.id];
  } else if (old !== undefined) {
    if (old.status !== "running") start(old, context);
    return undefined;
  }
  const container: ContainerRecord = {
    id: context.random.hex(64),
    name: service.containerName,
    project: project.name,
    service: service.name,
    image: service.image,
    imageId: image?.id ?? "",
    configHash: service.hash,
    healthCheck: service.healthCheck,
    healthGrace: service.healthGrace,
    ...(service.omnibus === undefined ? {} : { omnibus: service.omnibus }),
    binds: service.binds,
    restart: service.restart,
    status: "created",
    exitCode: 0,
    startedAt: 0,
    restarts: 0,
    quitting: false,
    stopped: false,
    log: [],
  };
  context.host.containers[container.id] = container;
  start(container, context);
  return undefined;
}

export function start(container: ContainerRecord, context: StandInContext): void {
  container.status = "running";
  container.exitCode = 0;
  container.quitting = false;
  container.stopped = false;
  container.down = [];
  container.startedAt = context.clock.now();
  container.log.push(`${container.service} started`);
  if (container.service === "gitlab-runner") {
    context.host.manager.loadedVersion = 0;
    delete context.host.manager.listens;
  }
  follow(context);
}

export function stop(container: ContainerRecord, exitCode = 0): void {
  if (container.status !== "running") return;
  container.status = "exited";
  container.exitCode = exitCode;
  container.stopped = true;
  container.log.push(`${container.service} stopped`);
}
