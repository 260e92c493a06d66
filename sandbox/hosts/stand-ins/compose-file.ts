import { createHash } from "node:crypto";
import { parse } from "yaml";
import type { HostFiles } from "../host-files.ts";

export interface ComposeService {
  readonly name: string;
  readonly image: string;
  readonly builds: boolean;
  readonly restart: string;
  readonly healthCheck: boolean;
  /** Milliseconds. */
  readonly healthGrace: number;
  readonly omnibus?: string;
  readonly binds: readonly { readonly host: string; readonly container: string }[];
  readonly containerName: string;
  /** 64 hexadecimal digits, of everything that the block says, variables filled in. */
  readonly hash: string;
  /** File of the build, where there is one. */
  readonly dockerfile?: string;
}

export interface ComposeProject {
  readonly name: string;
  readonly services: ReadonlyMap<string, ComposeService>;
}

/** Reads a project's docker-compose.yaml as docker compose would; a sentence where it is refused. */
export function readProject(name: string, directory: string, files: HostFiles): ComposeProject | string {
  const path = `${directory}/docker-compose.yaml`;
  const text = files.text(path);
  if (text === undefined) return `open ${path}: no such file or directory`;
  const variables = environmentFile(files.text(`${directory}/.env`) ?? "");
  let document: unknown;
  try {
    document = interpolated(parse(text), variables);
  } catch (error) {
    return `yaml: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
  }
  const blocks = isRecord(document) ? document["services"] : undefined;
  if (!isRecord(blocks)) return "services must be a mapping";
  const services = new Map<string, ComposeService>();
  for (const [service, block] of Object.entries(blocks)) {
    if (!isRecord(block)) return `services.${service} must be a mapping`;
    const build = block["build"];
    if (typeof block["image"] !== "string" && build === undefined) {
      return `service "${service}" has neither an image nor a build context specified`;
    }
    for (const file of environmentFiles(block["env_file"])) {
      if (!files.exists(within(directory, file))) return `env file ${within(directory, file)} not found`;
    }
    services.set(service, serviceOf(name, directory, service, block, files));
  }
  return { name, services };
}

function serviceOf(
  project: string,
  directory: string,
  name: string,
  block: Readonly<Record<string, unknown>>,
  files: HostFiles,
): ComposeService {
  const { build, healthcheck } = block;
  const image = typeof block["image"] === "string" ? block["image"] : `${project}-${name}`;
  const environment = environmentFiles(block["env_file"]).map((file) => files.text(within(directory, file)) ?? "");
  const volumes = Array.isArray(block["volumes"]) ? block["volumes"] : [];
  const context = typeof build === "string" ? build : isRecord(build) ? build["context"] : undefined;
  return {
    name,
    image,
    builds: build !== undefined,
    restart: typeof block["restart"] === "string" ? block["restart"] : "no",
    healthCheck: isRecord(healthcheck) ? healthcheck["disable"] !== true : /(^|\/)gitlab-(ee|ce)[:@]/.test(image),
    healthGrace: isRecord(healthcheck) ? milliseconds(String(healthcheck["start_period"] ?? "0s")) : 0,
    ...omnibusOf(block["environment"]),
    binds: volumes.flatMap((volume) => bindOf(directory, volume)),
    containerName: typeof block["container_name"] === "string" ? block["container_name"] : `${project}-${name}-1`,
    hash: createHash("sha256")
      .update(canonical([block, environment]))
      .digest("hex"),
    ...(typeof context === "string"
      ? {
          dockerfile: `${within(directory, context)}/${isRecord(build) ? (build["dockerfile"] ?? "Dockerfile") : "Dockerfile"}`,
        }
      : {}),
  };
}

function omnibusOf(environment: unknown): { omnibus?: string } {
  const name = "GITLAB_OMNIBUS_CONFIG";
  const listed = Array.isArray(environment)
    ? environment.map(String).find((one) => one.startsWith(`${name}=`))
    : undefined;
  const value = isRecord(environment) ? environment[name] : listed?.slice(name.length + 1);
  return value === undefined ? {} : { omnibus: String(value) };
}

/** `20m`, `1200s`, `1h30m` as docker compose writes durations. */
function milliseconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return [...duration.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0),
    0,
  );
}

function bindOf(directory: string, volume: unknown): { host: string; container: string }[] {
  if (typeof volume === "string") {
    const [host, container] = volume.split(":");
    return host === undefined || container === undefined || !/^[./]/.test(host)
      ? []
      : [{ host: within(directory, host), container }];
  }
  if (!isRecord(volume) || volume["type"] !== "bind") return [];
  return [{ host: within(directory, String(volume["source"])), container: String(volume["target"]) }];
}

function within(directory: string, path: string): string {
  return path.startsWith("/") ? path : `${directory}/${path.replace(/^\.\/?/, "")}`.replace(/\/$/, "");
}

function environmentFiles(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map((one) => (isRecord(one) ? String(one["path"]) : String(one)));
}

function environmentFile(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").flatMap((line): [string, string][] => {
    const match = /^([A-Za-z_]\w*)=(.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? "", (match[2] ?? "").replace(/^(['"])(.*)\1$/, "$2")]];
  });
  return new Map(lines);
}

/** `$$` is a dollar; `${NAME}` and `$NAME` are filled in, and empty where nothing is known of them. */
function interpolated(value: unknown, variables: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") {
    return value.replaceAll(
      /\$\$|\$\{([A-Za-z_]\w*)(?::?[-?][^}]*)?\}|\$([A-Za-z_]\w*)|\$/g,
      (match, braced?: string, bare?: string) => {
        if (match === "$$") return "$";
        const name = braced ?? bare;
        if (name === undefined) throw new Error(`invalid interpolation format: ${value.slice(0, 40)}`);
        return variables.get(name) ?? "";
      },
    );
  }
  if (Array.isArray(value)) return value.map((item) => interpolated(item, variables));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolated(item, variables)]));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
