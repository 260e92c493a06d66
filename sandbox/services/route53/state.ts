import type { StateKey } from "../../service.ts";

/** One record set; an alias has no TTL and no values of its own. */
export interface RecordSetRecord {
  /** Lower case, with the dot at its end. */
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly values: readonly string[];
  readonly setIdentifier?: string;
  readonly weight?: number;
}

export interface ZoneRecord {
  readonly zoneId: string;
  readonly name: string;
  readonly records: readonly RecordSetRecord[];
}

/** Hosted zones of the account, by id; the order of record sets is Route 53's. */
export interface Route53State {
  readonly zones: Record<string, ZoneRecord>;
  changes: number;
}

export function route53StateKey(): StateKey<Route53State> {
  return { name: "route53", global: true, initial };
}

/** The zone that the sample fleet names. */
function initial(): Route53State {
  const name = "example.com.";
  const zone: ZoneRecord = {
    zoneId: "Z0123456789ABCDEFGHIJ",
    name,
    records: [
      { name, type: "NS", ttl: 172_800, values: ["ns-1.awsdns-01.org.", "ns-2.awsdns-02.com."] },
      {
        name,
        type: "SOA",
        ttl: 900,
        values: ["ns-1.awsdns-01.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"],
      },
    ],
  };
  return { zones: { [zone.zoneId]: zone }, changes: 0 };
}
