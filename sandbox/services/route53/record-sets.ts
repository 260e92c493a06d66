import type {
  ChangeResourceRecordSetsCommandInput,
  ChangeResourceRecordSetsCommandOutput,
  GetHostedZoneCommandInput,
  GetHostedZoneCommandOutput,
  ListResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommandOutput,
  ResourceRecordSet,
  RRType,
} from "@aws-sdk/client-route-53";
import type { ServiceContext } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import type { RecordSetRecord, Route53State, ZoneRecord } from "./state.ts";

type Context = ServiceContext<Route53State>;
type Answer<Output> = Omit<Output, "$metadata">;

export function GetHostedZone(input: GetHostedZoneCommandInput, context: Context): Answer<GetHostedZoneCommandOutput> {
  const zone = zoneOf(input.Id, context);
  return {
    HostedZone: {
      Id: `/hostedzone/${zone.zoneId}`,
      Name: zone.name,
      CallerReference: zone.zoneId,
      ResourceRecordSetCount: zone.records.length,
    },
  };
}

/** In Route 53's order: names by their labels from the right, then types, then set identifiers. */
export function ListResourceRecordSets(
  input: ListResourceRecordSetsCommandInput,
  context: Context,
): Answer<ListResourceRecordSetsCommandOutput> {
  const zone = zoneOf(input.HostedZoneId, context);
  const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: identifier } = input;
  if (name === undefined && type !== undefined) {
    throw new ServiceError("InvalidInput", "A start type needs a start name.");
  }
  const start =
    name === undefined ? undefined : orderOf({ name: fullName(name), type: type ?? "", setIdentifier: identifier });
  const sorted = [...zone.records].sort((a, b) => compare(orderOf(a), orderOf(b)));
  const from = sorted.filter((record) => start === undefined || compare(orderOf(record), start) >= 0);
  const MaxItems = Math.min(input.MaxItems ?? 300, context.pageSize ?? 300, 300);
  const next = from[MaxItems];
  return {
    ResourceRecordSets: from.slice(0, MaxItems).map(answer),
    IsTruncated: next !== undefined,
    MaxItems,
    NextRecordName: next?.name,
    NextRecordType: next?.type as RRType | undefined,
    NextRecordIdentifier: next?.setIdentifier,
  };
}

/** All changes of a batch, or none. */
export function ChangeResourceRecordSets(
  input: ChangeResourceRecordSetsCommandInput,
  context: Context,
): Answer<ChangeResourceRecordSetsCommandOutput> {
  const zone = zoneOf(input.HostedZoneId, context);
  let { records } = zone;
  for (const { Action, ResourceRecordSet: set } of input.ChangeBatch?.Changes ?? []) {
    const record = recordOf(set, zone);
    const others = records.filter((other) => !isSame(other, record));
    const there = records.find((other) => isSame(other, record));
    if (Action === "DELETE") {
      if (there === undefined || JSON.stringify(there) !== JSON.stringify(record)) {
        throw invalid(
          `Tried to delete resource record set [name='${record.name}', type='${record.type}'] but it was not found`,
        );
      }
      records = others;
      continue;
    }
    if (Action === "CREATE" && there !== undefined) {
      throw invalid(
        `Tried to create resource record set [name='${record.name}', type='${record.type}'] but it already exists`,
      );
    }
    const clash = others.find((other) => other.name === record.name && clashes(other, record));
    if (clash !== undefined) {
      throw invalid(
        `RRSet of type ${record.type} with DNS name ${record.name} is not permitted because a conflicting RRSet of type ${clash.type} with the same DNS name already exists`,
      );
    }
    records = [...others, record];
  }
  context.state.zones[zone.zoneId] = { ...zone, records };
  context.state.changes += 1;
  return {
    ChangeInfo: {
      Id: `/change/C${String(context.state.changes).padStart(13, "0")}`,
      Status: "INSYNC",
      SubmittedAt: new Date(context.clock.now()),
    },
  };
}

function zoneOf(id: string | undefined, { state }: Context): ZoneRecord {
  const zone = state.zones[(id ?? "").replace(/^\/hostedzone\//, "")];
  if (zone !== undefined) return zone;
  throw new ServiceError("NoSuchHostedZone", `No hosted zone found with ID: ${id}`, { status: 404 });
}

function recordOf(set: ResourceRecordSet | undefined, zone: ZoneRecord): RecordSetRecord {
  const name = fullName(set?.Name ?? "");
  if (set?.AliasTarget !== undefined)
    throw new ServiceError("NotImplemented", "The sandbox has no aliases.", { status: 501 });
  if (set?.Type === undefined || set.TTL === undefined || (set.ResourceRecords ?? []).length === 0) {
    throw new ServiceError("InvalidInput", "A record set needs a type, a TTL and values.");
  }
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    throw invalid(`RRSet with DNS name ${name} is not permitted in zone ${zone.name}`);
  }
  if ((set.SetIdentifier === undefined) !== (set.Weight === undefined)) {
    throw new ServiceError("InvalidInput", "A set identifier goes with a routing policy; the sandbox has weights.");
  }
  return {
    name,
    type: set.Type,
    ttl: set.TTL,
    values: (set.ResourceRecords ?? []).map(({ Value = "" }) => Value),
    ...(set.SetIdentifier === undefined ? {} : { setIdentifier: set.SetIdentifier }),
    ...(set.Weight === undefined ? {} : { weight: set.Weight }),
  };
}

function isSame(a: RecordSetRecord, b: RecordSetRecord): boolean {
  return a.name === b.name && a.type === b.type && a.setIdentifier === b.setIdentifier;
}

/** A CNAME is alone at its name; simple and weighted records of one type don't mix. */
function clashes(a: RecordSetRecord, b: RecordSetRecord): boolean {
  if ((a.type === "CNAME") !== (b.type === "CNAME")) return true;
  return a.type === b.type && (a.setIdentifier === undefined) !== (b.setIdentifier === undefined);
}

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidChangeBatch", `[${message}]`);
}

function fullName(name: string): string {
  return name.endsWith(".") ? name.toLowerCase() : `${name.toLowerCase()}.`;
}

function orderOf(record: {
  readonly name: string;
  readonly type: string;
  readonly setIdentifier?: string | undefined;
}) {
  return [record.name.split(".").reverse().join("."), record.type, record.setIdentifier ?? ""] as const;
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? "";
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}

function answer(record: RecordSetRecord): ResourceRecordSet {
  return {
    Name: record.name,
    Type: record.type as RRType,
    TTL: record.ttl,
    SetIdentifier: record.setIdentifier,
    Weight: record.weight,
    ResourceRecords: record.values.map((Value) => ({ Value })),
  };
}
