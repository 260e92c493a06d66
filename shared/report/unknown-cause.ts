import type { Plan } from "../engine/plan.ts";

/** What couldn't be observed for one and the same reason: a silent host is one fact, not twenty. */
export interface UnknownCause {
  readonly why: string;
  /** `kind/name`, in the plan's order; at least one. */
  readonly resources: readonly string[];
}

/** The unknown resources of a plan by why they are unknown, in the order in which each reason first comes. */
export function unknownCauses(unknown: Plan["unknown"]): readonly UnknownCause[] {
  const causes = new Map<string, string[]>();
  for (const { kind, name, why } of unknown) {
    causes.set(why, [...(causes.get(why) ?? []), `${kind}/${name}`]);
  }
  return [...causes].map(([why, resources]) => ({ why, resources }));
}
