import * as z from "zod/mini";
import { formatDuration } from "../../desired/duration.ts";
import type { Setting, SettingTable } from "../../desired/runners/setting.ts";
import { goDurationMs, isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import type { Json, JsonObject } from "../../engine/json.ts";

/** A live table split by what the file has a typed field for. Keys are in GitLab's spelling. */
export interface Decoded {
  /** As it would stand in the file. */
  readonly fields: JsonObject;
  /** What no typed field takes: keys without one, and values that their field refuses. */
  readonly rest: TomlTable;
  /** Keys of secrets, with the field that takes the secret's name. */
  readonly secrets: readonly { readonly key: string; readonly field: string }[];
}

/** The reverse of rendering, for one settings table. */
export function decodeTable(table: SettingTable, values: TomlTable): Decoded {
  const byKey = new Map(Object.entries(table).map(([name, setting]) => [setting.key, { name, setting }]));
  const fields: Record<string, Json> = {};
  const rest: Record<string, TomlValue> = {};
  const secrets: { key: string; field: string }[] = [];
  for (const [key, value] of Object.entries(values)) {
    const found = byKey.get(key);
    if (found?.setting.kind === "secret") {
      if (value !== "") secrets.push({ key, field: found.name });
      continue;
    }
    const decoded = found === undefined ? undefined : decodeSetting(found.setting, value);
    if (found === undefined || decoded === undefined) rest[key] = value;
    else fields[found.name] = decoded;
  }
  return { fields, rest, secrets };
}

/** As the value would stand in the file; undefined where the field's schema refuses it or would change it. */
export function decodeSetting(setting: Setting, value: TomlValue): Json | undefined {
  const json = fileForm(setting, value);
  return json !== undefined && z.safeParse(setting.schema, json).success ? json : undefined;
}

function fileForm(setting: Setting, value: TomlValue): Json | undefined {
  switch (setting.kind) {
    case "seconds":
      return typeof value === "bigint" && value >= 0n ? formatDuration(Number(value) * 1000) : undefined;
    case "duration": {
      const milliseconds = goDurationMs(value);
      return milliseconds === undefined || milliseconds % 1000 !== 0 ? undefined : formatDuration(milliseconds);
    }
    case "integer":
      return typeof value === "bigint" ? Number(value) : undefined;
    case "float":
      return typeof value === "number" ? value : undefined;
    default:
      return jsonOf(value);
  }
}

/** TOML as JSON; undefined where a date stands in it. Whether a number has a fraction is for the key list to say again. */
export function jsonOf(value: TomlValue): Json | undefined {
  if (value instanceof Date) return undefined;
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) {
    const items = value.map(jsonOf);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (isTable(value)) {
    const members = Object.entries(value).map(([key, inner]) => [key, jsonOf(inner)] as const);
    return members.every(([, inner]) => inner !== undefined) ? (Object.fromEntries(members) as JsonObject) : undefined;
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}
