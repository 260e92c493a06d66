import type { Subject } from "./companion.ts";
import type { Finding } from "./companions.ts";
import type { VerdictName } from "./verdict.ts";

/** What one gathering found. */
export interface Look {
  /** When EC2 was asked, by AWS's clock; 0 where it didn't answer completely, which makes it no look. */
  readonly at: number;
  readonly findings: readonly Finding[];
  /** Sorts that were listed completely: what is marked and no longer listed there is gone. */
  readonly complete: ReadonlySet<string>;
}

/** A look that spoke for something, made by the one who sweeps: it can't change marks, only object. */
export interface Objection {
  readonly at: number;
  readonly verdict: VerdictName;
}

export type Objections = Readonly<Record<Subject, Objection>>;
