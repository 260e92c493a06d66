import { invalid, scalingError } from "./errors.ts";

interface PageRequest {
  readonly MaxRecords?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page, sorted by key; the token holds the key that the last page ended with. */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxRecords, NextToken }: PageRequest,
  limits: { readonly usual: number; readonly most: number },
  pageSize: number | undefined,
): { readonly items: Item[]; readonly NextToken?: string } {
  if (MaxRecords !== undefined && (MaxRecords < 1 || MaxRecords > limits.most)) {
    throw invalid(`MaxRecords must be between 1 and ${limits.most}.`);
  }
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const after = NextToken === undefined ? undefined : decode(NextToken);
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  // A page may hold less than was asked for.
  const shown = rest.slice(0, Math.min(MaxRecords ?? limits.usual, pageSize ?? limits.most));
  const last = shown.at(-1);
  if (last === undefined || shown.length === rest.length) return { items: shown };
  return { items: shown, NextToken: Buffer.from(`after:${keyOf(last)}`).toString("base64url") };
}

function decode(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (!text.startsWith("after:")) throw scalingError("InvalidNextToken", "The token is not valid.");
  return text.slice("after:".length);
}
