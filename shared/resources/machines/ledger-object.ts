import { Failure } from "../../engine/failure.ts";
import { update } from "../../store/conditional-update.ts";
import { decode, type Format } from "../../store/format.ts";
import { keysOf } from "../../store/keys.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { emptyLedger, type Ledger, ledgerFormat } from "./ledger.ts";
import { emptySweepRecord, type SweepRecord, sweepRecordFormat } from "./sweep-record.ts";

/**
 * The ledger as it is in the bucket; an empty one where there never was any.
 * @throws {Failure} where it is damaged, newer, or another fleet's. It is never taken for empty: that would forget which
 * managers have ended.
 */
export function readLedger(store: ObjectStore, fleet: string): Promise<Ledger> {
  return read(store, keysOf(fleet).ledger, ledgerFormat, fleet, emptyLedger(fleet));
}

/**
 * Changes the ledger by conditional write: of two changes at once neither is lost.
 * @param change pure
 * @param read what this run read of it: where the change leaves that as it is, the ledger isn't read again
 */
export async function updateLedger(
  store: ObjectStore,
  fleet: string,
  change: (ledger: Ledger) => Ledger,
  read?: Ledger,
): Promise<Ledger> {
  if (read !== undefined && JSON.stringify(change(read)) === JSON.stringify(read)) return read;
  return changeObject(store, keysOf(fleet).ledger, ledgerFormat, emptyLedger(fleet), change);
}

export function readSweeps(store: ObjectStore, fleet: string): Promise<SweepRecord> {
  return read(store, keysOf(fleet).sweeps, sweepRecordFormat, fleet, emptySweepRecord(fleet));
}

export function updateSweeps(
  store: ObjectStore,
  fleet: string,
  change: (record: SweepRecord) => SweepRecord,
): Promise<SweepRecord> {
  return changeObject(store, keysOf(fleet).sweeps, sweepRecordFormat, emptySweepRecord(fleet), change);
}

async function read<Value extends { readonly fleet: string }>(
  store: ObjectStore,
  key: string,
  format: Format<Value>,
  fleet: string,
  empty: Value,
): Promise<Value> {
  const object = await store.get(key);
  return object === undefined ? empty : ofFleet(decode(format, object), fleet, key);
}

async function changeObject<Value extends { readonly fleet: string }>(
  store: ObjectStore,
  key: string,
  format: Format<Value>,
  empty: Value,
  change: (value: Value) => Value,
): Promise<Value> {
  const written = await update(store, key, format, (value) => {
    const before = value === undefined ? empty : ofFleet(value, empty.fleet, key);
    const after = change(before);
    return JSON.stringify(after) === JSON.stringify(before) ? undefined : after;
  });
  return written ?? empty;
}

function ofFleet<Value extends { readonly fleet: string }>(value: Value, fleet: string, key: string): Value {
  if (value.fleet === fleet) return value;
  throw new Failure({
    code: "CorruptObject",
    class: "terminal",
    message: `${key} in the state bucket is of fleet ${value.fleet}, not ${fleet}`,
    hint: "Bring the object's own earlier version back; nothing is collected until then.",
  });
}
