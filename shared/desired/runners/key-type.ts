/**
 * What a key of config.toml holds. A `?` says that the runner tells "left out" from the type's zero value; without it,
 * `false`, `0` and `""` mean the same as leaving the key out. `duration` is text such as `20m0s` or whole nanoseconds;
 * `free` is a table of which the runner knows no keys.
 */
export type KeyType =
  | `${"string" | "integer" | "float" | "boolean" | "duration" | "datetime"}${"" | "?"}`
  | "strings"
  | "integers"
  | "floats"
  | "stringOrStrings"
  | "stringMap"
  | "booleanMap"
  | "integerMap"
  | "stringListMap"
  | "free"
  | { readonly table: Keys }
  | { readonly tables: Keys };

export interface Keys {
  readonly [key: string]: KeyType;
}
