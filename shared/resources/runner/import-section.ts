import type { SettingTable } from "../../desired/runners/setting.ts";
import {
  autoscalerSettings,
  connectorSettings,
  policySettings,
  scaleThrottleSettings,
  stateStorageSettings,
} from "../../desired/runners/settings-autoscaler.ts";
import { cacheS3Settings, cacheSettings } from "../../desired/runners/settings-cache.ts";
import { dockerSettings, instanceSettings, serviceSettings } from "../../desired/runners/settings-docker.ts";
import { idleSettings, machineSettings, periodSettings } from "../../desired/runners/settings-machine.ts";
import { artifactSettings, customBuildDirSettings, sectionSettings } from "../../desired/runners/settings-section.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import { looksSecret } from "../../desired/secrets.ts";
import type { JsonObject } from "../../engine/json.ts";
import { decodeTable } from "./decode.ts";
import { runnerOwnedKeys } from "./effect.ts";
import { extraOf, type ImportContext, secretNote, suggestedSecret } from "./import-notes.ts";
import { importOptions } from "./import-options.ts";
import { sectionName } from "./sections.ts";

const executors = ["docker+machine", "docker-autoscaler", "instance"];

/** One `[[runners]]` section; undefined, with a note, where it is no fleet of machines. */
export function importSection(
  section: TomlTable,
  sharedUrl: string | undefined,
  names: Set<string>,
  context: ImportContext,
): JsonObject | undefined {
  const live = sectionName(section);
  const path = ["runners", live];
  const executor = section["executor"];
  if (typeof executor !== "string" || !executors.includes(executor)) {
    context.note("dropped", path, `executor ${String(executor)} runs no fleet of machines`);
    return undefined;
  }
  const name = fleetName(live, names);
  const part = new SectionImport(name, path, context);
  const owned = runnerOwnedKeys.filter((key) => section[key] !== undefined);
  if (owned.length > 0)
    context.note("dropped", path, `${owned.join(", ")} stay in config.toml: they are the runner's own`);
  if (live === "") context.note("changed", [...path, "name"], "the section has no name and gets one");
  const {
    environment,
    artifact,
    custom_build_dir: buildDir,
    docker,
    cache,
    machine,
    autoscaler,
    instance,
    ...others
  } = Object.fromEntries(
    Object.entries(section).filter(
      ([key]) => !["name", "url", "executor"].includes(key) && !runnerOwnedKeys.some((own) => own === key),
    ),
  );
  const fields: JsonObject = {
    name,
    ...(live === "" ? {} : { runnerName: live }),
    ...(typeof section["url"] === "string" && section["url"] !== sharedUrl ? { url: section["url"] } : {}),
    executor,
    ...part.table(sectionSettings, others, []),
    ...part.environment(environment),
    ...part.section("artifact", artifactSettings, artifact, ["artifact"]),
    ...part.section("customBuildDir", customBuildDirSettings, buildDir, ["custom_build_dir"]),
    ...part.docker(docker),
    ...part.cache(cache),
    ...(executor === "docker+machine"
      ? part.machine(isTable(machine) ? machine : {})
      : {
          ...part.section("instance", instanceSettings, instance, ["instance"]),
          ...part.autoscaler(isTable(autoscaler) ? autoscaler : {}),
        }),
  };
  const stray: TomlTable =
    executor === "docker+machine"
      ? { ...(autoscaler === undefined ? {} : { autoscaler }), ...(instance === undefined ? {} : { instance }) }
      : machine === undefined
        ? {}
        : { machine };
  return { ...fields, ...part.extra(stray) };
}

/** A name for the file, once in it: `build` of `Build #2`. */
function fleetName(live: string, names: Set<string>): string {
  const plain =
    live
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^[^a-z]+|-+$/g, "")
      .slice(0, 34) || "fleet";
  let name = plain;
  for (let count = 2; names.has(name); count += 1) name = `${plain}-${count}`;
  names.add(name);
  return name;
}

class SectionImport {
  readonly #name: string;
  readonly #path: readonly (string | number)[];
  readonly #context: ImportContext;
  #rest: TomlTable = {};

  constructor(name: string, path: readonly (string | number)[], context: ImportContext) {
    this.#name = name;
    this.#path = path;
    this.#context = context;
  }

  /** Fields of a table at a place in the section; what no field takes goes to `extraConfig`. */
  table(settings: SettingTable, values: TomlTable, at: readonly string[]): JsonObject {
    const decoded = decodeTable(settings, values);
    this.#leave(decoded.rest, at);
    const secrets = decoded.secrets.map(({ key, field }) => {
      const secret = suggestedSecret(this.#name, key);
      secretNote(this.#context, [...this.#path, ...at, key], secret);
      return [field, secret] as const;
    });
    return { ...decoded.fields, ...Object.fromEntries(secrets) };
  }

  section(field: string, settings: SettingTable, value: TomlValue | undefined, at: readonly string[]): JsonObject {
    return isTable(value) ? { [field]: this.table(settings, value, at) } : {};
  }

  environment(value: TomlValue | undefined): JsonObject {
    if (!Array.isArray(value)) return {};
    const plain: string[] = [];
    const secrets: Record<string, string> = {};
    value.map(String).forEach((entry, index) => {
      const variable = entry.split("=", 1)[0] ?? "";
      if (!looksSecret(entry) && variable !== "DOCKER_AUTH_CONFIG") {
        plain.push(entry);
        return;
      }
      secrets[variable] = suggestedSecret(this.#name, variable);
      secretNote(this.#context, [...this.#path, "environment", index], secrets[variable]);
    });
    return {
      environment: plain,
      ...(Object.keys(secrets).length === 0 ? {} : { environmentSecrets: secrets }),
    };
  }

  docker(value: TomlValue | undefined): JsonObject {
    if (!isTable(value)) return {};
    const { services, ...others } = value;
    const blocks = Array.isArray(services) ? services.filter(isTable) : [];
    const typedBlocks = blocks.map((block) => decodeTable(serviceSettings, block));
    const whole = typedBlocks.every(
      (block) => Object.keys(block.rest).length === 0 && block.fields["name"] !== undefined,
    );
    if (!whole && services !== undefined) this.#leave({ services }, ["docker"]);
    return {
      docker: {
        ...this.table(dockerSettings, others, ["docker"]),
        ...(services !== undefined && whole ? { services: typedBlocks.map((block) => block.fields) } : {}),
      },
    };
  }

  cache(value: TomlValue | undefined): JsonObject {
    if (!isTable(value)) return {};
    const { s3, ...others } = value;
    return {
      cache: {
        ...this.table(cacheSettings, others, ["cache"]),
        ...this.section("s3", cacheS3Settings, s3, ["cache", "s3"]),
      },
    };
  }

  machine(value: TomlTable): JsonObject {
    const { MachineOptions: options, autoscaling, ...others } = value;
    const imported = importOptions(Array.isArray(options) ? options.map(String) : []);
    const blocks = Array.isArray(autoscaling) ? autoscaling.filter(isTable) : [];
    return {
      machine: {
        ...this.table({ ...machineSettings, ...idleSettings }, others, ["machine"]),
        ...(autoscaling === undefined ? {} : { autoscaling: blocks.map((block, index) => this.#block(block, index)) }),
        ...imported.fields,
        ...(options !== undefined && (imported.rest.length > 0 || Object.keys(imported.fields).length === 0)
          ? { options: this.#keptOptions(imported.rest) }
          : {}),
      },
    };
  }

  /** A block always names its periods in the file; the runner takes none as never. */
  #block(block: TomlTable, index: number): JsonObject {
    const { fields } = decodeTable({ ...periodSettings, ...idleSettings }, withoutEmptyZone(block));
    if (fields["periods"] === undefined) {
      this.#context.note(
        "changed",
        [...this.#path, "machine", "autoscaling", index],
        "has no periods, and is never in force",
      );
    }
    return fields;
  }

  #keptOptions(options: readonly string[]): readonly string[] {
    return options.filter((option) => {
      if (!/-(?:access-key|secret-key|session-token|access-token|api-token|password)=./.test(option)) return true;
      const key = option.split("=", 1)[0] ?? "";
      this.#context.note(
        "dropped",
        [...this.#path, "machine", "MachineOptions", key],
        "a credential; the host's role is used instead",
      );
      return false;
    });
  }

  autoscaler(value: TomlTable): JsonObject {
    const { policy, connector_config: connector, scale_throttle: throttle, state_storage: storage, ...others } = value;
    const policies = Array.isArray(policy) ? policy.filter(isTable) : [];
    const decoded = policies.map((one) => decodeTable(policySettings, withoutEmptyZone(one)));
    const whole = decoded.every((one) => Object.keys(one.rest).length === 0);
    if (!whole && policy !== undefined) this.#leave({ policy }, ["autoscaler"]);
    return {
      autoscaler: {
        ...this.table(autoscalerSettings, others, ["autoscaler"]),
        ...this.section("connector", connectorSettings, connector, ["autoscaler", "connector_config"]),
        ...this.section("scaleThrottle", scaleThrottleSettings, throttle, ["autoscaler", "scale_throttle"]),
        ...this.section("stateStorage", stateStorageSettings, storage, ["autoscaler", "state_storage"]),
        ...(policy !== undefined && whole ? { policies: decoded.map((one) => one.fields) } : {}),
      },
    };
  }

  extra(stray: TomlTable): JsonObject {
    return extraOf({ ...this.#rest, ...stray }, this.#path, this.#context);
  }

  #leave(rest: TomlTable, at: readonly string[]): void {
    if (Object.keys(rest).length > 0) this.#rest = placed(this.#rest, rest, at);
  }
}

/** An empty zone is the manager's own, as is none. */
function withoutEmptyZone(block: TomlTable): TomlTable {
  return Object.fromEntries(Object.entries(block).filter(([key, value]) => !(/^timezone$/i.test(key) && value === "")));
}

function placed(into: TomlTable, values: TomlTable, [first, ...more]: readonly string[]): TomlTable {
  if (first === undefined) return { ...into, ...values };
  const inner = into[first];
  return { ...into, [first]: placed(isTable(inner) ? inner : {}, values, more) };
}
