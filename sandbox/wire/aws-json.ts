import { ServiceError } from "../service-error.ts";
import type { Input, Protocol } from "./protocol.ts";
import { readTimestamp, toBytes } from "./scalar.ts";
import type { Member, OperationModel, Shape } from "./shape.ts";

/**
 * AWS JSON 1.0 and 1.1: `X-Amz-Target` names the operation, JSON both ways, times as seconds.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function awsJsonProtocol(operations: ReadonlyMap<string, OperationModel>, version: "1.0" | "1.1"): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    route(request) {
      const target = request.headers["x-amz-target"] ?? "";
      return operations.get(target.slice(target.lastIndexOf(".") + 1));
    },
    input(operation, request) {
      const text = Buffer.from(request.body).toString("utf8");
      return readJson(operation.input.shape, text === "" ? {} : parseJson(text)) as Input;
    },
    success(operation, output, requestId) {
      return {
        status: 200,
        headers: { "content-type": contentType, "x-amzn-requestid": requestId },
        body: Buffer.from(JSON.stringify(writeJson(operation.output.shape, output) ?? {}), "utf8"),
      };
    },
    failure(error, requestId) {
      const body = { __type: error.code, message: error.message, ...error.fields };
      return {
        status: error.status,
        headers: {
          "content-type": contentType,
          "x-amzn-requestid": requestId,
          "x-amzn-errortype": error.code,
          ...error.headers,
        },
        body: Buffer.from(JSON.stringify(body), "utf8"),
      };
    },
  };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError("SerializationException", "The request's body is not JSON.");
  }
}

/** Member names in JSON: AWS JSON has the model's own, REST-JSON those of the `jsonName` trait where there is one. */
export type Naming = (member: Member) => string;

const ownName: Naming = (member) => member.name;

/** The SDK's value of this shape from parsed JSON. */
export function readJson(shape: Shape, json: unknown, naming: Naming = ownName): unknown {
  if (json === null || json === undefined) return undefined;
  switch (shape.type) {
    case "unit":
      return {};
    case "structure": {
      const record = expectObject(json);
      const value: Record<string, unknown> = {};
      for (const member of shape.members) {
        const inner = readJson(member.shape, record[naming(member)], naming);
        if (inner !== undefined) value[member.name] = inner;
      }
      return value;
    }
    case "list":
      if (!Array.isArray(json)) throw wrongType("a list");
      return json.map((item) => readJson(shape.element.shape, item, naming));
    case "map":
      return Object.fromEntries(
        Object.entries(expectObject(json)).map(([key, item]) => [key, readJson(shape.value.shape, item, naming)]),
      );
    case "timestamp":
      return typeof json === "number" ? new Date(json * 1000) : readTimestamp(String(json), shape.format);
    case "blob":
      return new Uint8Array(Buffer.from(String(json), "base64"));
    case "string":
      if (typeof json !== "string") throw wrongType("a string");
      return json;
    case "number": {
      const number = Number(json);
      if ((Number.isNaN(number) && json !== "NaN") || typeof json === "boolean") throw wrongType("a number");
      return number;
    }
    case "boolean":
      if (typeof json !== "boolean") throw wrongType("true or false");
      return json;
    default:
      return json;
  }
}

/** JSON for a value of this shape; members that the model doesn't have are left out. */
export function writeJson(shape: Shape, value: unknown, naming: Naming = ownName): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.type) {
    case "unit":
      return {};
    case "structure": {
      const record = expectObject(value);
      const json: Record<string, unknown> = {};
      for (const member of shape.members) {
        const inner = writeJson(member.shape, record[member.name], naming);
        if (inner !== undefined) json[naming(member)] = inner;
      }
      return json;
    }
    case "list":
      return (value as readonly unknown[]).map((item) => writeJson(shape.element.shape, item, naming) ?? null);
    case "map":
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, writeJson(shape.value.shape, item, naming)]),
      );
    case "timestamp": {
      const date = value instanceof Date ? value : new Date(typeof value === "number" ? value : String(value));
      if (shape.format === "date-time") return date.toISOString();
      return shape.format === "http-date" ? date.toUTCString() : date.getTime() / 1000;
    }
    case "blob":
      return toBytes(value).toString("base64");
    case "number":
      return Number.isFinite(value) ? value : String(value);
    default:
      return value;
  }
}

function expectObject(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw wrongType("an object");
  return json as Readonly<Record<string, unknown>>;
}

function wrongType(expected: string): ServiceError {
  return new ServiceError("SerializationException", `Found a value of another type where ${expected} was expected.`);
}
