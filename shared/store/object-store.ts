/** An object as read: its bytes as text, its entity tag for conditional writes, its user metadata. */
export interface StoredObject {
  readonly key: string;
  readonly body: string;
  readonly etag: string;
  /** User metadata, keys in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** `absent`: only if no object has the key; an etag: only if that is the version in place. */
export type WriteCondition = { readonly ifAbsent: true } | { readonly ifMatch: string } | undefined;

export type WriteResult =
  | { readonly written: true; readonly etag: string }
  /** Somebody else wrote first: nothing was written. */
  | { readonly written: false };

/**
 * The state bucket, as little of it as the store needs. Every call throws a classified {@link Failure} where it can't
 * tell; `get` answers undefined only for a key that certainly doesn't exist.
 */
export interface ObjectStore {
  get(key: string): Promise<StoredObject | undefined>;
  put(
    key: string,
    body: string,
    options?: {
      readonly condition?: WriteCondition;
      readonly metadata?: Readonly<Record<string, string>>;
      readonly contentType?: string;
    },
  ): Promise<WriteResult>;
  delete(key: string, condition?: { readonly ifMatch: string }): Promise<WriteResult>;
  /** Every key under the prefix, all pages, sorted. */
  list(prefix: string): Promise<readonly string[]>;
  /**
   * The store's own time in epoch milliseconds: its last `Date` header plus what has passed on a monotonic clock since.
   * Rounded against ourselves by the header's resolution of one second. Undefined before the first answer.
   */
  serverTime(): number | undefined;
}
