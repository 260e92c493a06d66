import { configKeys, runner as runnerKeys } from "./keys.ts";
import { type MachineOptionName, machineOptions, type OptionKind } from "./machine-options.ts";
import type { AutoscalerFleet, MachineFleet, RunnerFleet, Runners } from "./runners-schema.ts";
import {
  autoscalerSettings,
  connectorSettings,
  policySettings,
  scaleThrottleSettings,
  stateStorageSettings,
} from "./settings-autoscaler.ts";
import { cacheS3Settings, cacheSettings } from "./settings-cache.ts";
import { dockerSettings, instanceSettings, serviceSettings } from "./settings-docker.ts";
import { idleSettings, machineSettings, periodSettings } from "./settings-machine.ts";
import { managerSettings, sessionServerSettings, shutdownDrainSettings } from "./settings-manager.ts";
import { artifactSettings, customBuildDirSettings, sectionSettings } from "./settings-section.ts";
import { isTable, secretMark, settingsToToml, type TomlTable, type TomlValue, typed } from "./toml-value.ts";

/*
 * config.toml as the file declares it: typed fields first, `extraConfig` merged in. Nothing is added that the file doesn't
 * say, and nothing of the fleet's surroundings; both come later.
 */

/** Typed and merged tables, and the paths that both set. */
export interface Merged {
  readonly table: TomlTable;
  /** Keys from the table's root: `["machine", "IdleCount"]`. */
  readonly conflicts: readonly (readonly string[])[];
}

/** The global part, without `[[runners]]`. */
export function declaredGlobal(manager: Runners["manager"]): Merged {
  const drain = manager.shutdownDrain;
  return merged(
    {
      concurrent: BigInt(manager.concurrent),
      ...settingsToToml(managerSettings, manager),
      ...(manager.sessionServer === undefined
        ? {}
        : { session_server: settingsToToml(sessionServerSettings, manager.sessionServer) }),
      ...(drain === undefined ? {} : { machine: { shutdown_drain: settingsToToml(shutdownDrainSettings, drain) } }),
    },
    typed(configKeys, manager.extraConfig ?? {}),
  );
}

/** One `[[runners]]` section, without name and url. */
export function declaredSection(fleet: RunnerFleet): Merged {
  const secrets = Object.entries(fleet.environmentSecrets ?? {}).map(
    ([name, secret]) => `${name}=${secretMark(secret)}`,
  );
  const environment = [...(fleet.environment ?? []), ...secrets];
  return merged(
    {
      executor: fleet.executor,
      ...settingsToToml(sectionSettings, fleet),
      ...(fleet.environment === undefined && secrets.length === 0 ? {} : { environment }),
      ...(fleet.artifact === undefined ? {} : { artifact: settingsToToml(artifactSettings, fleet.artifact) }),
      ...(fleet.customBuildDir === undefined
        ? {}
        : { custom_build_dir: settingsToToml(customBuildDirSettings, fleet.customBuildDir) }),
      ...(fleet.docker === undefined ? {} : { docker: dockerTable(fleet.docker) }),
      ...(fleet.cache === undefined ? {} : { cache: cacheTable(fleet.cache) }),
      ...(fleet.executor === "docker+machine" ? { machine: machineTable(fleet.machine) } : autoscalerTables(fleet)),
    },
    typed(runnerKeys, fleet.extraConfig ?? {}),
  );
}

function dockerTable(docker: NonNullable<RunnerFleet["docker"]>): TomlTable {
  return {
    ...settingsToToml(dockerSettings, docker),
    ...(docker.services === undefined
      ? {}
      : { services: docker.services.map((service) => settingsToToml(serviceSettings, service)) }),
  };
}

function cacheTable(cache: NonNullable<RunnerFleet["cache"]>): TomlTable {
  return {
    ...settingsToToml(cacheSettings, cache),
    ...(cache.s3 === undefined ? {} : { s3: settingsToToml(cacheS3Settings, cache.s3) }),
  };
}

function machineTable(machine: MachineFleet["machine"]): TomlTable {
  const options = declaredOptions(machine);
  return {
    ...settingsToToml(machineSettings, machine),
    ...settingsToToml(idleSettings, machine),
    ...(options.length === 0 && machine.options === undefined ? {} : { MachineOptions: options }),
    ...(machine.autoscaling === undefined
      ? {}
      : {
          autoscaling: machine.autoscaling.map((block) => ({
            ...settingsToToml(periodSettings, block),
            ...settingsToToml(idleSettings, block),
          })),
        }),
  };
}

/** `MachineOptions` of the typed fields, then the further ones. */
export function declaredOptions(machine: MachineFleet["machine"]): readonly string[] {
  const names = Object.keys(machineOptions) as MachineOptionName[];
  return [
    ...names.flatMap((name) => {
      const value = machine[name];
      return value === undefined ? [] : optionTexts(machineOptions[name].option, machineOptions[name].kind, value);
    }),
    ...(machine.options ?? []),
  ];
}

/** Where pinned install scripts of the Docker engine are kept, one a version. */
export const dockerInstallBase = "https://releases.rancher.com/install-docker/";

/** Stands for the id of an image that a public parameter names. */
export function imageMark(parameter: string): string {
  return `ssm:${parameter}`;
}

export function optionTexts(
  option: string,
  kind: OptionKind,
  value: string | number | boolean | readonly string[] | Readonly<Record<string, string>>,
): readonly string[] {
  switch (kind) {
    case "list":
      return (value as readonly string[]).map((item) => `${option}=${item}`);
    case "tags":
      return [`${option}=${Object.entries(value).flat().join(",")}`];
    case "dockerVersion":
      return [`${option}=${dockerInstallBase}${value}.sh`];
    case "image":
      return Object.entries(value).map(([by, image]) => `${option}=${by === "id" ? image : imageMark(String(image))}`);
    case "text":
      return [`${option}=${option === "amazonec2-spot-price" && value === "on-demand" ? "" : value}`];
    case "number":
    case "switch":
      return [`${option}=${value}`];
  }
}

function autoscalerTables(fleet: AutoscalerFleet): TomlTable {
  const { autoscaler } = fleet;
  return {
    ...(fleet.instance === undefined ? {} : { instance: settingsToToml(instanceSettings, fleet.instance) }),
    autoscaler: {
      ...settingsToToml(autoscalerSettings, autoscaler),
      ...(autoscaler.scaleThrottle === undefined
        ? {}
        : { scale_throttle: settingsToToml(scaleThrottleSettings, autoscaler.scaleThrottle) }),
      ...(autoscaler.stateStorage === undefined
        ? {}
        : { state_storage: settingsToToml(stateStorageSettings, autoscaler.stateStorage) }),
      ...(autoscaler.connector === undefined
        ? {}
        : { connector_config: settingsToToml(connectorSettings, autoscaler.connector) }),
      ...(autoscaler.policies === undefined
        ? {}
        : { policy: autoscaler.policies.map((policy) => settingsToToml(policySettings, policy)) }),
    },
  };
}

function merged(base: TomlTable, extra: TomlTable): Merged {
  const conflicts: (readonly string[])[] = [];
  return { table: merge(base, extra, [], conflicts), conflicts };
}

function merge(base: TomlTable, extra: TomlTable, at: readonly string[], conflicts: (readonly string[])[]): TomlTable {
  const result: Record<string, TomlValue> = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    const own = Object.hasOwn(base, key) ? base[key] : undefined;
    if (own === undefined) result[key] = value;
    else if (isTable(own) && isTable(value)) result[key] = merge(own, value, [...at, key], conflicts);
    else conflicts.push([...at, key]);
  }
  return result;
}
