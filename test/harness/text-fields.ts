import { type JsonSchema, jsonSchema } from "../../shared/desired/json-schema.ts";
import type { Json, JsonObject } from "../../shared/engine/json.ts";

/** A place in the file that holds text, or a key that the user chooses. */
export interface TextField {
  /** As in the reference: `spec.host.smtp.from`, `spec.tags.*`; a key itself is `spec.tags{}`. */
  readonly path: string;
  /** What the schema gives as an example, or what the document has there. */
  readonly example: string;
  /** The whole document with this text there. */
  with(text: string): Json;
}

interface Place {
  readonly path: string;
  readonly make: (value: Json) => Json;
  readonly current: Json | undefined;
  /** Schemas that contain themselves are followed twice: what is deeper is alike. */
  readonly followed: readonly string[];
}

/**
 * Every text of the file, by walking the JSON Schema: a new field is among them by itself. What the base document doesn't have
 * is made of the schema's examples.
 */
export function textFields(base: Json): readonly TextField[] {
  const found = new Map<string, TextField>();
  walk(jsonSchema(), { path: "", make: (value) => value, current: base, followed: [] }, found);
  return [...found.values()];
}

function walk(node: JsonSchema, place: Place, found: Map<string, TextField>): void {
  const ref = node.$ref;
  if (ref !== undefined) {
    const target = jsonSchema().$defs?.[ref.replace("#/$defs/", "")];
    if (target === undefined || place.followed.filter((one) => one === ref).length > 1) return;
    walk(target, { ...place, followed: [...place.followed, ref] }, found);
    return;
  }
  for (const one of opened(node)) {
    if (one.$ref !== undefined) walk(one, place, found);
    else if (one.type === "string" || typeof one.const === "string" || one.enum !== undefined)
      addText(one, place, found);
    else if (one.type === "array" && one.items !== undefined) walkItems(one.items, place, found);
    else if (one.type === "object") walkObject(one, place, found);
  }
}

function addText(node: JsonSchema, { path, make, current }: Place, found: Map<string, TextField>): void {
  if (found.has(path)) return;
  const example = typeof current === "string" ? current : minimal(node);
  found.set(path, { path, example: typeof example === "string" ? example : "x", with: (text) => make(text) });
}

function walkItems(items: JsonSchema, place: Place, found: Map<string, TextField>): void {
  const list = Array.isArray(place.current) ? (place.current as readonly Json[]) : [];
  for (const one of opened(items)) {
    const at = Math.max(
      list.findIndex((member) => fits(one, member)),
      0,
    );
    const make = (value: Json) => place.make(list.length === 0 ? [value] : list.with(at, value));
    walk(one, { ...place, path: `${place.path}[]`, make, current: list[at] }, found);
  }
}

function walkObject(node: JsonSchema, place: Place, found: Map<string, TextField>): void {
  const given = fits(node, place.current) ? place.current : minimal(node);
  const object: JsonObject = isObject(given) ? given : {};
  for (const [key, property] of Object.entries(node.properties ?? {})) {
    walk(property, below(place, key, object, key), found);
  }
  if (typeof node.additionalProperties !== "object") return;
  const [key, value] = Object.entries(isObject(place.current) ? place.current : {})[0] ?? [
    "extra",
    minimal(node.additionalProperties),
  ];
  walk(node.additionalProperties, below(place, "*", object, key), found);
  const path = `${place.path}{}`;
  const withKey = (text: string) => place.make({ ...object, [text]: value });
  if (!found.has(path)) found.set(path, { path, example: key, with: withKey });
}

function below(place: Place, name: string, object: JsonObject, key: string): Place {
  return {
    ...place,
    path: place.path === "" ? name : `${place.path}.${name}`,
    make: (value) => place.make({ ...object, [key]: value }),
    current: object[key],
  };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fits(node: JsonSchema, value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const { properties = {}, required = [], additionalProperties } = node;
  if (required.some((key) => !Object.hasOwn(value, key))) return false;
  return Object.entries(value).every(([key, member]) => {
    const property = properties[key];
    if (property === undefined) return additionalProperties !== false;
    return property.const === undefined || property.const === member;
  });
}

/** A value that the schema takes, as small as its examples let it be. */
function minimal(node: JsonSchema): Json {
  const target = node.$ref === undefined ? node : jsonSchema().$defs?.[node.$ref.replace("#/$defs/", "")];
  const [one = {}] = opened(target ?? {});
  const [example] = one.examples ?? [];
  if (example !== undefined) return example as Json;
  if (one.const !== undefined) return one.const as Json;
  if (one.enum?.[0] !== undefined) return one.enum[0] as Json;
  if (one.type === "array") return [];
  if (one.type === "object") {
    const { properties = {}, required = [] } = one;
    return Object.fromEntries(required.map((key) => [key, minimal(properties[key] ?? {})]));
  }
  return one.type === "number" || one.type === "integer" ? (one.minimum ?? 1) : "x";
}

/** A node with its unions opened; the union's own facts stay with its members. */
function opened(node: JsonSchema): readonly JsonSchema[] {
  const members = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (members.length === 0) return [node];
  const { anyOf: _any, oneOf: _one, ...facts } = node;
  return members.flatMap((member) => opened(member).map((inner) => ({ ...facts, ...inner })));
}
