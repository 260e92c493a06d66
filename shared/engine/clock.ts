/** Time as a port. All times are epoch milliseconds; durations are milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** For sentences: `2026-12-01T00:00:00Z`, whole seconds. */
export function isoTime(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`;
}
