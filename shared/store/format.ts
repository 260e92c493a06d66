import * as z from "zod/mini";
import { Failure } from "../engine/failure.ts";
import type { StoredObject } from "./object-store.ts";

/**
 * How one sort of object is written: `{ "format": "Status", "version": 1, "data": {...} }`. The version rises when an older
 * program would misread the data; members may be added without.
 */
export interface Format<Value> {
  readonly name: string;
  readonly version: number;
  /** Checks what is relied on; members that it doesn't know stay in the value. */
  readonly shape: z.ZodMiniType;
  /** Never set: ties the format to its value's type. */
  readonly value?: Value;
}

const envelope = z.object({ format: z.string(), version: z.int().check(z.positive()), data: z.unknown() });

/** Indented: people read these objects too. */
export function encode<Value>(format: Format<Value>, value: Value): string {
  return `${JSON.stringify({ format: format.name, version: format.version, data: value }, undefined, 2)}\n`;
}

/**
 * @throws {Failure} `NewerFormat` where a newer Fleetkeeper wrote it, `CorruptObject` where it isn't what it should be.
 * Neither is ever taken for "nothing there".
 */
export function decode<Value>(format: Format<Value>, object: StoredObject): Value {
  const outer = envelope.safeParse(parseJson(object));
  if (!outer.success) throw corrupt(object.key, `it is not an envelope (${firstProblem(outer.error)})`);
  if (outer.data.format !== format.name) {
    throw corrupt(object.key, `it holds "${outer.data.format}" where "${format.name}" belongs`);
  }
  if (outer.data.version > format.version) {
    throw new Failure({
      code: "NewerFormat",
      class: "terminal",
      message: `${object.key} was written by a newer Fleetkeeper (${format.name} version ${outer.data.version}, this one reads up to ${format.version})`,
      hint: "Use the newer version of Fleetkeeper.",
    });
  }
  const inner = format.shape.safeParse(outer.data.data);
  if (!inner.success) throw corrupt(object.key, firstProblem(inner.error));
  return outer.data.data as Value;
}

function parseJson(object: StoredObject): unknown {
  try {
    return JSON.parse(object.body);
  } catch (error) {
    throw corrupt(object.key, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function firstProblem(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "not as expected";
  return issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`;
}

function corrupt(key: string, why: string): Failure {
  return new Failure({
    code: "CorruptObject",
    class: "terminal",
    message: `${key} in the state bucket is damaged: ${why}`,
    hint: "Bring an earlier version of the object back (the bucket is versioned), or delete it if you know what it held.",
  });
}
