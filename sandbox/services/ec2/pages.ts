import { ec2Error, invalidValue } from "./errors.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly NextToken?: string;
}

/**
 * One page of a listing. Without MaxResults the whole listing (or `pageSize` of it) comes at once. The token holds the key
 * that the last page ended with, so that what is created or deleted between two pages neither repeats nor hides the rest.
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: PageRequest,
  limits: { readonly min: number; readonly max: number; readonly pageSize?: number },
): Page<T> {
  const { MaxResults } = request;
  if (MaxResults !== undefined && MaxResults < limits.min) {
    throw invalidValue(`${MaxResults}`, "maxResults", `Expecting a value greater than or equal to ${limits.min}.`);
  }
  if (MaxResults !== undefined && MaxResults > limits.max) {
    throw invalidValue(`${MaxResults}`, "maxResults", `Expecting a value less than or equal to ${limits.max}.`);
  }
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => compare(a.key, b.key));
  // An empty token is none: programs that start with `NextToken=""` work with EC2.
  const after = (request.NextToken ?? "") === "" ? undefined : decodeToken(request.NextToken ?? "");
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => compare(key, after) > 0);
  const size = MaxResults ?? limits.pageSize ?? rest.length;
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  const shownItems = shown.map(({ item }) => item);
  return last !== undefined && rest.length > size
    ? { items: shownItems, NextToken: encodeToken(last.key) }
    : { items: shownItems };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function encodeToken(key: string): string {
  return Buffer.from(JSON.stringify({ after: key })).toString("base64url");
}

function decodeToken(token: string): string {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (typeof decoded === "object" && decoded !== null && "after" in decoded && typeof decoded.after === "string") {
      return decoded.after;
    }
  } catch {
    // Falls through: whatever isn't one of our tokens is refused below.
  }
  throw ec2Error("InvalidNextToken", "The specified token is invalid");
}
