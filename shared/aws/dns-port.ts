/** An address record of Route 53. `mark`: its set identifier; a plain record has none. */
export type DnsRecord = {
  readonly name: string;
  /** `A`; others of the name are told too, since they stand in the way: `AAAA`, `CNAME`. */
  readonly type: string;
  readonly ttlSeconds?: number;
  /** Empty for an alias. */
  readonly values: readonly string[];
  readonly mark?: string;
};

export interface DnsReader {
  /** Address records of exactly this name. Undefined where there is no such zone. */
  recordsOf(zoneId: string, name: string): Promise<readonly DnsRecord[] | undefined>;
}

export interface DnsWriter extends DnsReader {
  /** Makes or replaces the A record of this name and mark; refused where another record of the name stands in the way. */
  putRecord(zoneId: string, record: MarkedRecord): Promise<void>;
  removeRecord(zoneId: string, record: MarkedRecord): Promise<void>;
}

export type MarkedRecord = {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly values: readonly string[];
  readonly mark: string;
};
