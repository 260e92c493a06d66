import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import { isSecretName, looksSecret } from "../../desired/secrets.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { jsonOf } from "./decode.ts";
import { credentialKeys } from "./disclosure.ts";

/** What a person should know of an import. `dropped`: not in the file, for the runner doesn't use it or we don't. */
export interface ImportNote {
  readonly kind: "dropped" | "secret" | "refused" | "changed";
  /** As comparisons name it: `runners[NAME].cache.volumes`. */
  readonly path: string;
  readonly message: string;
}

/** Collects what the parts find. */
export interface ImportContext {
  note(kind: ImportNote["kind"], path: readonly (string | number)[], message: string): void;
}

/** `{ extraConfig }` of what no field takes, or nothing. */
export function extraOf(rest: TomlTable, path: readonly (string | number)[], context: ImportContext): JsonObject {
  const extra = extraTable(rest, path, context);
  return extra === undefined ? {} : { extraConfig: extra };
}

function extraTable(
  rest: TomlTable,
  path: readonly (string | number)[],
  context: ImportContext,
): JsonObject | undefined {
  const members = Object.entries(rest).flatMap(([key, value]): [string, Json][] => {
    const at = [...path, key];
    if (isTable(value)) {
      const inner = extraTable(value, at, context);
      return inner === undefined ? [] : [[key, inner]];
    }
    if (isSecretName(key) || credentialKeys.includes(key) || secretsIn(value)) {
      context.note("dropped", at, "looks like a secret, and no secret may be in the file");
      return [];
    }
    const json = jsonOf(value);
    if (json === undefined) context.note("dropped", at, "a date, which the file can't hold");
    return json === undefined ? [] : [[key, json]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function secretsIn(value: TomlValue): boolean {
  if (typeof value === "string") return looksSecret(value);
  return Array.isArray(value) && value.some(secretsIn);
}

export function suggestedSecret(owner: string, key: string): string {
  const words = key
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  return `runner/${owner}-${words}`;
}

export function secretNote(context: ImportContext, path: readonly (string | number)[], name: string): void {
  context.note("secret", path, `put the value into the secret ${name}; the file only names it`);
}
