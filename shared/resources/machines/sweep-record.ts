import * as z from "zod/mini";
import type { Format } from "../../store/format.ts";
import type { Subject } from "./companion.ts";
import type { Objections } from "./look.ts";

const time = z.number();

/** Something that a sweep deleted, or tried to. */
export interface Deletion {
  readonly subject: Subject;
  readonly name?: string;
  readonly at: number;
  /** Set where the call failed: the sentence of its failure. */
  readonly failure?: string;
}

/** What sweeps leave behind: they can't write marks, so what speaks against one goes here. */
export interface SweepRecord {
  readonly fleet: string;
  readonly objections: Objections;
  /** The newest deletions, oldest first, at most {@link mostDeletions}. */
  readonly deletions: readonly Deletion[];
}

export const mostDeletions = 200;

export function emptySweepRecord(fleet: string): SweepRecord {
  return { fleet, objections: {}, deletions: [] };
}

export const sweepRecordFormat: Format<SweepRecord> = {
  name: "SweepRecord",
  version: 1,
  shape: z.looseObject({
    fleet: z.string(),
    objections: z.record(z.string(), z.looseObject({ at: time, verdict: z.string() })),
    deletions: z.array(z.looseObject({ subject: z.string(), at: time })),
  }),
};
