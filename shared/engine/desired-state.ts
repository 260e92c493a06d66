import type { Risk } from "./action.ts";
import type { Revision } from "./state-port.ts";

/** A revision's text, parsed and validated, or every problem found in it, each a line for a person. */
export type Interpretation<Fleet> =
  | { readonly valid: true; readonly fleet: Fleet }
  | { readonly valid: false; readonly problems: readonly string[] };

/** What a file says about how it is to be met. */
export interface Policy {
  readonly mode: "Observe" | "Enforce";
  /** Epoch milliseconds. */
  readonly suspend?: { readonly until: number; readonly reason: string };
  /** Whether disruptive actions may start now; `opensAt` in epoch milliseconds. Open where no window is declared. */
  readonly window: { readonly open: true } | { readonly open: false; readonly opensAt?: number };
  /** Most actions of a risk that one run may apply, where the file or the caller narrows the defaults. */
  readonly maxima?: Partial<Readonly<Record<Risk, number>>>;
}

/** How the engine reads a file without knowing its shape. Pure. */
export interface DesiredState<Fleet> {
  /** @param name the fleet's name: a file that names another fleet is a problem */
  interpret(revision: Revision, name: string): Interpretation<Fleet>;
  policy(fleet: Fleet, now: number): Policy;
  /** Every kind that the file declares something of, whether this version has it or not. */
  declaredKinds(fleet: Fleet): readonly string[];
}
