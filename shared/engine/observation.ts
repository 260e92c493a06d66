/**
 * What a look at the world found. `unknown` is a third answer of its own: a call that failed, a page that is missing or a
 * host that is silent says nothing about what exists, so it never leads to a create or a delete.
 */
export type Observation<State> =
  | { readonly state: "present"; readonly value: State }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string };

export function present<State>(value: State): Observation<State> {
  return { state: "present", value };
}

export const absent: Observation<never> = { state: "absent" };

/** @param why a sentence's end for a person: "listing security groups was throttled" */
export function unknown(why: string): Observation<never> {
  return { state: "unknown", why };
}
