import { digest } from "../engine/digest.ts";
import { checkSpec } from "./checks.ts";
import { findingsOf } from "./findings.ts";
import { type Fleet, fleetSchema, validSections } from "./fleet-schema.ts";
import type { Problem } from "./problem.ts";
import { checkReserved } from "./reserved.ts";
import { checkSecretNames } from "./secrets.ts";
import { readSource } from "./source.ts";

export type { Fleet } from "./fleet-schema.ts";

export type FleetResult =
  | { readonly ok: true; readonly fleet: Fleet; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * One desired-state file. Never throws: whatever is wrong comes back as problems, all at once, each with its place, in the
 * order of the file.
 * @param input the file's text or bytes
 * @param file its name as it shall stand in messages
 */
export function parseFleet(input: string | Uint8Array, file: string): FleetResult {
  const read = readSource(input, file);
  if (!read.ok) return read;
  const { source } = read;
  const parsed = fleetSchema.safeParse(source.data);
  const findings = parsed.success
    ? checkSpec(parsed.data.spec, parsed.data.metadata.name)
    : [...findingsOf(parsed.error.issues, source.data), ...checkSpec(validSections(source.data))];
  const everywhere = [...checkSecretNames(source.data), ...checkReserved(source.data)];
  const problems = ordered([...source.problems, ...[...everywhere, ...findings].map(source.locate)]);
  if (!parsed.success || problems.some((problem) => problem.severity === "error")) return { ok: false, problems };
  return { ok: true, fleet: parsed.data, warnings: problems };
}

/** SHA-256 of what the file means: spelling a default out, reordering keys or adding comments doesn't change it. */
export function fleetDigest(fleet: Fleet): string {
  return digest(fleet);
}

/** By place, one for each place of the data: what the text itself got wrong comes first and explains the rest. */
function ordered(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .filter((problem) => {
      if (problem.path.length === 0) return true;
      const key = JSON.stringify([problem.severity, problem.path, problem.line, problem.column]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
