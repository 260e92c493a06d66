import * as z from "zod/mini";

/** What the JSON Schema and the reference say of a field. */
export interface FieldFacts {
  /** One or two plain sentences: what it does, not how it is spelled. */
  readonly description: string;
  /** Of a number or of a number in text: "GiB", "days", "duration such as 15m". Left out where there is none. */
  readonly unit?: string;
  /** As it would stand in the file. Mandatory for scalars and lists of scalars; sections don't need one. */
  readonly example?: unknown;
}

interface JsonSchemaFacts {
  /** Name under `$defs`. */
  readonly id?: string;
  readonly description: string;
  readonly examples?: unknown[];
  readonly "x-unit"?: string;
}

/** Facts by schema, as JSON Schema keywords. Schema modules write them, the JSON Schema reads them. */
export const fieldFacts = z.registry<JsonSchemaFacts>();

/**
 * A schema with its facts attached. Clones, so that one value type (`duration()`, `cidr()`) can serve many fields. Wrap the
 * outermost form: `field(withDefault(duration(), "15m"), {...})`.
 */
export function field<Schema extends z.core.$ZodType>(schema: Schema, facts: FieldFacts): Schema {
  const own = z.clone(schema);
  fieldFacts.add(own, {
    description: facts.description,
    ...(facts.example === undefined ? {} : { examples: [facts.example] }),
    ...(facts.unit === undefined ? {} : { "x-unit": facts.unit }),
  });
  return own;
}

/** A schema with a name of its own in the JSON Schema: those that contain themselves need one. */
export function named<Schema extends z.core.$ZodType>(schema: Schema, id: string, description: string): Schema {
  fieldFacts.add(schema, { id, description });
  return schema;
}

/** A mapping whose unknown keys are errors. */
export const section = z.strictObject;

/** May be left out; then the key is absent from the result, never `undefined`. */
export const optional = z.exactOptional;

/** A default as it would stand in the file: `withDefault(duration(), "15m")`. A section's is `{}`. */
export const withDefault = z.prefault;
