import type { DnsRecord } from "../../aws/dns-port.ts";
import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { fieldChange } from "../common/field-change.ts";
import { kind, type RecordDesired } from "./desired.ts";

export type RecordState = {
  readonly type: "record";
  readonly zoneId: string;
  readonly name: string;
  /** Ours, where there is one. */
  readonly record?: { readonly ttlSeconds: number; readonly values: readonly string[]; readonly mark: string };
  /** Others of the name, which stand in the way: `A 203.0.113.7`. */
  readonly others: readonly string[];
};

/** Undefined where the name has no record at all. */
export function recordState(
  zoneId: string,
  name: string,
  mark: string,
  records: readonly DnsRecord[],
): RecordState | undefined {
  if (records.length === 0) return undefined;
  const ours = records.find((record) => record.type === "A" && record.mark === mark);
  const others = records.filter((record) => record !== ours).map(({ type, values }) => `${type} ${values.join(" ")}`);
  return {
    type: "record",
    zoneId,
    name,
    ...(ours === undefined ? {} : { record: { ttlSeconds: ours.ttlSeconds ?? 0, values: ours.values, mark } }),
    others,
  };
}

export function recordValue(desired: RecordDesired, outputs: OutputsByTarget): string | undefined {
  const [resource = "", output = ""] = desired.from.split(".");
  return outputs.get(`${kind}/${resource}`)?.[output];
}

export function diffRecord(
  target: Target,
  observed: RecordState | undefined,
  desired: RecordDesired,
  outputs: OutputsByTarget,
): readonly ActionDraft[] {
  const value = recordValue(desired, outputs);
  const [resource = ""] = desired.from.split(".");
  const needs = [{ kind, name: resource }];
  const ours = observed?.record;
  if (ours === undefined) {
    const to = value === undefined ? { knownAfterApply: `${kind}/${desired.from}` } : { to: value };
    const changes: readonly Change[] = [
      { path: "value", ...to },
      { path: "ttlSeconds", to: desired.ttlSeconds },
    ];
    const base = { target, verb: "create", changes, risk: "safe", needs } as const;
    if (observed === undefined) return [{ ...base, reason: `${desired.name} has no record`, ownership: "none" }];
    const reason = `${desired.name} has records of somebody else's: ${observed.others.join(", ")}`;
    return [{ ...base, reason, ownership: "foreign" }];
  }
  // Without an address to lead to, the last one stays.
  const changes = [
    ...(value === undefined ? [] : fieldChange("value", ours.values.join(" "), value)),
    ...fieldChange("ttlSeconds", ours.ttlSeconds, desired.ttlSeconds),
  ];
  if (changes.length === 0) return [];
  const reason = `the record ${desired.name} differs in ${changes.map(({ path }) => path).join(", ")}`;
  return [{ target, verb: "update", changes, risk: "safe", reason, ownership: "ours", needs }];
}

export function recordDeletion(target: Target, { name, record }: RecordState): readonly ActionDraft[] {
  if (record === undefined) return [];
  return [
    {
      target,
      verb: "delete",
      changes: [{ path: "value", from: record.values.join(" ") }],
      risk: "destructive",
      reason: `the record ${name} is this fleet's and the file doesn't ask for it`,
      ownership: "ours",
    },
  ];
}
