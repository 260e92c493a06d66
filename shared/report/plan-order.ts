import { type Risk, targetKey } from "../engine/action.ts";
import type { PlannedAction } from "../engine/plan.ts";

const weight: Readonly<Record<Risk, number>> = { destructive: 0, disruptive: 1, safe: 2 };

/** Actions of one resource, so that a reader sees everything that happens to it in one place. */
export interface ActionGroup {
  readonly key: string;
  readonly actions: readonly PlannedAction[];
}

/** Grouped by resource; the widest risk first, then by name. What is most dangerous is read first. */
export function byResource(actions: readonly PlannedAction[]): readonly ActionGroup[] {
  const groups = new Map<string, PlannedAction[]>();
  for (const action of actions) {
    const key = targetKey(action.target);
    groups.set(key, [...(groups.get(key) ?? []), action]);
  }
  const widest = (group: ActionGroup): number => Math.min(...group.actions.map((action) => weight[action.risk]));
  return [...groups]
    .map(([key, members]) => ({ key, actions: members.sort((a, b) => weight[a.risk] - weight[b.risk]) }))
    .sort((a, b) => widest(a) - widest(b) || (a.key < b.key ? -1 : 1));
}
