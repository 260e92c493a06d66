import type { Verb } from "../engine/action.ts";
import type { Plan } from "../engine/plan.ts";

const verbs: readonly (readonly [Verb, string])[] = [
  ["create", "to create"],
  ["adopt", "to adopt"],
  ["update", "to update"],
  ["replace", "to replace"],
  ["delete", "to delete"],
];

/** The plan in one line: "Plan: 8 to create, 2 to update; 1 held, 0 unknown." */
export function planTotal(plan: Pick<Plan, "actions" | "unknown">): string {
  const held = plan.actions.filter((action) => action.held !== undefined).length;
  if (plan.actions.length === 0 && plan.unknown.length === 0) return "Nothing to do: everything is as declared.";
  const counts = verbs
    .map(([verb, words]) => [plan.actions.filter((action) => action.verb === verb).length, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`);
  const changes = counts.length === 0 ? "nothing to change" : counts.join(", ");
  return `Plan: ${changes}; ${held} held, ${plan.unknown.length} unknown.`;
}
