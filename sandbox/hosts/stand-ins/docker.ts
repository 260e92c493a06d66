import type { ContainerRecord } from "../host-state.ts";
import { parseArgs, type StandIn, type StandInAnswer, type StandInContext, text, trouble } from "../stand-in.ts";
import { onHost } from "./container-paths.ts";
import { containerNamed, imageNamed, pull } from "./containers.ts";
import { compose } from "./docker-compose.ts";
import { execInGitlab, healthOf } from "./gitlab.ts";
import { render } from "./go-template.ts";
import { execInManager } from "./manager.ts";

const flags = [
  "--all",
  "-a",
  "--no-trunc",
  "--quiet",
  "-q",
  "-aq",
  "--timestamps",
  "-i",
  "--interactive",
  "-t",
  "-T",
  "-f",
];

/** The docker command, as far as the host documents use it. What it doesn't know it says, with status 125. */
export const docker: StandIn = (request, context) => {
  const [verb = "", ...args] = request.args;
  const daemon = context.host.units["docker"]?.active === true;
  if (verb === "compose" && (daemon || args.includes("version"))) return compose({ ...request, args }, context);
  if (verb === "version") {
    const Version = context.host.packages["docker"] ?? "";
    const data = { Client: { Version }, ...(daemon ? { Server: { Version } } : {}) };
    const format = parseArgs(args, []).options.get("--format")?.[0] ?? "";
    if (format.includes(".Server") && !daemon) return noDaemon();
    return text(`${render(format, data)}\n`);
  }
  if (!daemon) return noDaemon();
  if (verb === "image") return image(args, context);
  if (verb === "exec") return execIn(args, context, request.stdin);
  const run = verbs[verb];
  return run === undefined ? trouble(`docker: the sandbox doesn't know docker ${verb}`, 125) : run(args, context);
};

function noDaemon(): StandInAnswer {
  return trouble("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?");
}

const verbs: Readonly<Record<string, (args: readonly string[], context: StandInContext) => StandInAnswer>> = {
  ps(args, context) {
    const { options } = parseArgs(args, flags);
    const filters = options.get("--filter") ?? [];
    const all = options.has("--all") || options.has("-a") || options.has("-aq");
    const found = Object.values(context.host.containers).filter((one) => {
      const labels = labelsOf(one);
      const fits = filters.every((filter) => {
        const [, key = "", value] = /^label=([^=]+)(?:=(.*))?$/s.exec(filter) ?? [];
        return value === undefined ? key in labels : labels[key] === value;
      });
      return fits && (all || one.status === "running");
    });
    return text(found.map((one) => `${one.id}\n`).join(""));
  },
  inspect(args, context) {
    const { options, rest } = parseArgs(args, flags);
    const format = options.get("--format")?.[0] ?? "{{json .}}";
    const lines: string[] = [];
    for (const name of rest) {
      const container = containerNamed(name, context);
      if (container === undefined) return { ...trouble(`Error: No such container: ${name}`), stdout: lines.join("") };
      const { struct, raw } = inspected(container, context);
      lines.push(`${formatted(format, struct, raw)}\n`);
    }
    return text(lines.join(""));
  },
  top(args, context) {
    const container = containerNamed(args[0] ?? "", context);
    if (container?.status !== "running")
      return trouble(`Error response from daemon: container ${args[0]} is not running`);
    const own =
      container.service === "gitlab-runner"
        ? ["gitlab-runner run", ...context.host.manager.processes]
        : [container.service];
    // Docker finds the container's processes by their ids, so ps must print them.
    if (!args.some((arg) => /\bpid\b/.test(arg)))
      return trouble("Error response from daemon: Couldn't find PID field in ps output");
    return text(
      ["    PID COMMAND", ...own.map((line, index) => `${String(index + 1).padStart(7)} ${line}`), ""].join("\n"),
    );
  },
  update(args, context) {
    const { options, rest } = parseArgs(args, flags);
    return onEach(rest, context, (container) => {
      container.restart = options.get("--restart")?.[0] ?? container.restart;
    });
  },
  kill(args, context) {
    const { options, rest } = parseArgs(args, flags);
    const signal = options.get("--signal")?.[0] ?? "KILL";
    const down = rest.find((name) => containerNamed(name, context)?.status !== "running");
    if (down !== undefined)
      return trouble(`Error response from daemon: cannot kill container: ${down}: is not running`);
    return onEach(rest, context, (container) => {
      if (signal === "QUIT" && container.service === "gitlab-runner") container.quitting = true;
      else container.status = "exited";
    });
  },
  stop(args, context) {
    const { rest } = parseArgs(args, []);
    return onEach(rest, context, (container) => {
      container.status = "exited";
      container.stopped = true;
    });
  },
  pull(args, context) {
    const { rest } = parseArgs(args, flags);
    const [name = ""] = rest;
    return pull(name, context)
      ? text(`${name}\n`)
      : trouble(`Error response from daemon: manifest for ${name} not found`);
  },
  rm(args, context) {
    const { rest } = parseArgs(args, flags);
    const up = rest.find((name) => containerNamed(name, context)?.status === "running");
    if (up !== undefined)
      return trouble(`Error response from daemon: cannot remove container ${up}: container is running`);
    return onEach(rest, context, (container) => {
      delete context.host.containers[container.id];
    });
  },
  logs(args, context) {
    const { options, rest } = parseArgs(args, flags);
    const container = containerNamed(rest[0] ?? "", context);
    if (container === undefined) return trouble(`Error response from daemon: No such container: ${rest[0]}`);
    const tail = Number(options.get("--tail")?.[0] ?? "1000");
    return text(
      container.log
        .slice(-tail)
        .map((line) => `${line}\n`)
        .join(""),
    );
  },
};

function onEach(
  names: readonly string[],
  context: StandInContext,
  change: (container: ContainerRecord) => void,
): StandInAnswer {
  for (const name of names) {
    const container = containerNamed(name, context);
    if (container === undefined) return trouble(`Error response from daemon: No such container: ${name}`);
    change(container);
  }
  return text(names.map((name) => `${name}\n`).join(""));
}

function execIn(args: readonly string[], context: StandInContext, stdin: Uint8Array): StandInAnswer {
  const { rest } = parseArgs(args, flags, true);
  const [name = "", ...command] = rest;
  const container = containerNamed(name, context);
  if (container === undefined) return trouble(`Error response from daemon: No such container: ${name}`);
  if (container.status !== "running") return trouble(`Error response from daemon: container ${name} is not running`);
  return exec(container, command, context, stdin);
}

function exec(
  container: ContainerRecord,
  command: readonly string[],
  context: StandInContext,
  stdin: Uint8Array,
): StandInAnswer {
  const special =
    container.service === "gitlab"
      ? execInGitlab(container, command, context, stdin)
      : execInManager(container, command, context);
  if (special !== undefined) return special;
  const [program] = command;
  if (program !== "cat" && program !== "head") {
    return trouble(`OCI runtime exec failed: the sandbox has no ${program} in ${container.service}`, 126);
  }
  const path = command.at(-1) ?? "";
  const bound = onHost(container, path);
  const content = bound === undefined ? undefined : context.files.text(bound);
  if (content === undefined) return trouble(`${program}: ${path}: No such file or directory`);
  return text(program === "cat" ? content : `${content.split("\n")[0]}\n`);
}

function labelsOf(container: ContainerRecord): Readonly<Record<string, string>> {
  return {
    "com.docker.compose.project": container.project,
    "com.docker.compose.service": container.service,
    "com.docker.compose.config-hash": container.configHash,
  };
}

/** As the CLI does it: on its own structs, and where a template doesn't fit these, on the engine's JSON as it came. */
function formatted(format: string, struct: object, raw: object): string {
  try {
    return render(format, struct);
  } catch {
    return render(format, raw);
  }
}

function inspected(container: ContainerRecord, context: StandInContext): { struct: object; raw: object } {
  const health = healthOf(container, context);
  const started = container.startedAt === 0 ? "0001-01-01T00:00:00Z" : new Date(container.startedAt).toISOString();
  const State = { Status: container.status, ExitCode: container.exitCode, StartedAt: started };
  const rest = {
    Name: `/${container.name}`,
    Image: container.imageId,
    RestartCount: container.restarts,
    Config: { Image: container.image, Labels: labelsOf(container) },
    HostConfig: { RestartPolicy: { Name: container.restart } },
  };
  const Health = health === undefined ? undefined : { Status: health };
  return {
    struct: { ID: container.id, ...rest, State: { ...State, Health: Health ?? null } },
    raw: { Id: container.id, ...rest, State: { ...State, ...(Health === undefined ? {} : { Health }) } },
  };
}

function image(args: readonly string[], context: StandInContext): StandInAnswer {
  const [verb, ...more] = args;
  const { options, rest } = parseArgs(more, flags);
  if (verb === "ls")
    return text(
      Object.keys(context.host.images)
        .map((id) => `${id}\n`)
        .join(""),
    );
  if (verb === "inspect") {
    const found = imageNamed(rest[0] ?? "", context);
    if (found === undefined) return trouble(`Error: No such image: ${rest[0]}`);
    const Unix = Math.floor(found.taggedAt / 1000);
    const told = { RepoTags: found.tags, Metadata: { LastTagTime: { Unix } } };
    const format = options.get("--format")?.[0] ?? "{{json .}}";
    return text(`${formatted(format, { ID: found.id, ...told }, { Id: found.id, ...told })}\n`);
  }
  if (verb !== "rm") return trouble(`docker: the sandbox doesn't know docker image ${verb}`, 125);
  for (const name of rest) {
    const found = imageNamed(name, context);
    if (found === undefined) return trouble(`Error: No such image: ${name}`);
    const user = Object.values(context.host.containers).find((one) => one.imageId === found.id);
    if (user !== undefined) return trouble(`Error response from daemon: conflict: image is being used by ${user.id}`);
    found.tags = found.tags.filter((tag) => tag !== name);
    if (found.tags.length === 0 || found.id === name) delete context.host.images[found.id];
  }
  return text("");
}
