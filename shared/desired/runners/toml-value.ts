import type { Json, JsonObject } from "../../engine/json.ts";
import type { Keys, KeyType } from "./key-type.ts";
import { keyIn } from "./keys.ts";
import type { SettingKind, SettingTable } from "./setting.ts";

/** A value of config.toml: integers are `bigint`, floats `number`, so that `1.0` stays a float. Dates are offset date-times. */
export type TomlValue = string | boolean | bigint | number | Date | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

const secretShape = /^@@fleetkeeper-secret:([A-Za-z0-9_./-]+)@@$/;

/** Stands where the host puts a secret's value: config.toml's text leaves the reconciler without any secret in it. */
export function secretMark(name: string): string {
  return `@@fleetkeeper-secret:${name}@@`;
}

/** The secret's name, where a text is such a mark or ends with one (`NAME=@@...@@`). */
export function secretIn(text: string): string | undefined {
  return secretShape.exec(text.slice(text.indexOf("@@")))?.[1];
}

/** Milliseconds as Go writes a duration: `20m0s`, `1h0m0s`, `1.5s`, `0s`. */
export function goDurationText(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = (milliseconds % 60_000) / 1000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

const goUnitsMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};

/** Milliseconds of a Go duration, or of whole nanoseconds. Undefined where the runner would refuse it. */
export function goDurationMs(value: TomlValue): number | undefined {
  if (typeof value === "bigint") return Number(value) / 1_000_000;
  if (typeof value !== "string") return undefined;
  if (value === "0") return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|us|µs|ns|m|s))+$/.test(value)) return undefined;
  let sum = 0;
  for (const [, count, unit] of value.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/g)) {
    sum += Number(count) * (goUnitsMs[unit ?? ""] ?? 0);
  }
  return sum;
}

/** Declared values of one settings table under GitLab's keys. Values have been validated by the table's schema. */
export function settingsToToml(table: SettingTable, values: Readonly<Record<string, unknown>>): TomlTable {
  const toml: Record<string, TomlValue> = {};
  for (const [name, setting] of Object.entries(table)) {
    const value = values[name];
    if (value !== undefined) toml[setting.key] = encode(setting.kind, value as Json);
  }
  return toml;
}

function encode(kind: SettingKind, value: Json): TomlValue {
  switch (kind) {
    case "integer":
      return BigInt(Number(value));
    case "float":
      return Number(value);
    case "seconds":
      return BigInt(Math.round(Number(value) / 1000));
    case "duration":
      return goDurationText(Number(value));
    case "floats":
      return Array.isArray(value) ? value.map(Number) : [];
    case "secret":
      return secretMark(String(value));
    case "string":
    case "boolean":
    case "strings":
    case "oneOrMore":
    case "stringMap":
    case "booleanMap":
    case "stringListMap":
    case "free":
      return plain(value);
  }
}

/** JSON as TOML where no key list says what a number is: whole numbers become integers. */
export function plain(value: Json): TomlValue {
  if (value === null) return "";
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, plain(inner)]));
}

/** JSON as TOML by the key list: `1` at a float key becomes `1.0`, keys get GitLab's spelling. */
export function typed(keys: Keys, value: JsonObject): TomlTable {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const known = keyIn(keys, key);
      return known === undefined ? [key, plain(inner)] : [known.name, typedValue(known.type, inner)];
    }),
  );
}

function typedValue(type: KeyType, value: Json): TomlValue {
  if (typeof type === "object") {
    const keys = "table" in type ? type.table : type.tables;
    if (Array.isArray(value)) return value.map((item) => (isObject(item) ? typed(keys, item) : plain(item)));
    return isObject(value) ? typed(keys, value) : plain(value);
  }
  if (type === "float" || type === "float?") return typeof value === "number" ? value : plain(value);
  if (type === "floats" && Array.isArray(value)) {
    return value.map((item) => (typeof item === "number" ? item : plain(item)));
  }
  return plain(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
