import { parse, stringify } from "smol-toml";
import type { Keys } from "../../desired/runners/key-type.ts";
import { configKeys, keyIn } from "../../desired/runners/keys.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";

/** config.toml's text as values. @throws TomlError with line and column where it isn't TOML */
export function parseToml(text: string): TomlTable {
  return adopt(parse(text, { integersAsBigInt: true })) as TomlTable;
}

/** The parser's tables have no prototype and its dates a class of their own; ours are plain. */
function adopt(value: unknown): TomlValue {
  if (Array.isArray(value)) return value.map(adopt);
  if (value instanceof Date) return new Date(value.getTime());
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, adopt(inner)]));
  }
  return value as TomlValue;
}

/** Text in one order whatever order the values were made in: that of the key list, then by name. */
export function renderToml(config: TomlTable): string {
  return stringify(ordered(config, configKeys), { numbersAsFloat: true });
}

function ordered(table: TomlTable, keys: Keys | undefined): TomlTable {
  const order = keys === undefined ? [] : Object.keys(keys);
  const rank = (key: string) => {
    const at = order.indexOf(key);
    return at < 0 ? order.length : at;
  };
  const names = Object.keys(table).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(
    names.map((name) => {
      const type = keys === undefined ? undefined : keyIn(keys, name)?.type;
      const inner = typeof type === "object" ? ("table" in type ? type.table : type.tables) : undefined;
      return [name, orderedValue(table[name] as TomlValue, inner)];
    }),
  );
}

function orderedValue(value: TomlValue, keys: Keys | undefined): TomlValue {
  if (Array.isArray(value)) return value.map((item) => orderedValue(item, keys));
  return isTable(value) ? ordered(value, keys) : value;
}
