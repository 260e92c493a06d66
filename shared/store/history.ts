import type { RunRecord } from "../engine/record.ts";
import { decode, encode } from "./format.ts";
import { recordFormat } from "./formats.ts";
import { historyKey, keysOf } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";

/** Records kept of a fleet; older versions stay in the versioned bucket as long as its own rules keep them. */
export const keptRecords = 500;
/** Old records are looked for in one of so many appends: it takes a listing. */
const pruneEvery = 32;

/** One object a record, never overwritten: appending twice is appending once. */
export async function appendRecord(store: ObjectStore, record: RunRecord): Promise<void> {
  await store.put(historyKey(record.fleet, record), encode(recordFormat, record), { condition: { ifAbsent: true } });
  if (record.epoch % pruneEvery === 0) await pruneHistory(store, record.fleet);
}

/** Newest first. @param most how many to read */
export async function readHistory(store: ObjectStore, fleet: string, most = 20): Promise<readonly RunRecord[]> {
  const keys = (await store.list(keysOf(fleet).history)).toReversed().slice(0, most);
  const objects = await Promise.all(keys.map((key) => store.get(key)));
  return objects.flatMap((object) => (object === undefined ? [] : [decode(recordFormat, object)]));
}

async function pruneHistory(store: ObjectStore, fleet: string): Promise<void> {
  const keys = await store.list(keysOf(fleet).history);
  for (const key of keys.slice(0, Math.max(0, keys.length - keptRecords))) await store.delete(key);
}
