import type { Change, Risk, Verb } from "../engine/action.ts";
import type { Condition } from "../engine/condition.ts";
import type { Hold } from "../engine/hold.ts";
import type { Plan, RevisionRef, UnknownResource } from "../engine/plan.ts";

/** The documented, versioned JSON shape of a plan (docs/json-output.md). Fields are only ever added within a version. */
export interface PlanJson {
  readonly version: 1;
  readonly fleet: string;
  readonly revision: RevisionRef;
  readonly digest: string;
  readonly actions: readonly {
    readonly id: string;
    readonly kind: string;
    readonly name: string;
    readonly verb: Verb;
    readonly risk: Risk;
    readonly reason: string;
    readonly changes: readonly Change[];
    readonly held?: Hold;
  }[];
  readonly unknown: readonly UnknownResource[];
  readonly notManaged: readonly string[];
  readonly conditions: readonly Condition[];
}

/** @param conditions as they would stand after this look */
export function planJson(plan: Plan, conditions: readonly Condition[]): PlanJson {
  return {
    version: 1,
    fleet: plan.fleet,
    revision: plan.revision,
    digest: plan.digest,
    actions: plan.actions.map(({ id, target, verb, risk, reason, changes, held }) => ({
      id,
      kind: target.kind,
      name: target.name,
      verb,
      risk,
      reason,
      changes,
      ...(held === undefined ? {} : { held }),
    })),
    unknown: plan.unknown,
    notManaged: plan.notManaged,
    conditions,
  };
}
