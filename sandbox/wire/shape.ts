import { NormalizedSchema } from "@smithy/core/schema";
import type { SchemaTraitsObject } from "@smithy/types";

/** How a timestamp is written; `default` leaves it to the protocol and the place. */
export type TimestampFormat = "default" | "date-time" | "http-date" | "epoch-seconds";

/** A type of the service's model, as the SDK's client exports it, walked once and kept. */
export type Shape =
  | { readonly type: "structure"; readonly name: string; readonly union: boolean; readonly members: readonly Member[] }
  | { readonly type: "list"; readonly element: Member }
  | { readonly type: "map"; readonly key: Member; readonly value: Member }
  | { readonly type: "timestamp"; readonly format: TimestampFormat }
  | { readonly type: "string" | "boolean" | "number" | "blob" | "bigInteger" | "bigDecimal" | "document" | "unit" };

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  /** The member's own traits over those of its type. */
  readonly traits: SchemaTraitsObject;
  readonly required: boolean;
}

export interface OperationModel {
  readonly name: string;
  readonly input: Member;
  readonly output: Member;
  /** Method, path with its literal query, success status; REST protocols only. */
  readonly http: readonly [string, string, number] | undefined;
}

const formats: Readonly<Record<number, TimestampFormat>> = {
  4: "default",
  5: "date-time",
  6: "http-date",
  7: "epoch-seconds",
};
/** By the schema array that the client exports: one structure is one Shape, however many members have it. */
const known = new WeakMap<object, Shape>();

function memberOf(name: string, schema: NormalizedSchema, required = false): Member {
  return { name, shape: shapeOf(schema), traits: schema.getMergedTraits(), required };
}

function shapeOf(schema: NormalizedSchema): Shape {
  const key: unknown = schema.getSchema();
  if (typeof key !== "object" || key === null) return makeShape(schema, key);
  const found = known.get(key);
  if (found !== undefined) return found;
  const shape = makeShape(schema, key);
  known.set(key, shape);
  return shape;
}

function makeShape(schema: NormalizedSchema, key: unknown): Shape {
  if (schema.isUnitSchema()) return { type: "unit" };
  if (schema.isStructSchema()) return new Structure(schema, key);
  if (schema.isListSchema()) return new List(schema);
  if (schema.isMapSchema()) return new MapShape(schema);
  if (schema.isTimestampSchema()) return { type: "timestamp", format: formats[Number(key)] ?? "default" };
  if (schema.isStringSchema()) return { type: "string" };
  if (schema.isBooleanSchema()) return { type: "boolean" };
  if (schema.isNumericSchema()) return { type: "number" };
  if (schema.isBlobSchema()) return { type: "blob" };
  if (schema.isBigIntegerSchema()) return { type: "bigInteger" };
  if (schema.isBigDecimalSchema()) return { type: "bigDecimal" };
  return { type: "document" };
}

/** Members are walked on first use, so that types may contain themselves. */
class Structure {
  readonly type = "structure";
  readonly name: string;
  readonly union: boolean;
  readonly #schema: NormalizedSchema;
  /** The schema lists required members first and says how many there are. */
  readonly #required: number;
  #members: readonly Member[] | undefined;

  constructor(schema: NormalizedSchema, key: unknown) {
    this.#schema = schema;
    this.name = schema.getName() ?? "";
    this.union = schema.isUnionSchema();
    const required: unknown = Array.isArray(key) ? key[6] : undefined;
    this.#required = typeof required === "number" ? required : 0;
  }

  get members(): readonly Member[] {
    this.#members ??= [...this.#schema.structIterator()].map(([name, member], index) =>
      memberOf(name, member, index < this.#required),
    );
    return this.#members;
  }
}

class List {
  readonly type = "list";
  readonly #schema: NormalizedSchema;
  #element: Member | undefined;

  constructor(schema: NormalizedSchema) {
    this.#schema = schema;
  }

  get element(): Member {
    this.#element ??= memberOf("member", this.#schema.getValueSchema());
    return this.#element;
  }
}

class MapShape {
  readonly type = "map";
  readonly #schema: NormalizedSchema;
  #key: Member | undefined;
  #value: Member | undefined;

  constructor(schema: NormalizedSchema) {
    this.#schema = schema;
  }

  get key(): Member {
    this.#key ??= memberOf("key", this.#schema.getKeySchema());
    return this.#key;
  }

  get value(): Member {
    this.#value ??= memberOf("value", this.#schema.getValueSchema());
    return this.#value;
  }
}

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

function isOperationSchema(
  value: unknown,
): value is readonly [9, string, string, SchemaTraitsObject | number, SchemaReference, SchemaReference] {
  return Array.isArray(value) && value[0] === 9 && value.length >= 6;
}

/** Every operation of an SDK client package, by name, from the schemas it exports as `DescribeInstances$`. */
export function operationsOf(client: object): ReadonlyMap<string, OperationModel> {
  const models = new Map<string, OperationModel>();
  for (const [key, value] of Object.entries(client)) {
    if (!key.endsWith("$") || !isOperationSchema(value)) continue;
    const [, , name, traits, input, output] = value;
    models.set(name, new Operation(name, typeof traits === "object" ? traits.http : undefined, input, output));
  }
  return models;
}

class Operation implements OperationModel {
  readonly name: string;
  readonly http: readonly [string, string, number] | undefined;
  readonly #inputReference: SchemaReference;
  readonly #outputReference: SchemaReference;
  #input: Member | undefined;
  #output: Member | undefined;

  constructor(
    name: string,
    http: readonly [string, string, number] | undefined,
    input: SchemaReference,
    output: SchemaReference,
  ) {
    this.name = name;
    this.http = http;
    this.#inputReference = input;
    this.#outputReference = output;
  }

  get input(): Member {
    this.#input ??= memberOf(`${this.name}Input`, NormalizedSchema.of(this.#inputReference));
    return this.#input;
  }

  get output(): Member {
    this.#output ??= memberOf(`${this.name}Output`, NormalizedSchema.of(this.#outputReference));
    return this.#output;
  }
}
