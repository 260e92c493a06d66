import type { ConfigPath } from "../../desired/runners/lint.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import { changePath } from "./compare.ts";
import { digestIn } from "./disclosure.ts";
import { optionPairs } from "./option-pairs.ts";
import { sectionName } from "./sections.ts";

/**
 * The digests that a live file in order has, by path, from the host's reading of the template with its secrets put in. What
 * comparisons take as `digests`.
 */
export function expectedDigests(template: TomlTable): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  const walk = (value: TomlValue, path: ConfigPath): void => {
    if (isTable(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
      return;
    }
    if (path.at(-1) === "MachineOptions") {
      for (const [key, option] of optionPairs(value)) walk(option, [...path, key]);
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        const named = path.length === 1 && path[0] === "runners" && isTable(item);
        walk(item, [...path, named ? sectionName(item) : index]);
      });
      return;
    }
    const digest = typeof value === "string" ? digestIn(value) : undefined;
    if (digest !== undefined) digests.set(changePath(path), digest);
  };
  walk(template, []);
  return digests;
}
