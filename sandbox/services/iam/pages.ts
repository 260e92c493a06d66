import { constraint, iamError } from "./errors.ts";

export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

const PAGE_SIZE = 100;

/** One page, sorted by key; the marker holds the key that the last page ended with. */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: PageRequest,
  pageSize: number | undefined,
): Page<T> {
  const { MaxItems } = request;
  if (MaxItems !== undefined && MaxItems < 1) {
    throw constraint(MaxItems, "maxItems", "have value greater than or equal to 1");
  }
  if (MaxItems !== undefined && MaxItems > 1000) {
    throw constraint(MaxItems, "maxItems", "have value less than or equal to 1000");
  }
  const sorted = items.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const after = request.Marker === undefined ? undefined : decode(request.Marker);
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(keyOf(item), after) > 0);
  const shown = rest.slice(0, MaxItems ?? pageSize ?? PAGE_SIZE);
  const last = shown.at(-1);
  if (last === undefined || shown.length === rest.length) return { items: shown, IsTruncated: false };
  return { items: shown, IsTruncated: true, Marker: Buffer.from(`after:${keyOf(last)}`).toString("base64url") };
}

function decode(marker: string): string {
  const text = Buffer.from(marker, "base64url").toString("utf8");
  if (!text.startsWith("after:")) throw iamError("ValidationError", "Invalid Marker.");
  return text.slice("after:".length);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
