import type { Keys } from "../../desired/runners/key-type.ts";
import { configKeys } from "../../desired/runners/keys.ts";
import type { JsonObject } from "../../engine/json.ts";
import { holdsNoText, mayLeaveHost } from "./disclosure.ts";

/**
 * What the host's program must know of config.toml's keys, in the order in which they are written: `plain` values may leave
 * the host, `number` ones where they are no text, `secret` ones never, `options` are judged one by one, and a table has a shape of its own. A key that isn't in
 * it is secret.
 */
export function hostShape(): JsonObject {
  return shapeOf(configKeys, []);
}

function shapeOf(keys: Keys, at: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(keys).map(([key, type]) => {
      const path = [...at, key];
      if (typeof type === "object") return [key, shapeOf("table" in type ? type.table : type.tables, path)];
      if (key === "MachineOptions" || key === "MachineOptionsWithName") return [key, "options"];
      if (!mayLeaveHost(path)) return [key, "secret"];
      return [key, holdsNoText(type) ? "number" : "plain"];
    }),
  );
}
