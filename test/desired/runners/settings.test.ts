import { describe, expect, it } from "vitest";
import type { Keys, KeyType } from "../../../shared/desired/runners/key-type.ts";
import { configKeys } from "../../../shared/desired/runners/keys.ts";
import { knownMachineOptions, machineOptions } from "../../../shared/desired/runners/machine-options.ts";
import type { SettingKind, SettingTable } from "../../../shared/desired/runners/setting.ts";
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

const tables: readonly (readonly [place: string, table: SettingTable])[] = [
  ["", managerSettings],
  ["session_server", sessionServerSettings],
  ["machine.shutdown_drain", shutdownDrainSettings],
  ["runners", sectionSettings],
  ["runners.artifact", artifactSettings],
  ["runners.custom_build_dir", customBuildDirSettings],
  ["runners.docker", dockerSettings],
  ["runners.docker.services", serviceSettings],
  ["runners.instance", instanceSettings],
  ["runners.cache", cacheSettings],
  ["runners.cache.s3", cacheS3Settings],
  ["runners.machine", machineSettings],
  ["runners.machine", idleSettings],
  ["runners.machine.autoscaling", idleSettings],
  ["runners.machine.autoscaling", periodSettings],
  ["runners.autoscaler", autoscalerSettings],
  ["runners.autoscaler.scale_throttle", scaleThrottleSettings],
  ["runners.autoscaler.state_storage", stateStorageSettings],
  ["runners.autoscaler.connector_config", connectorSettings],
  ["runners.autoscaler.policy", policySettings],
];

function keysAt(place: string): Keys {
  return place
    .split(".")
    .filter((part) => part !== "")
    .reduce<Keys>((keys, part) => {
      const type = keys[part];
      if (typeof type !== "object") throw new Error(`${place} is no table`);
      return "table" in type ? type.table : type.tables;
    }, configKeys);
}

/** What a setting's kind may be rendered as. */
const fits: Readonly<Record<SettingKind, readonly KeyType[]>> = {
  string: ["string", "string?"],
  secret: ["string", "string?"],
  boolean: ["boolean", "boolean?"],
  integer: ["integer", "integer?"],
  seconds: ["integer"],
  float: ["float"],
  duration: ["duration", "duration?"],
  strings: ["strings"],
  oneOrMore: ["stringOrStrings"],
  stringMap: ["stringMap"],
  booleanMap: ["booleanMap"],
  stringListMap: ["stringListMap"],
  floats: ["floats"],
  free: ["free"],
};

describe.each(tables)("typed fields of %s", (place, table) => {
  it("are keys that the runner reads, of the type that it reads", () => {
    const keys = keysAt(place);
    for (const setting of Object.values(table)) expect(fits[setting.kind], setting.key).toContain(keys[setting.key]);
  });

  it("name each key once", () => {
    const keys = Object.values(table).map((setting) => setting.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("typed fields", () => {
  it("cover every key of docker, docker+machine, the autoscaler and the S3 cache", () => {
    const typed = (place: string) =>
      tables.filter(([at]) => at === place).flatMap(([, table]) => Object.values(table).map((setting) => setting.key));
    const untyped = (place: string) =>
      Object.entries(keysAt(place)).flatMap(([key, type]) =>
        typeof type === "object" || typed(place).includes(key) ? [] : [key],
      );
    expect(untyped("runners.docker")).toEqual([]);
    expect(untyped("runners.cache.s3")).toEqual([]);
    expect(untyped("runners.cache")).toEqual([]);
    expect(untyped("runners.machine.autoscaling")).toEqual([]);
    expect(untyped("runners.autoscaler")).toEqual([]);
    expect(untyped("runners.autoscaler.policy")).toEqual([]);
    expect(untyped("runners.machine")).toEqual([
      "MachineOptions",
      "OffPeakPeriods",
      "OffPeakTimezone",
      "OffPeakIdleCount",
      "OffPeakIdleTime",
    ]);
    expect(untyped("")).toEqual(["concurrent"]);
    expect(untyped("runners")).toEqual([
      "name",
      "url",
      "id",
      "token",
      "token_obtained_at",
      "token_expires_at",
      "executor",
      "kubernetes",
    ]);
  });

  it("of machine options are options that docker-machine knows", () => {
    for (const { option } of Object.values(machineOptions)) expect(knownMachineOptions.has(option)).toBe(true);
  });
});
