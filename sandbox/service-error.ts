/**
 * An answer that is an error, as AWS would give it. `code` is the code on the wire (`NoSuchEntity`,
 * `InvalidGroup.Duplicate`), not the name of an SDK's exception.
 */
export class ServiceError extends Error {
  override readonly name: string = "ServiceError";
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** Further elements of the error's body: `BucketName`, `Key`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further headers of the response, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param options status (default 400), fields, headers */
  constructor(
    code: string,
    message: string,
    options: {
      readonly status?: number;
      readonly fields?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}

/** What isn't modelled says so, in a status that no client takes for success and no retry cures. */
export function notImplemented(service: string, operation: string): ServiceError {
  return new ServiceError("NotImplemented", `The sandbox doesn't model ${service} ${operation}.`, { status: 501 });
}
