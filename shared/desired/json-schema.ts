import * as z from "zod/mini";
import { fieldFacts } from "./field.ts";
import { documentSchema } from "./fleet-schema.ts";
import type { Path } from "./problem.ts";

/** As much of JSON Schema 2020-12 as ours uses. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly "x-unit"?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** Made once, when it is first needed: it depends on nothing but the code, and takes longer than reading a file. */
let known: JsonSchema | undefined;

/** The JSON Schema (2020-12) of the file, made of the one schema that also validates. */
export function jsonSchema(): JsonSchema {
  known ??= madeSchema();
  return known;
}

function madeSchema(): JsonSchema {
  const made: JsonSchema = z.toJSONSchema(documentSchema, {
    io: "input",
    target: "draft-2020-12",
    metadata: fieldFacts,
    reused: "inline",
    override: ({ zodSchema, jsonSchema: node }) => {
      // zod leaves these out where a value is transformed; ours are written as in the file, so they stay true.
      const facts = fieldFacts.get(zodSchema);
      if (facts?.examples !== undefined) node.examples = facts.examples;
      if (zodSchema._zod.def.type === "prefault" && "defaultValue" in zodSchema._zod.def) {
        node.default = zodSchema._zod.def.defaultValue;
      }
    },
  }) as JsonSchema;
  const { $schema, ...rest } = made;
  return {
    $schema: $schema ?? "https://json-schema.org/draft/2020-12/schema",
    title: "GitLabFleet",
    description: "A self-hosted GitLab on one EC2 host and its autoscaled runner fleet, as Fleetkeeper keeps it.",
    ...rest,
  };
}

/** The JSON Schema as text: what `fleetkeeper schema` prints, and what desired-state/fleet.schema.json holds. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}

/** Every alternative that the schema has for a place in the data; none where it knows no such place. */
export function schemasAt(root: JsonSchema, path: Path): JsonSchema[] {
  let nodes = alternatives(root, root);
  for (const part of path) {
    nodes = nodes
      .flatMap((node) => {
        if (typeof part === "number") return node.items === undefined ? [] : [node.items];
        const property =
          node.properties !== undefined && Object.hasOwn(node.properties, part) ? node.properties[part] : undefined;
        if (property !== undefined) return [property];
        return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
      })
      .flatMap((node) => alternatives(node, root));
  }
  return nodes;
}

/** A node with its references followed and its unions opened; the union's own facts stay with its members. */
function alternatives(node: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] {
  if (depth > 8) return [];
  if (node.$ref !== undefined) {
    const name = node.$ref.replace("#/$defs/", "");
    const target = node.$ref === "#" ? root : root.$defs?.[name];
    return target === undefined ? [] : alternatives(target, root, depth + 1);
  }
  const members = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (members.length === 0) return [node];
  const { anyOf: _anyOf, oneOf: _oneOf, ...facts } = node;
  return members.flatMap((member) => alternatives(member, root, depth + 1).map((inner) => ({ ...facts, ...inner })));
}

/** Paths below which a key of this name stands, for "it belongs under ...". */
export function placesOfKey(root: JsonSchema, key: string): string[] {
  const found: string[] = [];
  const walk = (node: JsonSchema, path: string, depth: number): void => {
    if (depth > 10) return;
    for (const alternative of alternatives(node, root)) {
      for (const [name, child] of Object.entries(alternative.properties ?? {})) {
        const place = path === "" ? name : `${path}.${name}`;
        if (name === key && !found.includes(path)) found.push(path);
        walk(child, place, depth + 1);
      }
      if (alternative.items !== undefined) walk(alternative.items, `${path}[]`, depth + 1);
    }
  };
  walk(root, "", 0);
  return found;
}
