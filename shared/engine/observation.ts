import type { Failure } from "./failure.ts";

/** Something that outlives the run which started it (a command on a host): kept in the status, picked up by the next run. */
export interface Operation {
  /** The kind's own handle: a command's id. Never a secret. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds before which looking again is of no use. */
  readonly notBefore: number;
  /** For a person: "installing Docker (command 1a2b)". */
  readonly message: string;
}

/**
 * What became of an operation that an earlier run started. Missing from an observation: there was none, or it ended well.
 * `failed` is met like a failure of `apply`: recorded and backed off.
 */
export type OperationState =
  | { readonly state: "underWay"; readonly operation: Operation }
  | { readonly state: "failed"; readonly failure: Failure };

/**
 * What a look at the world found. `unknown` is a third answer of its own: a call that failed, a page that is missing or a
 * host that is silent says nothing about what exists, so it never leads to a create or a delete.
 */
export type Observation<State> =
  | { readonly state: "present"; readonly value: State; readonly operation?: OperationState }
  | { readonly state: "absent"; readonly operation?: OperationState }
  | { readonly state: "unknown"; readonly why: string };

export function present<State>(value: State): Observation<State> {
  return { state: "present", value };
}

export const absent: Observation<never> = { state: "absent" };

/** @param why a sentence's end for a person: "listing security groups was throttled" */
export function unknown(why: string): Observation<never> {
  return { state: "unknown", why };
}
