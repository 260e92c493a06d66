import * as z from "zod/mini";
import type { Json } from "../../engine/json.ts";
import { duration } from "../duration.ts";
import { type FieldFacts, field, optional } from "../field.ts";
import { line, matching, secretName, wholeNumber } from "../values.ts";

/**
 * How a setting stands in config.toml: `seconds` as a whole number (in the fleet milliseconds), `duration` as text such as
 * `20m0s` (in the fleet milliseconds), `float` always with a fraction, `secret` as a mark that the host replaces.
 */
export type SettingKind =
  | "string"
  | "boolean"
  | "integer"
  | "float"
  | "seconds"
  | "duration"
  | "strings"
  | "oneOrMore"
  | "stringMap"
  | "booleanMap"
  | "stringListMap"
  | "floats"
  | "free"
  | "secret";

/** One typed field of the file that is exactly one key of config.toml. */
export interface Setting<Schema extends z.core.$ZodType = z.core.$ZodType> {
  readonly key: string;
  readonly kind: SettingKind;
  readonly schema: Schema;
  readonly facts: FieldFacts;
}

/** By the name in the file. */
export type SettingTable = Readonly<Record<string, Setting>>;

type Shape<Table extends SettingTable> = {
  -readonly [Name in keyof Table]: z.ZodMiniExactOptional<Table[Name]["schema"]>;
};

/** The table's fields as members of a section, each optional: what isn't declared is neither rendered nor compared. */
export function shapeOf<Table extends SettingTable>(table: Table): Shape<Table> {
  return Object.fromEntries(
    Object.entries(table).map(([name, setting]) => [name, field(optional(setting.schema), setting.facts)]),
  ) as Shape<Table>;
}

function setting<Schema extends z.core.$ZodType>(
  kind: SettingKind,
  key: string,
  schema: Schema,
  description: string,
  example: unknown,
  unit?: string,
): Setting<Schema> {
  return { key, kind, schema, facts: { description, example, ...(unit === undefined ? {} : { unit }) } };
}

/** Text that may have several lines: scripts. */
export const script = (key: string, description: string, example: string) =>
  setting("string", key, z.string().check(z.maxLength(65536)), description, example);

export const text = (key: string, description: string, example: string) =>
  setting("string", key, line(4096), description, example);

export const choice = <const Values extends readonly [string, ...string[]]>(
  key: string,
  values: Values,
  description: string,
  example: Values[number],
) => setting("string", key, z.enum(values), description, example);

/** Memory as Docker takes it. */
export const memory = (key: string, description: string, example = "2g") =>
  setting(
    "string",
    key,
    matching(/^\d+(?:\.\d+)?[bkmgBKMG]?$/, "an amount of memory such as 512m or 2g"),
    description,
    example,
    "bytes, or with b, k, m or g",
  );

export const flag = (key: string, description: string, example = true) =>
  setting("boolean", key, z.boolean(), description, example);

export const integer = (
  key: string,
  limits: { readonly min?: number; readonly max?: number },
  description: string,
  example: number,
  unit?: string,
) => setting("integer", key, wholeNumber(limits.min ?? 0, limits.max ?? 2_147_483_647), description, example, unit);

export const float = (key: string, description: string, example: number, unit = "factor") =>
  setting("float", key, z.number().check(z.gte(0, { error: "0 or more" })), description, example, unit);

export const seconds = (key: string, description: string, example: string) =>
  setting("seconds", key, duration(), description, example, "duration such as 15m");

export const goDuration = (key: string, description: string, example: string) =>
  setting("duration", key, duration(), description, example, "duration such as 15m");

export const strings = (key: string, description: string, example: readonly string[]) =>
  setting("strings", key, z.array(z.string().check(z.maxLength(4096))), description, example);

export const oneOrMore = <const Values extends readonly [string, ...string[]]>(
  key: string,
  values: Values,
  description: string,
  example: unknown,
) => setting("oneOrMore", key, z.union([z.enum(values), z.array(z.enum(values))]), description, example);

export const stringMap = (key: string, description: string, example: Readonly<Record<string, string>>) =>
  setting("stringMap", key, z.record(z.string(), z.string()), description, example);

export const booleanMap = (key: string, description: string, example: Readonly<Record<string, boolean>>) =>
  setting("booleanMap", key, z.record(z.string(), z.boolean()), description, example);

export const stringListMap = (key: string, description: string, example: Readonly<Record<string, readonly string[]>>) =>
  setting("stringListMap", key, z.record(z.string(), z.array(z.string())), description, example);

export const floats = (key: string, description: string, example: readonly number[]) =>
  setting("floats", key, z.array(z.number()), description, example, "seconds");

/** A table of which the runner knows no keys. */
export const free = (key: string, description: string, example: Readonly<Record<string, Json>>) =>
  setting("free", key, z.record(z.string(), z.json()), description, example);

/** In the file the name of a SecureString, in config.toml its value, put in on the host. */
export const secret = (key: string, description: string, example: string) =>
  setting("secret", key, secretName(), `${description} The name of a secret, not the secret itself.`, example);
