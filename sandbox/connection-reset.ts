/** The connection broke. Looks to the SDK like Node's own error of that kind. */
export class ConnectionReset extends Error {
  override readonly name: string = "TimeoutError";
  readonly code = "ECONNRESET";

  constructor() {
    super("socket hang up");
  }
}
