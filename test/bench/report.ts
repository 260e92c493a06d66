import { arch, cpus, totalmem } from "node:os";
import type { Measurement } from "./measurement.ts";

/** Where and when figures were taken: without it nobody can take them again. */
export interface Report {
  /** ISO 8601, in UTC. */
  readonly measuredAt: string;
  readonly machine: {
    readonly processor: string;
    readonly architecture: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
  };
  readonly results: readonly Measurement[];
}

export function reportOf(results: readonly Measurement[], measuredAt: Date): Report {
  const processors = cpus();
  return {
    measuredAt: measuredAt.toISOString(),
    machine: {
      processor: processors[0]?.model ?? "unknown",
      architecture: arch(),
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    results,
  };
}

/** The machine in one line, above a table of figures. */
export function provenance({ measuredAt, machine }: Report): string {
  const { processor, architecture, cores, memoryGiB, node } = machine;
  return `${measuredAt}, Node.js ${node}, ${cores} cores of ${processor} (${architecture}), ${memoryGiB} GiB`;
}
