import { type Action, type Target, targetKey } from "./action.ts";
import type { Look } from "./observe.ts";

/**
 * Actions in an order in which each comes after what it needs; stable otherwise. Deletes get a need that no kind can know
 * of, because kinds don't know each other: what left the file of a kind that comes `after` theirs must be gone first.
 * Members of a cycle come last and are refused: none of them could ever start.
 * @param stays what is left in place on purpose (a volume that is retained), by `kind/name`: nobody waits for it
 */
export function inDependencyOrder<Fleet, Readers>(
  actions: readonly Action[],
  look: Look<Fleet, Readers>,
  stays: ReadonlySet<string> = new Set(),
): readonly Action[] {
  const remaining = actions.map((action) => withDeleteNeeds(action, look, stays));
  const targets = new Set(remaining.map(({ target }) => targetKey(target)));
  const ordered: Action[] = [];
  while (remaining.length > 0) {
    const open = new Set(remaining.map(({ target }) => targetKey(target)));
    const index = remaining.findIndex((action) =>
      (action.needs ?? []).map(targetKey).every((need) => !targets.has(need) || !open.has(need)),
    );
    if (index === -1) return [...ordered, ...remaining.map(refusedCycle)];
    ordered.push(...remaining.splice(index, 1));
  }
  return ordered;
}

function refusedCycle(action: Action): Action {
  const needs = (action.needs ?? []).map(targetKey).join(", ");
  return { ...action, refused: `it needs itself by way of ${needs}: a defect of the kind, please report it` };
}

function withDeleteNeeds<Fleet, Readers>(
  action: Action,
  look: Look<Fleet, Readers>,
  stays: ReadonlySet<string>,
): Action {
  if (action.verb !== "delete") return action;
  const needs = leavingAfter(action.target.kind, look, stays);
  return needs.length === 0 ? action : { ...action, needs: [...(action.needs ?? []), ...needs] };
}

function leavingAfter<Fleet, Readers>(
  kind: string,
  look: Look<Fleet, Readers>,
  stays: ReadonlySet<string>,
): readonly Target[] {
  const leaving: Target[] = [];
  for (const later of look.kinds.values()) {
    if (!comesAfter(later.kind.kind, kind, look)) continue;
    for (const [name, observation] of later.observations) {
      const target = { kind: later.kind.kind, name };
      const ending = observation.state === "absent" && observation.operation?.state === "underWay";
      const leaves = observation.state === "absent" ? ending : !stays.has(targetKey(target));
      if (!later.desired.has(name) && leaves) leaving.push(target);
    }
  }
  return leaving;
}

function comesAfter<Fleet, Readers>(later: string, earlier: string, look: Look<Fleet, Readers>): boolean {
  const pending = [...(look.kinds.get(later)?.kind.after ?? [])];
  const seen = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === earlier) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    pending.push(...(look.kinds.get(next)?.kind.after ?? []));
  }
  return false;
}
