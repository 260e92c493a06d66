import type { Keys } from "../../shared/desired/runners/key-type.ts";
import { configKeys } from "../../shared/desired/runners/keys.ts";
import { holdsNoText, mayLeaveHost } from "../../shared/resources/runner/disclosure.ts";

/**
 * config.toml's keys whose values may leave the host, parted by spaces, in lower case (the runner takes any):
 * `concurrent runners.docker.image`. What isn't on the list leaves it as a keyed digest. `labels.*` is every key of a map, and
 * `limit#` one that holds no text: a text there is digested too.
 */
export function disclosedKeys(): string {
  return disclosedIn(configKeys, []).join(" ").toLowerCase();
}

function disclosedIn(keys: Keys, at: readonly string[]): readonly string[] {
  return Object.entries(keys).flatMap(([name, type]): readonly string[] => {
    const path = [...at, name];
    if (typeof type === "object") return disclosedIn("table" in type ? type.table : type.tables, path);
    if (!mayLeaveHost(path)) return [];
    if (holdsNoText(type)) return [`${path.join(".")}#`];
    return [type.endsWith("Map") ? `${path.join(".")}.*` : path.join(".")];
  });
}
