import type { Keys, KeyType } from "./key-type.ts";
import { configKeys, keyIn } from "./keys.ts";
import { goDurationMs, isTable, type TomlTable, type TomlValue } from "./toml-value.ts";

/** Keys and indexes from the top of config.toml: `["runners", 0, "cache", "volumes"]`. */
export type ConfigPath = readonly (string | number)[];

export type LintFinding =
  /** The runner ignores it in silence; `gitlab-runner lint` (19.3 and later) refuses the file for it. */
  | { readonly kind: "unknown-key"; readonly path: ConfigPath; readonly belongs: readonly string[] }
  /** The runner refuses the whole file for it. */
  | { readonly kind: "wrong-type"; readonly path: ConfigPath; readonly wanted: string; readonly got: string }
  /** Read, and then not used since 14.0. */
  | { readonly kind: "without-effect"; readonly path: ConfigPath };

/**
 * Our own lint, by the closed key list: what is asked before a file replaces a live one where the running version has no
 * `lint` of its own.
 */
export function lintConfig(config: TomlTable): readonly LintFinding[] {
  return lintTable(config, configKeys, []);
}

export function lintTable(table: TomlTable, keys: Keys, at: ConfigPath): readonly LintFinding[] {
  return Object.entries(table).flatMap(([key, value]): readonly LintFinding[] => {
    const path = [...at, key];
    const known = keyIn(keys, key);
    if (known === undefined) return [{ kind: "unknown-key", path, belongs: tablesWith(key) }];
    if (known.name.startsWith("OffPeak")) return [{ kind: "without-effect", path }];
    return lintValue(value, known.type, path);
  });
}

function lintValue(value: TomlValue, type: KeyType, path: ConfigPath): readonly LintFinding[] {
  if (typeof type === "object") {
    if ("table" in type) return isTable(value) ? lintTable(value, type.table, path) : [wrong(path, "a table", value)];
    if (!Array.isArray(value)) return [wrong(path, "a list of tables", value)];
    return value.flatMap((item, index) =>
      isTable(item) ? lintTable(item, type.tables, [...path, index]) : [wrong([...path, index], "a table", item)],
    );
  }
  const wanted = expectation(type, value);
  return wanted === undefined ? [] : [wrong(path, wanted, value)];
}

/** What was wanted instead, or undefined where the value fits. */
function expectation(type: Exclude<KeyType, object>, value: TomlValue): string | undefined {
  switch (type) {
    case "string":
    case "string?":
      return typeof value === "string" ? undefined : "text";
    case "boolean":
    case "boolean?":
      return typeof value === "boolean" ? undefined : "true or false";
    case "integer":
    case "integer?":
      return typeof value === "bigint" ? undefined : "a whole number without a fraction";
    case "float":
    case "float?":
      return typeof value === "number" ? undefined : "a number with a fraction, such as 1.0";
    case "duration":
    case "duration?":
      return goDurationMs(value) === undefined ? "a duration such as 20m0s" : undefined;
    case "datetime":
    case "datetime?":
      return value instanceof Date ? undefined : "a date and time";
    case "strings":
      return listOf(value, (item) => typeof item === "string") ? undefined : "a list of texts";
    case "integers":
      return listOf(value, (item) => typeof item === "bigint") ? undefined : "a list of whole numbers";
    case "floats":
      return listOf(value, (item) => typeof item === "number") ? undefined : "a list of numbers with a fraction";
    case "stringOrStrings":
      return typeof value === "string" || listOf(value, (item) => typeof item === "string")
        ? undefined
        : "a text or a list of texts";
    case "stringMap":
      return mapOf(value, (item) => typeof item === "string") ? undefined : "a table of texts";
    case "booleanMap":
      return mapOf(value, (item) => typeof item === "boolean") ? undefined : "a table of true and false";
    case "integerMap":
      return mapOf(value, (item) => typeof item === "bigint") ? undefined : "a table of whole numbers";
    case "stringListMap":
      return mapOf(value, (item) => listOf(item, (one) => typeof one === "string")) ? undefined : "a table of lists";
    case "free":
      return isTable(value) ? undefined : "a table";
  }
}

function listOf(value: TomlValue, fits: (item: TomlValue) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

function mapOf(value: TomlValue, fits: (item: TomlValue) => boolean): boolean {
  return isTable(value) && Object.values(value).every(fits);
}

function wrong(path: ConfigPath, wanted: string, value: TomlValue): LintFinding {
  return { kind: "wrong-type", path, wanted, got: nameOf(value) };
}

function nameOf(value: TomlValue): string {
  if (typeof value === "bigint") return "a whole number";
  if (typeof value === "number") return "a number with a fraction";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "true or false";
  if (value instanceof Date) return "a date";
  return Array.isArray(value) ? "a list" : "a table";
}

/** Names of tables where such a key would be read: `runners.docker`. */
function tablesWith(key: string): readonly string[] {
  const found: string[] = [];
  const walk = (keys: Keys, at: string) => {
    for (const [name, type] of Object.entries(keys)) {
      if (typeof type !== "object") {
        if (name.toLowerCase() === key.toLowerCase()) found.push(at === "" ? "the top" : at);
        continue;
      }
      walk("table" in type ? type.table : type.tables, at === "" ? name : `${at}.${name}`);
    }
  };
  walk(configKeys, "");
  return found.slice(0, 3);
}

/** `runners[0].cache.volumes`. */
export function configPathText(path: ConfigPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
