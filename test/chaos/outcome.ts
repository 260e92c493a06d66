/** What came of a history. */
export interface Outcome {
  readonly runs: number;
  readonly faults: number;
  readonly crashes: number;
  /** Sentences; empty where every property held. */
  readonly violations: readonly string[];
}
