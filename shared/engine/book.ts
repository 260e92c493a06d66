import { type Risk, targetKey } from "./action.ts";
import type { Applied } from "./apply.ts";
import type { Random } from "./backoff.ts";
import { Failure } from "./failure.ts";
import type { Limits } from "./limits.ts";
import { type Memory, withApplied, withFailure, withStarted } from "./memory.ts";
import type { ActionRecord } from "./record.ts";

/** What one run keeps from round to round. Plain and pure: each round makes the next book of the last one. */
export interface Book {
  readonly memory: Memory;
  /** Who approved what, by action id; unspent. */
  readonly approvals: ReadonlyMap<string, string>;
  /** A teardown's approvals aren't used up. */
  readonly lasting: boolean;
  /** Actions begun by this run. */
  readonly applied: Readonly<Record<Risk, number>>;
  readonly records: readonly ActionRecord[];
  /** How often a target was found changed right before its action, by `kind/name`. */
  readonly outdated: ReadonlyMap<string, number>;
  /** Written since the last look, by `kind/name`. */
  readonly unsettled: ReadonlySet<string>;
}

export function openBook(memory: Memory, approvals: ReadonlyMap<string, string>, lasting = false): Book {
  return {
    memory,
    approvals,
    lasting,
    applied: { safe: 0, disruptive: 0, destructive: 0 },
    records: [],
    outdated: new Map(),
    unsettled: new Set(),
  };
}

/** After a look: what was unsettled is settled. */
export function afterLook(book: Book, memory: Memory): Book {
  return { ...book, memory, unsettled: new Set() };
}

/** After an action has ended, whatever its outcome. */
export function afterAction(
  book: Book,
  applied: Applied,
  round: number,
  now: number,
  random: Random,
  limits: Limits,
): Book {
  const { action, started } = applied;
  const key = targetKey(action.target);
  const approvals = new Map(book.approvals);
  // Spent, by us or, where it was skipped for want of one, by somebody else.
  const spent = action.risk === "destructive" && (started || applied.outcome.state === "skipped");
  if (spent && !book.lasting) approvals.delete(action.id);
  const outdated = new Map(book.outdated);
  if (applied.outcome.state === "outdated") outdated.set(key, (outdated.get(key) ?? 0) + 1);
  return {
    memory: remembered(book.memory, applied, outdated.get(key) ?? 0, now, random, limits),
    approvals,
    lasting: book.lasting,
    applied: started ? { ...book.applied, [action.risk]: book.applied[action.risk] + 1 } : book.applied,
    records: [...book.records, recordOf(applied, round, book.approvals)],
    outdated,
    unsettled: started ? new Set([...book.unsettled, key]) : book.unsettled,
  };
}

function remembered(
  memory: Memory,
  { action, outcome, failure }: Applied,
  outdated: number,
  now: number,
  random: Random,
  limits: Limits,
): Memory {
  const key = targetKey(action.target);
  if (outcome.state === "applied") return withApplied(memory, action, now);
  if (outcome.state === "pending") return withStarted(memory, action, outcome.operation, now);
  if (failure !== undefined) return withFailure(memory, key, failure, now, random, limits);
  if (outdated < limits.outdated) return memory;
  // A target that never stands still would have us plan anew for ever.
  const restless = new Failure({
    code: "KeepsChanging",
    class: "retry",
    message: `${key} was found changed right before each of ${outdated} attempts: ${outcome.state === "outdated" ? outcome.message : ""}`,
    hint: "Find what else writes to it.",
  });
  return withFailure(memory, key, restless, now, random, limits);
}

function recordOf({ action, outcome }: Applied, round: number, approvals: ReadonlyMap<string, string>): ActionRecord {
  const approvedBy = action.risk === "destructive" ? approvals.get(action.id) : undefined;
  return {
    id: action.id,
    target: action.target,
    verb: action.verb,
    risk: action.risk,
    reason: action.reason,
    changes: action.changes,
    round,
    outcome,
    ...(action.routine === undefined ? {} : { routine: action.routine }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  };
}
