import * as z from "zod/mini";
import { field, optional, section, withDefault } from "../field.ts";
import { matching, secretName, wholeNumber } from "../values.ts";
import { machineOptionShape } from "./machine-options.ts";
import { poolSchema } from "./pool.ts";
import { registrationSchema } from "./registration.ts";
import { shapeOf, strings } from "./setting.ts";
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

const extraConfig = (where: string) =>
  field(optional(z.record(z.string(), z.json())), {
    description: `Further keys of ${where}, by GitLab's own names. Tables are merged; a key that a typed field sets too is an error.`,
    example: { metrics: { queries: [] } },
  });

const serverUrl = () =>
  matching(/^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/, "an address such as https://gitlab.example.com");

const managerSchema = section({
  concurrent: field(wholeNumber(1, 100_000), {
    description: "How many jobs all fleets together run at once. GitLab's rule: at least 1, or the manager exits.",
    unit: "jobs",
    example: 20,
  }),
  ...shapeOf(managerSettings),
  sessionServer: field(optional(section(shapeOf(sessionServerSettings))), { description: "Web terminals." }),
  shutdownDrain: field(optional(section(shapeOf(shutdownDrainSettings))), {
    description: "Removal of idle docker+machine machines when the manager stops.",
  }),
  exclusive: field(withDefault(z.boolean(), false), {
    description: "Whether config.toml is owned whole: keys and sections that the file doesn't declare are taken away.",
    example: false,
  }),
  extraConfig: extraConfig("config.toml's top"),
});

const cacheSchema = section({
  ...shapeOf(cacheSettings),
  s3: field(optional(section(shapeOf(cacheS3Settings))), { description: "S3, where the type is s3." }),
});

const dockerSchema = section({
  ...shapeOf(dockerSettings),
  services: field(
    optional(
      z.array(
        section({
          ...shapeOf(serviceSettings),
          name: field(serviceSettings.name.schema, serviceSettings.name.facts),
        }),
      ),
    ),
    { description: "Services beside every job.", example: [{ name: "docker:28-dind", alias: "docker" }] },
  ),
});

const machineSchema = section({
  ...shapeOf(machineSettings),
  ...shapeOf(idleSettings),
  autoscaling: field(
    optional(
      z.array(
        section({
          periods: field(
            strings("", "", []).schema.check(z.minLength(1, { error: "at least one period" })),
            periodSettings.periods.facts,
          ),
          timezone: field(optional(periodSettings.timezone.schema), periodSettings.timezone.facts),
          ...shapeOf(idleSettings),
        }),
      ),
    ),
    {
      description: "Other idle values at some times. The last block that matches replaces all four values.",
      example: [{ periods: ["* * 9-17 * * mon-fri *"], timezone: "Asia/Tokyo", idleCount: 10, idleTime: "1h" }],
    },
  ),
  ...machineOptionShape,
  options: field(optional(z.array(z.string().check(z.maxLength(4096)))), {
    description: "Further options of docker-machine, as key=value without leading hyphens.",
    example: ["amazonec2-block-duration-minutes=60"],
  }),
});

const autoscalerSchema = section({
  ...shapeOf(autoscalerSettings),
  scaleThrottle: field(optional(section(shapeOf(scaleThrottleSettings))), {
    description: "How fast instances are made.",
  }),
  stateStorage: field(optional(section(shapeOf(stateStorageSettings))), {
    description: "Whether instances survive a restart of the manager.",
  }),
  connector: field(optional(section(shapeOf(connectorSettings))), { description: "How instances are reached." }),
  policies: field(optional(z.array(section(shapeOf(policySettings)))), {
    description: "Idle capacity by time. The last policy that matches counts.",
    example: [{ periods: ["* 8-17 * * mon-fri"], idleCount: 5, idleTime: "20m" }],
  }),
});

const common = {
  name: field(
    matching(/^[a-z][a-z0-9-]{0,39}$/, "up to 40 lower-case letters, digits or hyphens, a letter first, such as build"),
    {
      description:
        "Name of the section, once in the file; the `name` of its [[runners]] unless `runnerName` says else.",
      example: "build",
    },
  ),
  runnerName: field(optional(z.string().check(z.minLength(1), z.maxLength(255))), {
    description:
      "The `name` of its [[runners]], by which the live section is found. Default: the fleet's name and this one.",
    example: "gitlab-aws-autoscaler",
  }),
  url: field(optional(serverUrl()), {
    description: "The GitLab to ask for jobs. Default: runners.gitlab.url, then the host's external URL.",
    example: "https://gitlab.example.com",
  }),
  ...shapeOf(sectionSettings),
  environmentSecrets: field(
    optional(z.record(matching(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name"), secretName())),
    {
      description: "Variables of every job whose values are secrets: by variable, the name of the secret.",
      example: { DOCKER_AUTH_CONFIG: "docker-auth" },
    },
  ),
  artifact: field(optional(section(shapeOf(artifactSettings))), { description: "Uploads of artifacts." }),
  customBuildDir: field(optional(section(shapeOf(customBuildDirSettings))), {
    description: "Whether jobs choose their directory.",
  }),
  docker: field(optional(dockerSchema), { description: "The Docker executor's own settings." }),
  cache: field(optional(cacheSchema), { description: "The distributed cache." }),
  registration: field(withDefault(registrationSchema, {}), { description: "What GitLab keeps of the runner." }),
  extraConfig: extraConfig("the [[runners]] section"),
};

const fleetSchema = z.discriminatedUnion(
  "executor",
  [
    section({
      executor: field(z.literal("docker+machine"), {
        description: "Machines made by docker-machine. Ends with GitLab 20.0.",
        example: "docker+machine",
      }),
      ...common,
      machine: field(machineSchema, { description: "The machines." }),
    }),
    section({
      executor: field(z.enum(["docker-autoscaler", "instance"]), {
        description: "Instances of an Auto Scaling group: jobs in Docker on them, or on them directly.",
        example: "docker-autoscaler",
      }),
      ...common,
      instance: field(optional(section(shapeOf(instanceSettings))), {
        description: "The instance executor's own settings.",
      }),
      autoscaler: field(autoscalerSchema, { description: "The autoscaler." }),
      pool: field(optional(poolSchema), { description: "What its instances are made of." }),
    }),
  ],
  {
    error:
      "docker+machine, docker-autoscaler or instance; others run no fleet, and docker-ssh and docker-ssh+machine are gone from GitLab Runner",
  },
);

/** `spec.runners`. */
export const runnersSchema = section({
  version: field(optional(matching(/^\d{2}\.\d{1,2}(?:\.\d{1,3})?$/, "a version of GitLab Runner such as 19.5.1")), {
    description:
      "GitLab Runner's version. Its first two numbers should be GitLab's. Default: the first of GitLab's minor version. It follows GitLab: drained first, once an upgrade has arrived.",
    unit: "version",
    example: "19.5.1",
  }),
  gitlab: field(
    optional(
      section({
        url: field(serverUrl(), { description: "A GitLab elsewhere.", example: "https://gitlab.example.com" }),
        apiTokenSecret: field(optional(secretName()), {
          description:
            "Name of the secret that holds a token with create_runner and manage_runner, and read_api if jobs' traces may be read.",
          example: "gitlab-api-token",
        }),
        registrationTokenSecret: field(optional(secretName()), {
          description: "Name of the secret that holds a registration token, for that flow.",
          example: "registration-token",
        }),
      }),
    ),
    { description: "The GitLab that the runners serve, where it isn't the fleet's own host." },
  ),
  manager: field(managerSchema, { description: "The runner manager: config.toml's global part." }),
  fleets: field(z.array(fleetSchema).check(z.maxLength(50, { error: "at most 50 fleets" })), {
    description: "The fleets, each one [[runners]] section.",
    example: [],
  }),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export type Runners = DeepReadonly<z.output<typeof runnersSchema>>;
export type RunnerFleet = Runners["fleets"][number];
export type MachineFleet = Extract<RunnerFleet, { readonly executor: "docker+machine" }>;
export type AutoscalerFleet = Exclude<RunnerFleet, MachineFleet>;
