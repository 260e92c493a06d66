import { parseArgs, type StandIn, type StandInContext, text, trouble } from "../stand-in.ts";
import { type ComposeService, readProject } from "./compose-file.ts";
import { build, containerOf, pull, start, stop, up } from "./containers.ts";

const PLUGIN = "/usr/local/lib/docker/cli-plugins/docker-compose";
const flags = [
  "--quiet",
  "-q",
  "--detach",
  "-d",
  "--no-deps",
  "--no-build",
  "--quiet-pull",
  "--images",
  "--no-recreate",
  "--short",
];

/** docker compose, on one project with a docker-compose.yaml. */
export const compose: StandIn = ({ args }, context) => {
  if (!context.files.exists(PLUGIN)) return trouble("docker: 'compose' is not a docker command.");
  const global = parseArgs(args, [], true);
  const [verb, ...more] = global.rest;
  if (verb === "version") return text(`${pluginVersion(context)}\n`);
  const name = global.options.get("--project-name")?.[0] ?? "default";
  const project = readProject(name, global.options.get("--project-directory")?.[0] ?? "/", context.files);
  if (typeof project === "string") return trouble(project, 15);
  const { options, rest } = parseArgs(more, flags);
  if (verb === "config") {
    const hash = options.get("--hash")?.[0];
    const chosen = [...project.services.values()].filter(
      (one) => hash === undefined || hash === "*" || one.name === hash,
    );
    if (options.has("--images")) return text(chosen.map((one) => `${one.image}\n`).join(""));
    if (hash !== undefined) return text(chosen.map((one) => `${one.name} ${one.hash}\n`).join(""));
    return text("");
  }
  const names = rest.length > 0 ? rest : [...project.services.keys()];
  const services: ComposeService[] = [];
  for (const service of names) {
    const found = project.services.get(service);
    if (found === undefined) return trouble(`no such service: ${service}`, 1);
    services.push(found);
  }
  for (const service of services) {
    const container = containerOf(name, service.name, context);
    switch (verb) {
      case "up": {
        const why = up(project, service, context);
        if (why !== undefined) return trouble(`Error response from daemon: ${why}`, 1);
        break;
      }
      case "pull":
        if (!service.builds && !pull(service.image, context))
          return trouble(`manifest for ${service.image} not found`, 1);
        break;
      case "build":
        if (!service.builds) break;
        if (!build(service, context)) return trouble(`failed to read dockerfile of ${service.name}`, 1);
        break;
      case "stop":
        if (container !== undefined) stop(container);
        break;
      case "start":
        if (container === undefined) return trouble(`service "${service.name}" has no container to start`, 1);
        if (container.status !== "running") start(container, context);
        break;
      case "restart":
        if (container !== undefined) {
          stop(container);
          start(container, context);
        }
        break;
      default:
        return trouble(`docker: the sandbox doesn't know docker compose ${verb}`, 125);
    }
  }
  return text("");
};

/** By the address that the installed file came from; the sandbox's downloads hold nothing but their own hash. */
function pluginVersion({ files, artifacts }: StandInContext): string {
  const installed = /sha256=([0-9a-f]{64})/.exec(files.text(PLUGIN) ?? "")?.[1];
  const from = Object.entries(artifacts).find(([, sha256]) => sha256 === installed)?.[0] ?? "";
  return /\/v([0-9]+\.[0-9]+\.[0-9]+)\//.exec(from)?.[1] ?? "2.40.3";
}
