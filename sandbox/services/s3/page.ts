import { ServiceError } from "../../service-error.ts";

/**
 * One page of a sorted list. The token says behind which name the next one starts, so that pages stay whole when things
 * come and go between them.
 */
export function pageOf<Item>(
  sorted: readonly Item[],
  nameOf: (item: Item) => string,
  size: number,
  token: string | undefined,
): { readonly items: readonly Item[]; readonly next: string | undefined } {
  const after = token === undefined ? undefined : decodeToken(token);
  const rest = after === undefined ? sorted : sorted.filter((item) => compareKeys(nameOf(item), after) > 0);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, next: rest.length > size && last !== undefined ? encodeToken(nameOf(last)) : undefined };
}

/** Opaque to callers. */
export function encodeToken(name: string): string {
  return Buffer.from(JSON.stringify({ after: name }), "utf8").toString("base64");
}

export function decodeToken(token: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(token, "base64").toString("utf8")) as { after: unknown };
    if (typeof after === "string") return after;
  } catch {
    // Falls through to the answer for a token that isn't ours.
  }
  throw new ServiceError("InvalidArgument", "The continuation token provided is incorrect", {
    fields: { ArgumentName: "continuation-token" },
  });
}

/** S3 sorts keys by their UTF-8 bytes, which differs from JavaScript's order where surrogates meet the rest of the plane. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
