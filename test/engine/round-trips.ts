/**
 * Counts the critical path in round trips without measuring time: calls that wait at once are let go together, and each
 * such batch is one round trip.
 */
export class RoundTrips {
  count = 0;
  #batch: Promise<void> | undefined;

  /** Awaited by each call before it takes effect. */
  readonly turn = (): Promise<void> => {
    this.#batch ??= new Promise((resolve) => {
      setImmediate(() => {
        this.count += 1;
        this.#batch = undefined;
        resolve();
      });
    });
    return this.#batch;
  };
}
