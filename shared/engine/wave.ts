import { targetKey } from "./action.ts";
import type { Hold } from "./hold.ts";
import type { PlannedAction } from "./plan.ts";
import type { Outcome } from "./record.ts";

/** What may start now, and what never will in this round because of what became of its needs. */
export interface Wave {
  readonly ready: readonly PlannedAction[];
  readonly skipped: readonly { readonly action: PlannedAction; readonly outcome: Outcome }[];
}

/** An action with the actions that it waits for. */
export interface WaveMember {
  readonly action: PlannedAction;
  /** Earlier ones on the same target. */
  readonly earlier: readonly PlannedAction[];
  /** Those on what it needs. */
  readonly needs: readonly PlannedAction[];
}

/** @param admitted this round's admitted actions, in dependency order */
export function waveOrder(admitted: readonly PlannedAction[]): readonly WaveMember[] {
  const byTarget = Map.groupBy(admitted, ({ target }) => targetKey(target));
  return admitted.map((action) => {
    const siblings = byTarget.get(targetKey(action.target)) ?? [];
    const needed = new Set((action.needs ?? []).map(targetKey));
    return {
      action,
      earlier: siblings.slice(0, siblings.indexOf(action)),
      needs: [...needed].flatMap((key) => byTarget.get(key) ?? []),
    };
  });
}

/**
 * The next wave. Pure.
 * @param outcomes what has ended, by action id
 * @param started ids of what has been started, ended or not
 */
export function nextWave(
  order: readonly WaveMember[],
  outcomes: ReadonlyMap<string, Outcome>,
  started: ReadonlySet<string>,
): Wave {
  const ready: PlannedAction[] = [];
  const skipped: { action: PlannedAction; outcome: Outcome }[] = [];
  const known = new Map(outcomes);
  for (const { action, earlier, needs } of order) {
    if (started.has(action.id) || known.has(action.id)) continue;
    // 1. One action a target at a time; after it the target is another, and the next round plans anew.
    if (earlier.some(({ id }) => !known.has(id))) continue;
    if (earlier.some(({ id }) => touched(known.get(id)))) {
      const outcome: Outcome = { state: "outdated", message: "another action has just changed its target" };
      known.set(action.id, outcome);
      skipped.push({ action, outcome });
      continue;
    }
    // 2. Everything it needs was applied.
    if (needs.every(({ id }) => known.get(id)?.state === "applied")) {
      ready.push(action);
      continue;
    }
    // 3. Something it needs ended otherwise.
    const hold = needs.map((other) => notApplied(other, known.get(other.id))).find((found) => found !== undefined);
    if (hold === undefined) continue;
    const outcome: Outcome = { state: "skipped", hold };
    known.set(action.id, outcome);
    skipped.push({ action, outcome });
  }
  return { ready, skipped };
}

function touched(outcome: Outcome | undefined): boolean {
  const state = outcome?.state;
  return state === "applied" || state === "pending" || state === "failed";
}

function notApplied(need: PlannedAction, outcome: Outcome | undefined): Hold | undefined {
  const key = targetKey(need.target);
  switch (outcome?.state) {
    case undefined:
    case "applied":
      return undefined;
    case "failed":
      return { reason: "DependencyFailed", message: `${key} failed: ${outcome.message}` };
    case "pending":
      return {
        reason: "DependencyPending",
        message: `${key}: ${outcome.operation.message}`,
        until: outcome.operation.notBefore,
      };
    case "outdated":
    case "outOfTime":
      return { reason: "DependencyPending", message: `${key} is not finished` };
    case "skipped":
      return outcome.hold.reason === "DependencyFailed"
        ? { reason: "DependencyFailed", message: `${key} waits: ${outcome.hold.message}` }
        : { reason: "DependencyPending", message: `${key} waits: ${outcome.hold.message}` };
  }
}
