import { ServiceError } from "../service-error.ts";
import type { Shape, TimestampFormat } from "./shape.ts";

/** Text of a leaf value. `format`: how this protocol writes timestamps whose model doesn't say. */
export function writeScalar(shape: Shape, value: unknown, format: TimestampFormat): string {
  if (shape.type === "timestamp") return writeTimestamp(value, shape.format === "default" ? format : shape.format);
  if (shape.type === "blob") return toBytes(value).toString("base64");
  return String(value);
}

/** A leaf's value from its text, in the type that the SDK hands to callers. */
export function readScalar(shape: Shape, text: string, format: TimestampFormat): unknown {
  switch (shape.type) {
    case "boolean":
      return text.toLowerCase() === "true";
    case "number": {
      const number = Number(text);
      if (text.trim() === "" || (Number.isNaN(number) && text !== "NaN")) {
        throw new ServiceError("MalformedInput", `"${text}" is not a number.`);
      }
      return number;
    }
    case "timestamp":
      return readTimestamp(text, shape.format === "default" ? format : shape.format);
    case "blob":
      return new Uint8Array(Buffer.from(text, "base64"));
    case "bigInteger":
      return BigInt(text);
    default:
      return text;
  }
}

/** @see https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait */
export function writeTimestamp(value: unknown, format: TimestampFormat): string {
  const date = value instanceof Date ? value : new Date(typeof value === "number" ? value : String(value));
  if (format === "epoch-seconds") return String(date.getTime() / 1000);
  if (format === "http-date") return date.toUTCString();
  return date.toISOString();
}

export function readTimestamp(text: string, format: TimestampFormat): Date {
  const date =
    format === "epoch-seconds" || /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  if (Number.isNaN(date.getTime())) throw new ServiceError("MalformedInput", `"${text}" is not a time.`);
  return date;
}

export function toBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Buffer.from(String(value), "utf8");
}
