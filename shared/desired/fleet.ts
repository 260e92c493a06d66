import { findingsOf } from "./findings.ts";
import { type Fleet, fleetSchema } from "./fleet-schema.ts";
import type { Problem } from "./problem.ts";
import { readSource } from "./source.ts";

export type { Fleet } from "./fleet-schema.ts";

export type FleetResult =
  | { readonly ok: true; readonly fleet: Fleet; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * One desired-state file. Never throws: whatever is wrong comes back as problems, all at once, each with its place.
 * @param file as it shall stand in messages
 */
export function parseFleet(text: string, file: string): FleetResult {
  const read = readSource(text, file);
  if (!read.ok) return read;
  const parsed = fleetSchema.safeParse(read.source.data);
  if (!parsed.success) {
    return { ok: false, problems: findingsOf(parsed.error.issues, read.source.data).map(read.source.locate) };
  }
  return { ok: true, fleet: parsed.data, warnings: [] };
}
