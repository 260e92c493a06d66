import type { KeyType } from "../../desired/runners/key-type.ts";
import { keyIn } from "../../desired/runners/keys.ts";
import type { ConfigPath } from "../../desired/runners/lint.ts";
import { goDurationMs, isTable, type TomlValue } from "../../desired/runners/toml-value.ts";

/**
 * Values that mean the same as leaving the key out, where the type's zero value isn't all. By path without indexes and
 * without the name of the section.
 */
const defaults: Readonly<Record<string, readonly TomlValue[]>> = {
  check_interval: [3n],
  shutdown_timeout: [30n],
  log_level: ["info"],
  log_format: ["runner"],
  connection_max_age: ["15m0s"],
  "session_server.session_timeout": [1800n],
  "runners.output_limit": [4096n],
  "runners.request_concurrency": [1n],
  "runners.docker.wait_for_services_timeout": [30n],
  "runners.cache.s3.DualStack": [true],
  "runners.machine.MaxRemovalAttempts": [30n],
  "machine.shutdown_drain.concurrency": [3n],
  "machine.shutdown_drain.max_retries": [3n],
  "machine.shutdown_drain.retry_backoff": ["5s"],
};

/** Whether the runner takes this value as if the key weren't there. */
export function isDefault(type: KeyType | undefined, value: TomlValue, path: ConfigPath): boolean {
  const key = path.filter((part, index) => typeof part === "string" && !isSectionName(path, index)).join(".");
  if (defaults[key]?.some((one) => sameValue(type, one, value))) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (isTable(value)) {
    const keys = typeof type === "object" && "table" in type ? type.table : {};
    return Object.entries(value).every(([name, inner]) => isDefault(keyIn(keys, name)?.type, inner, [...path, name]));
  }
  if (typeof type === "string" && type.endsWith("?")) return false;
  // Go writes its zero time as the year 1.
  if (value instanceof Date) return value.getTime() <= -62_135_596_800_000;
  return (
    value === "" || value === false || value === 0n || value === 0 || (isDuration(type) && goDurationMs(value) === 0)
  );
}

function isSectionName(path: ConfigPath, index: number): boolean {
  return index === 1 && path[0] === "runners";
}

/** Whether the runner reads the same of both. A whole number and a fraction are never the same: it refuses one of them. */
export function sameValue(type: KeyType | undefined, a: TomlValue, b: TomlValue): boolean {
  if (isDuration(type)) {
    const left = goDurationMs(a);
    return left !== undefined && left === goDurationMs(b);
  }
  if (type === "stringOrStrings") return equal(listed(a), listed(b));
  return equal(a, b);
}

function isDuration(type: KeyType | undefined): boolean {
  return type === "duration" || type === "duration?";
}

function listed(value: TomlValue): TomlValue {
  return typeof value === "string" ? [value] : value;
}

export function equal(a: TomlValue, b: TomlValue): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] as TomlValue));
  }
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (isTable(a)) {
    if (!isTable(b)) return false;
    const keys = Object.keys(a);
    const other = b;
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && equal(a[key] as TomlValue, other[key] as TomlValue))
    );
  }
  return a === b;
}
