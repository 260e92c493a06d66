import { machineOptions } from "../../../shared/desired/runners/machine-options.ts";
import type { Runners } from "../../../shared/desired/runners/runners-schema.ts";
import {
  autoscalerSettings,
  connectorSettings,
  policySettings,
  scaleThrottleSettings,
  stateStorageSettings,
} from "../../../shared/desired/runners/settings-autoscaler.ts";
import { cacheS3Settings, cacheSettings } from "../../../shared/desired/runners/settings-cache.ts";
import { dockerSettings, instanceSettings, serviceSettings } from "../../../shared/desired/runners/settings-docker.ts";
import { idleSettings, machineSettings, periodSettings } from "../../../shared/desired/runners/settings-machine.ts";
import {
  managerSettings,
  sessionServerSettings,
  shutdownDrainSettings,
} from "../../../shared/desired/runners/settings-manager.ts";
import {
  artifactSettings,
  customBuildDirSettings,
  sectionSettings,
} from "../../../shared/desired/runners/settings-section.ts";
import { runnersOf } from "./desired-runners.ts";

type Examples = Readonly<Record<string, { readonly facts: { readonly example?: unknown } }>>;

/** Every typed field of a table, with its own example. */
function all(table: Examples): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(table).map(([name, { facts }]) => [name, facts.example]));
}

/** Names of the secrets that the fields below name. */
export const secretNames: readonly string[] = secretsOf([
  managerSettings,
  sectionSettings,
  cacheS3Settings,
  connectorSettings,
]);

function secretsOf(tables: readonly Readonly<Record<string, { kind: string; facts: { example?: unknown } }>>[]) {
  const names = tables.flatMap((table) => Object.values(table).filter(({ kind }) => kind === "secret"));
  return [...new Set(["docker-auth", ...names.map(({ facts }) => String(facts.example))])];
}

/** `spec.runners` with every typed field that there is: one fleet of each executor that may have it. */
export function everyField(): Runners {
  const section = {
    ...all(sectionSettings),
    environmentSecrets: { DOCKER_AUTH_CONFIG: "docker-auth" },
    artifact: all(artifactSettings),
    customBuildDir: all(customBuildDirSettings),
    docker: { ...all(dockerSettings), services: [all(serviceSettings)] },
    cache: { ...all(cacheSettings), s3: all(cacheS3Settings) },
  };
  return runnersOf({
    gitlab: { url: "https://gitlab.example.com" },
    manager: {
      concurrent: 20,
      ...all(managerSettings),
      sessionServer: all(sessionServerSettings),
      shutdownDrain: all(shutdownDrainSettings),
    },
    fleets: [
      {
        name: "build",
        executor: "docker+machine",
        ...section,
        machine: {
          ...all(machineSettings),
          ...all(idleSettings),
          ...all(machineOptions),
          ami: { id: "ami-0a1b2c3d4e5f60718" },
          autoscaling: [{ ...all(periodSettings), ...all(idleSettings) }],
        },
      },
      {
        name: "auto",
        executor: "docker-autoscaler",
        ...section,
        instance: all(instanceSettings),
        autoscaler: {
          ...all(autoscalerSettings),
          scaleThrottle: all(scaleThrottleSettings),
          stateStorage: all(stateStorageSettings),
          connector: all(connectorSettings),
          policies: [all(policySettings)],
        },
      },
    ],
  });
}
