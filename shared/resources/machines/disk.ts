import { hash } from "node:crypto";
import type { DiskExpectation, DiskReading, MachineDirectory } from "./evidence.ts";
import type { DiskProblem } from "./verdict.ts";

/**
 * SHA-256 over `name TAB instance id NEWLINE` of every directory in byte order of the names, as 64 lower-case hexadecimal
 * digits; an instance id that is missing is empty. The list-machines document computes the same with `sort` and `sha256sum`.
 */
export function diskHash(machines: readonly MachineDirectory[]): string {
  const lines = machines.map((machine) => `${machine.name}\t${machine.instanceId ?? ""}\n`).sort();
  return hash("sha256", lines.join(""));
}

/** The first thing that keeps a reading from counting, in the order in which a reader would ask; undefined if it counts. */
export function diskProblem(
  instance: string,
  expected: DiskExpectation,
  reading: DiskReading,
): DiskProblem | undefined {
  if (reading.nonce !== expected.nonce) return "nonce-differs";
  if (!reading.ended) return "end-mark-missing";
  if (reading.instance !== instance) return "instance-differs";
  if (reading.path !== expected.path) return "path-differs";
  if (reading.mount !== expected.mount) return "mount-differs";
  if (reading.sentinel === undefined) return "sentinel-missing";
  if (reading.sentinel.volume !== expected.volume) return "sentinel-of-other-volume";
  if (reading.sentinel.generation < expected.generation) return "sentinel-of-older-generation";
  if (reading.count !== reading.machines.length) return "count-differs";
  if (reading.hash !== diskHash(reading.machines)) return "hash-differs";
  return undefined;
}
