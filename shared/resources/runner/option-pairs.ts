import { isTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import { tagsOf } from "./surroundings.ts";

/**
 * `MachineOptions` by key, so that their order is no difference. Options that may come several times (groups, mirrors) keep
 * their order among themselves; tags don't, for they are a set of pairs; a bare option is switched on.
 */
export function optionPairs(options: TomlValue | undefined): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (!Array.isArray(options)) return isTable(options) ? new Map([["(table)", JSON.stringify(options)]]) : pairs;
  for (const option of options.map(String)) {
    const at = option.indexOf("=");
    const key = at < 0 ? option : option.slice(0, at);
    const value = at < 0 ? "true" : option.slice(at + 1);
    const text = key === "amazonec2-tags" ? sortedTags(value) : value;
    const before = pairs.get(key);
    pairs.set(key, before === undefined ? text : `${before} ${text}`);
  }
  return pairs;
}

function sortedTags(text: string): string {
  const parts = text.split(",");
  // An odd number of parts is no list of pairs; docker-machine warns and drops the last one.
  if (parts.length % 2 === 1) return text;
  return Object.entries(tagsOf(text))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join(",");
}
