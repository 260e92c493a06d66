import { Failure } from "../engine/failure.ts";
import { decode, encode, type Format } from "./format.ts";
import type { ObjectStore } from "./object-store.ts";

const mostTries = 8;

/**
 * Reads an object, changes its value and writes it back where nobody wrote meanwhile, else starts over from what they
 * wrote: so that of two changes at once neither is lost.
 * @param change pure; answers undefined to leave the object as it is
 * @returns the value in place afterwards
 */
export async function update<Value>(
  store: ObjectStore,
  key: string,
  format: Format<Value>,
  change: (value: Value | undefined) => Value | undefined,
): Promise<Value | undefined> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const object = await store.get(key);
    const before = object === undefined ? undefined : decode(format, object);
    const after = change(before);
    if (after === undefined) return before;
    const condition = object === undefined ? ({ ifAbsent: true } as const) : { ifMatch: object.etag };
    const result = await store.put(key, encode(format, after), { condition });
    if (result.written) return after;
  }
  throw contended(key);
}

export function contended(key: string): Failure {
  return new Failure({
    code: "StateContended",
    class: "retry",
    message: `${key} in the state bucket was changed by others again and again while it was being written`,
    hint: "Try again in a moment.",
  });
}
