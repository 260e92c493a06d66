import type { Member, OperationModel, Shape, TimestampFormat } from "../../sandbox/wire/shape.ts";

/** A type as botocore's models write it. */
export interface BotoShape {
  readonly shape?: string;
  readonly type?: string;
  readonly members?: Readonly<Record<string, BotoShape>>;
  readonly member?: BotoShape;
  readonly key?: BotoShape;
  readonly value?: BotoShape;
  readonly required?: readonly string[];
  readonly payload?: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
  readonly xmlAttribute?: boolean;
  readonly xmlNamespace?: { readonly uri: string; readonly prefix?: string } | string;
  readonly timestampFormat?: string;
  readonly union?: boolean;
  readonly jsonvalue?: boolean;
  readonly document?: boolean;
}

export interface BotoOperation {
  readonly name: string;
  readonly http?: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: BotoShape;
  readonly output?: BotoShape;
}

type BotoShapes = Readonly<Record<string, BotoShape>>;
type Traits = Member["traits"];

const formats: Readonly<Record<string, TimestampFormat>> = {
  iso8601: "date-time",
  rfc822: "http-date",
  unixTimestamp: "epoch-seconds",
};

/** An operation of botocore's model as the sandbox's wire layer takes it. */
export function operationModel(operation: BotoOperation, shapes: BotoShapes): OperationModel {
  const { name, http } = operation;
  const part = (reference: BotoShape | undefined, suffix: string): Member => ({
    name: `${name}${suffix}`,
    shape: reference?.shape === undefined ? { type: "unit" } : shapeOf(reference, shapes),
    traits: traitsOf(reference ?? {}, shapes, undefined),
    required: false,
  });
  return {
    name,
    http:
      http === undefined
        ? undefined
        : [http.method, http.requestUri.replaceAll(/\{(\w+)\}/g, "{$1}"), http.responseCode ?? 200],
    input: part(operation.input, "Input"),
    output: part(operation.output, "Output"),
  };
}

function definitionOf(reference: BotoShape, shapes: BotoShapes): BotoShape {
  return { ...(reference.shape === undefined ? {} : shapes[reference.shape]), ...reference };
}

function memberOf(name: string, reference: BotoShape, shapes: BotoShapes, required = false, payload?: string): Member {
  return {
    name,
    // Types contain themselves: looked up only when needed.
    get shape() {
      return shapeOf(reference, shapes);
    },
    traits: traitsOf(reference, shapes, payload === name ? name : undefined),
    required,
  };
}

function traitsOf(reference: BotoShape, shapes: BotoShapes, payload: string | undefined): Traits {
  const definition = definitionOf(reference, shapes);
  const { location, locationName } = reference;
  const flattened = definition.flattened === true ? { xmlFlattened: 1 as const } : {};
  const named =
    location === undefined && locationName !== undefined ? { xmlName: locationName, jsonName: locationName } : {};
  const { xmlNamespace } = definition;
  const traits = {
    ...named,
    ...flattened,
    ...(definition.xmlAttribute === true ? { xmlAttribute: 1 as const } : {}),
    ...(typeof xmlNamespace === "object"
      ? { xmlNamespace: [xmlNamespace.prefix ?? "", xmlNamespace.uri] as const }
      : {}),
    ...(reference.queryName === undefined ? {} : { ec2QueryName: reference.queryName }),
    ...(payload === undefined ? {} : { httpPayload: 1 as const }),
    ...(location === "header" ? { httpHeader: locationName ?? "" } : {}),
    ...(location === "headers" ? { httpPrefixHeaders: locationName ?? "" } : {}),
    ...(location === "uri" ? { httpLabel: 1 as const } : {}),
    ...(location === "statusCode" ? { httpResponseCode: 1 as const } : {}),
    ...(location === "querystring"
      ? definition.type === "map"
        ? { httpQueryParams: 1 as const }
        : { httpQuery: locationName ?? "" }
      : {}),
    ...(definition.jsonvalue === true ? { mediaType: "application/json" } : {}),
  };
  return traits as Traits;
}

/** The name by which REST finds a label is the one in the path. */
function labelName(name: string, member: BotoShape): string {
  return member.location === "uri" ? (member.locationName ?? name) : name;
}

const known = new WeakMap<BotoShapes, Map<string, Shape>>();

function shapeOf(reference: BotoShape, shapes: BotoShapes): Shape {
  const format = reference.timestampFormat;
  const name = reference.shape ?? "";
  if (format !== undefined) return { type: "timestamp", format: formats[format] ?? "default" };
  const kept = known.get(shapes) ?? new Map<string, Shape>();
  known.set(shapes, kept);
  const found = kept.get(name);
  if (found !== undefined) return found;
  const made = makeShape(name, definitionOf({ shape: name }, shapes), shapes);
  kept.set(name, made);
  return made;
}

function makeShape(name: string, definition: BotoShape, shapes: BotoShapes): Shape {
  if (definition.document === true) return { type: "document" };
  switch (definition.type) {
    case "structure": {
      const { members = {}, required = [], payload, union = false } = definition;
      let walked: readonly Member[] | undefined;
      return {
        type: "structure",
        name,
        union,
        get members() {
          walked ??= Object.entries(members).map(([key, member]) =>
            memberOf(labelName(key, member), member, shapes, required.includes(key), payload),
          );
          return walked;
        },
      };
    }
    case "list":
      return { type: "list", element: memberOf("member", definition.member ?? {}, shapes) };
    case "map":
      return {
        type: "map",
        key: memberOf("key", definition.key ?? {}, shapes),
        value: memberOf("value", definition.value ?? {}, shapes),
      };
    case "timestamp":
      return { type: "timestamp", format: formats[definition.timestampFormat ?? ""] ?? "default" };
    case "blob":
      return { type: "blob" };
    case "boolean":
      return { type: "boolean" };
    case "integer":
    case "long":
    case "float":
    case "double":
    case "short":
    case "byte":
      return { type: "number" };
    case "string":
    case "character":
      return { type: "string" };
    default:
      return { type: "document" };
  }
}

/** A fixture's value as the SDK types it: times as dates, blobs as bytes, odd numbers as numbers. */
export function nativeOf(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  switch (shape.type) {
    case "structure": {
      const given = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        shape.members
          .filter(({ name }) => name in given)
          .map(({ name, shape: inner }) => [name, nativeOf(inner, given[name])]),
      );
    }
    case "list":
      return (value as readonly unknown[]).map((item) => nativeOf(shape.element.shape, item));
    case "map":
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, nativeOf(shape.value.shape, item)]),
      );
    case "timestamp":
      return new Date(Number(value) * 1000);
    case "blob":
      return typeof value === "string" ? Buffer.from(value, "utf8") : value;
    case "number":
      return typeof value === "string" ? Number(value) : value;
    default:
      return value;
  }
}
