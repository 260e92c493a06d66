import type { Action } from "./action.ts";
import { digest } from "./digest.ts";
import type { Limits } from "./limits.ts";
import type { HealStatus, ResourceStatus } from "./status.ts";

/** What an action writes, whatever it found: drift that comes back in another shape is still the same fight. */
function changesDigest(action: Action): string {
  return digest({
    verb: action.verb,
    changes: action.changes.map(({ path, to }) => ({ path, to: to ?? null })),
  }).slice(0, 12);
}

/** The heals of a resource after one more of this action. */
export function withHeal(heals: readonly HealStatus[] | undefined, action: Action, now: number): readonly HealStatus[] {
  const changes = changesDigest(action);
  const known = heals ?? [];
  if (!known.some((heal) => heal.changes === changes)) return [...known, { changes, at: [now] }];
  return known.map((heal) => (heal.changes === changes ? { changes, at: [...heal.at, now] } : heal));
}

/** How often this action's changes, or any of its target, were made within the window; undefined while that is bearable. */
export function foughtOver(
  heals: readonly HealStatus[] | undefined,
  action: Action,
  limits: Limits,
): { readonly times: number } | undefined {
  const changes = changesDigest(action);
  const same = (heals ?? []).find((heal) => heal.changes === changes)?.at.length ?? 0;
  if (same >= limits.heals) return { times: same };
  const all = (heals ?? []).reduce((sum, heal) => sum + heal.at.length, 0);
  return all >= limits.healsOfAnySort ? { times: all } : undefined;
}

/**
 * Forgets what is older than the window, so that drift once a week never adds up. A fight is not forgotten while the
 * resource still differs: otherwise it would be taken up again every window for ever.
 */
export function pruneHeals(
  heals: readonly HealStatus[] | undefined,
  sync: ResourceStatus["sync"],
  now: number,
  limits: Limits,
): readonly HealStatus[] {
  const all = heals ?? [];
  const total = all.reduce((sum, heal) => sum + heal.at.length, 0);
  const fought = total >= limits.healsOfAnySort || all.some((heal) => heal.at.length >= limits.heals);
  if (fought && sync !== "InSync") return all;
  return all
    .map((heal) => ({ ...heal, at: heal.at.filter((at) => at > now - limits.healWindow) }))
    .filter((heal) => heal.at.length > 0);
}
