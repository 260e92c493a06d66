import { formatDuration } from "../../desired/duration.ts";
import type { SettingTable } from "../../desired/runners/setting.ts";
import { artifactSettings, sectionSettings } from "../../desired/runners/settings-section.ts";
import type { Json, JsonObject } from "../../engine/json.ts";

/** Names of the fields of a section, outside its machines, that are durations: milliseconds once validated. */
const durations: ReadonlySet<string> = new Set([
  ...durationsOf(sectionSettings),
  ...durationsOf(artifactSettings),
  "maximumTimeout",
]);

function durationsOf(table: SettingTable): readonly string[] {
  return Object.entries(table).flatMap(([name, { kind }]) => (kind === "seconds" || kind === "duration" ? [name] : []));
}

/** What of a validated fleet isn't about its machines, as it would stand in the file: durations with their units. */
export function asWritten(value: object): Json {
  return write(value as JsonObject, "");
}

function write(value: Json, name: string): Json {
  if (typeof value === "number" && durations.has(name)) return formatDuration(value);
  if (Array.isArray(value)) return value.map((item) => write(item, ""));
  if (typeof value !== "object" || value === null) return value;
  if (name === "extraConfig") return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, write(inner, key)]),
  );
}
