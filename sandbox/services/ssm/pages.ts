import { constraint, ssmError } from "./errors.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/** One page, sorted by key; without MaxResults a page is `most` long. */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: PageRequest,
  most: number,
  pageSize: number | undefined,
): Page<T> {
  const { MaxResults, NextToken } = request;
  if (MaxResults !== undefined && MaxResults < 1) {
    throw constraint(MaxResults, "maxResults", "have value greater than or equal to 1");
  }
  if (MaxResults !== undefined && MaxResults > most) {
    throw constraint(MaxResults, "maxResults", `have value less than or equal to ${most}`);
  }
  const sorted = items.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const after = NextToken === undefined || NextToken === "" ? undefined : decode(NextToken);
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(keyOf(item), after) > 0);
  const shown = rest.slice(0, MaxResults ?? Math.min(most, pageSize ?? most));
  const last = shown.at(-1);
  if (last === undefined || shown.length === rest.length) return { items: shown };
  return { items: shown, NextToken: Buffer.from(`after:${keyOf(last)}`).toString("base64url") };
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (!text.startsWith("after:")) throw ssmError("InvalidNextToken", "The specified token isn't valid.");
  return text.slice("after:".length);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
