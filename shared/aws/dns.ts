import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { attempt, readOrAbsent } from "./answer.ts";
import type { DnsReader, DnsRecord, DnsWriter, MarkedRecord } from "./dns-port.ts";

/** More than one name can have of these types, but for sets of many marks. */
const pageSize = 100;

export function dnsReader(client: Route53Client): DnsReader {
  return {
    recordsOf: (zoneId, name) =>
      readOrAbsent(`reading the records of ${name}`, async () => {
        const answer = await client.send(
          new ListResourceRecordSetsCommand({
            HostedZoneId: zoneId,
            StartRecordName: name,
            StartRecordType: "A",
            MaxItems: pageSize,
          }),
        );
        const sets = (answer.ResourceRecordSets ?? []).filter((set) => plainName(set.Name) === name.toLowerCase());
        return sets.filter(({ Type }) => Type === "A" || Type === "AAAA" || Type === "CNAME").map(dnsRecord);
      }),
  };
}

export function dnsWriter(client: Route53Client): DnsWriter {
  const change = (action: "UPSERT" | "DELETE", zoneId: string, record: MarkedRecord) =>
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: { Changes: [{ Action: action, ResourceRecordSet: recordSet(record) }] },
      }),
    );
  return {
    ...dnsReader(client),
    async putRecord(zoneId, record) {
      await attempt(`writing the record ${record.name}`, () => change("UPSERT", zoneId, record));
    },
    async removeRecord(zoneId, record) {
      await attempt(`removing the record ${record.name}`, () => change("DELETE", zoneId, record));
    },
  };
}

/**
 * Route 53 has no tags on records, so the mark is a set identifier: a weighted record alone of its name answers always.
 * Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
 */
function recordSet(record: MarkedRecord): ResourceRecordSet {
  return {
    Name: record.name,
    Type: "A",
    TTL: record.ttlSeconds,
    SetIdentifier: record.mark,
    Weight: 1,
    ResourceRecords: record.values.map((Value) => ({ Value })),
  };
}

function dnsRecord(set: ResourceRecordSet): DnsRecord {
  return {
    name: plainName(set.Name),
    type: set.Type ?? "",
    ...(set.TTL === undefined ? {} : { ttlSeconds: set.TTL }),
    values: (set.ResourceRecords ?? []).map(({ Value = "" }) => Value),
    ...(set.SetIdentifier === undefined ? {} : { mark: set.SetIdentifier }),
  };
}

/** Route 53 ends names with a dot. */
function plainName(name: string | undefined): string {
  return (name ?? "").replace(/\.$/, "").toLowerCase();
}
