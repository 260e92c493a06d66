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
  /** The names right under a prefix that ends in `/`, where they are folders: of `a/b/c` and `a/d`, `b`. Sorted. */
  folders(prefix: string): Promise<readonly string[]>;
  /** The store's own time, by its last answer and what has passed here since. Undefined before the first answer. */
  serverTime(): TimeSpan | undefined;
}

/**
 * An instant known only to lie between two, in epoch milliseconds. Whoever asks "may I still?" takes `latest`, whoever asks
 * "is it over for them?" takes `earliest`, so that each is rounded against itself.
 */
export interface TimeSpan {
  readonly earliest: number;
  readonly latest: number;
}
