import type { ConfigPath } from "../../desired/runners/lint.ts";
import { isTable, secretIn, type TomlValue } from "../../desired/runners/toml-value.ts";
import type { Json } from "../../engine/json.ts";
import { digestIn, looksSecret, mayLeaveHost, optionMayLeaveHost } from "./disclosure.ts";

/**
 * A value as it may stand in a plan: what may hold a secret only as a digest, a secret's name, or "(not shown)". A
 * float is text with its fraction, for `1` and `1.0` are different values to the runner.
 */
export function shown(value: TomlValue, path: ConfigPath): Json {
  const option = path.at(-2) === "MachineOptions" ? path.at(-1) : undefined;
  if (option !== undefined && !optionMayLeaveHost(typeof option === "string" ? option : String(value))) {
    return "(not shown)";
  }
  if (Array.isArray(value)) return value.map((item, index) => shown(item, [...path, index]));
  if (isTable(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner, [...path, key])]));
  }
  if (typeof value === "string") {
    const digest = digestIn(value);
    if (digest !== undefined) return `(digest ${digest.slice(0, 8)})`;
    const secret = secretIn(value);
    if (secret !== undefined) return `(secret ${secret})`;
    if (looksSecret(value)) return "(not shown)";
  }
  if (
    !mayLeaveHost(path.filter((part, index) => !(index === 1 && path[0] === "runners") || typeof part === "number"))
  ) {
    return "(not shown)";
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isInteger(value) ? value.toFixed(1) : value;
  return typeof value === "string" || typeof value === "boolean" ? value : "(not shown)";
}
