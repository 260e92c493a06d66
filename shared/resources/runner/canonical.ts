import type { Keys } from "../../desired/runners/key-type.ts";
import { configKeys, keyIn } from "../../desired/runners/keys.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";

/** The same config with every known key in GitLab's spelling: the runner takes them in any case. */
export function canonicalConfig(config: TomlTable): TomlTable {
  return canonicalTable(config, configKeys);
}

function canonicalTable(table: TomlTable, keys: Keys): TomlTable {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => {
      const known = keyIn(keys, key);
      if (known === undefined || typeof known.type !== "object") return [known?.name ?? key, value];
      return [known.name, canonicalValue(value, "table" in known.type ? known.type.table : known.type.tables)];
    }),
  );
}

function canonicalValue(value: TomlValue, keys: Keys): TomlValue {
  if (Array.isArray(value)) return value.map((item) => canonicalValue(item, keys));
  return isTable(value) ? canonicalTable(value, keys) : value;
}
