/** An HTTP request, read whole. */
export interface WireRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  /** Decoded. A key without a value has one empty value. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  /** The SDK hands this body to its caller as a stream. */
  readonly streams?: boolean;
  /** Set where a fault cuts the body: the connection breaks after this many bytes. */
  readonly cutAt?: number;
}

export const noBytes: Uint8Array = new Uint8Array(0);

/** Query text, without the question mark, as a multimap in the order sent. */
export function parseQuery(text: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  if (text === "") return query;
  for (const [key, value] of new URLSearchParams(text)) {
    const values = query.get(key);
    if (values === undefined) query.set(key, [value]);
    else values.push(value);
  }
  return query;
}
