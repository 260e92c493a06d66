import { imageMark } from "../../desired/runners/declared-config.ts";
import { poolGroupName } from "../../desired/runners/pool.ts";
import type { MachineFleet, RunnerFleet } from "../../desired/runners/runners-schema.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import { Failure } from "../../engine/failure.ts";
import { defaultPlugin } from "../common/fleeting.ts";

/** What a section takes from the fleet around it wherever it doesn't say otherwise. */
export interface Surroundings {
  /** Metrics must be reachable: a file counts as applied when the runner says that it loaded it. */
  readonly listenAddress: string;
  readonly region: string;
  readonly vpcId: string;
  readonly machineSubnetId: string;
  /** Letter of a subnet's zone, by subnet id; a subnet that is missing hasn't been looked up. */
  readonly zones: Readonly<Record<string, string>>;
  /** Names of the groups, as docker-machine knows no ids: one lets the manager in, the other lets machines out. */
  readonly machineGroups: readonly string[];
  readonly machineProfile: string;
  /** Image ids by public parameter. */
  readonly images: Readonly<Record<string, string>>;
  /** Marks of ownership and the fleet's own tags, on every machine. */
  readonly tags: Readonly<Record<string, string>>;
  readonly cache: { readonly bucket: string; readonly prefix: string };
}

/** The section with what follows from the fleet. What the section itself declares always wins, but for open groups. */
export function surrounded(
  fleet: RunnerFleet,
  section: TomlTable,
  fleetName: string,
  surroundings: Surroundings,
): TomlTable {
  const cache = withCache(section["cache"], surroundings);
  if (fleet.executor === "docker+machine") {
    const machine = isTable(section["machine"]) ? section["machine"] : {};
    return {
      ...section,
      cache,
      machine: {
        MachineDriver: "amazonec2",
        MachineName: `${fleetName}-${fleet.name}-%s`,
        ...machine,
        ...(isAmazon(fleet) ? { MachineOptions: machineOptionsOf(fleet, machine, surroundings) } : {}),
      },
    };
  }
  const autoscaler = isTable(section["autoscaler"]) ? section["autoscaler"] : {};
  const config = isTable(autoscaler["plugin_config"]) ? autoscaler["plugin_config"] : {};
  const storage = isTable(autoscaler["state_storage"]) ? autoscaler["state_storage"] : {};
  return {
    ...section,
    cache,
    autoscaler: {
      plugin: defaultPlugin,
      ...autoscaler,
      plugin_config: { name: poolGroupName(fleetName, fleet), ...config },
      // Without it every restart of the manager deletes the whole fleet (gitlab-runner executors/internal/autoscaler).
      state_storage: { enabled: true, ...storage },
    },
  };
}

export function isAmazon(fleet: MachineFleet): boolean {
  return (fleet.machine.driver ?? "amazonec2") === "amazonec2";
}

function withCache(declared: TomlValue | undefined, { cache, region }: Surroundings): TomlTable {
  const own = isTable(declared) ? declared : {};
  if (own["Type"] !== undefined && own["Type"] !== "s3") return own;
  const s3 = isTable(own["s3"]) ? own["s3"] : {};
  const defaults = { Type: "s3", Shared: true, Path: cache.prefix.replace(/\/$/, "") };
  return {
    ...defaults,
    ...own,
    s3: { BucketName: cache.bucket, BucketLocation: region, AuthenticationType: "iam", ...s3 },
  };
}

function machineOptionsOf(fleet: MachineFleet, machine: TomlTable, surroundings: Surroundings): readonly string[] {
  const declared = Array.isArray(machine["MachineOptions"]) ? machine["MachineOptions"].map(String) : [];
  const subnet = optionValue(declared, "amazonec2-subnet-id") ?? surroundings.machineSubnetId;
  const zone = surroundings.zones[subnet];
  const defaults: readonly (readonly [string, string | undefined])[] = [
    ["amazonec2-region", surroundings.region],
    ["amazonec2-vpc-id", surroundings.vpcId],
    ["amazonec2-subnet-id", subnet],
    ["amazonec2-zone", zone],
    ...surroundings.machineGroups.map((group) => ["amazonec2-security-group", group] as const),
    ["amazonec2-iam-instance-profile", surroundings.machineProfile],
    ["amazonec2-private-address-only", "true"],
    ["amazonec2-use-private-address", "true"],
    // Left out it means 0.50 USD an hour (docker-machine amazonec2.go).
    ["amazonec2-spot-price", optionValue(declared, "amazonec2-request-spot-instance") === "true" ? "" : undefined],
    ["amazonec2-volume-encrypted", "true"],
    ["amazonec2-metadata-token", "required"],
    ["amazonec2-metadata-token-response-hop-limit", "1"],
  ];
  const tags = { ...tagsOf(optionValue(declared, "amazonec2-tags") ?? ""), ...surroundings.tags };
  const kept = declared
    .filter((option) => !isOption(option, "amazonec2-tags") && !isOption(option, "amazonec2-security-group-readonly"))
    .map((option) => withImage(option, fleet, surroundings.images));
  return [
    ...defaults.flatMap(([key, value]) =>
      value === undefined || optionValue(declared, key) !== undefined ? [] : [`${key}=${value}`],
    ),
    // Without it docker-machine opens ports 22 and 2376 to the world.
    "amazonec2-security-group-readonly=true",
    ...kept,
    `amazonec2-tags=${Object.entries(tags).flat().join(",")}`,
  ];
}

/** A machine option's value; a bare option is switched on. */
export function optionValue(options: readonly string[], key: string): string | undefined {
  const found = options.find((option) => isOption(option, key));
  return found === undefined ? undefined : found === key ? "true" : found.slice(key.length + 1);
}

function isOption(option: string, key: string): boolean {
  return option === key || option.startsWith(`${key}=`);
}

/** `name,value,name,value` as docker-machine reads it. */
export function tagsOf(text: string): Readonly<Record<string, string>> {
  const parts = text === "" ? [] : text.split(",");
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) pairs.push([parts[at] ?? "", parts[at + 1] ?? ""]);
  return Object.fromEntries(pairs);
}

function withImage(option: string, fleet: MachineFleet, images: Readonly<Record<string, string>>): string {
  const { ami } = fleet.machine;
  if (ami === undefined || !("ssm" in ami) || option !== `amazonec2-ami=${imageMark(ami.ssm)}`) return option;
  const image = images[ami.ssm];
  if (image === undefined) {
    throw new Failure({
      code: "ImageUnknown",
      class: "retry",
      message: `the image of fleet ${fleet.name}, parameter ${ami.ssm}, has not been looked up`,
      hint: "check that the parameter exists in the fleet's region",
    });
  }
  return `amazonec2-ami=${image}`;
}
