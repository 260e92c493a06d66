/** Time as a port. All times are epoch milliseconds; durations are milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}
