import { type Action, targetKey } from "./action.ts";
import type { Clock } from "./clock.ts";
import type { Deadline } from "./deadline.ts";
import { fingerprintOfObservation } from "./diff.ts";
import type { RunEvents } from "./event.ts";
import { type Failure, failureWhile } from "./failure.ts";
import type { Json } from "./json.ts";
import type { Kind, Outputs, ReadableKind } from "./kind.ts";
import type { Lease } from "./lease.ts";
import type { Limits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import type { Observation } from "./observation.ts";
import { goneIn, type Look, operationsOf } from "./observe.ts";
import type { PlannedAction } from "./plan.ts";
import type { Outcome } from "./record.ts";
import { semaphore } from "./semaphore.ts";
import { nextWave, waveOrder } from "./wave.ts";

export interface Applying<Fleet, Readers, Writers> {
  readonly fleet: Fleet;
  readonly kinds: readonly Kind<Fleet, Readers, Writers>[];
  readonly readers: Readers;
  readonly writers: Writers;
  readonly look: Look<Fleet, Readers>;
  readonly inventory: Readonly<Record<string, readonly string[]>>;
  readonly memory: Memory;
  /** The round's actions in dependency order; those held are passed over. */
  readonly actions: readonly PlannedAction[];
  readonly lease: Lease;
  readonly deadline: Deadline;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Settles once the plan is stored; nothing is applied before, or at all where it rejects. */
  readonly stored: Promise<void>;
  /** Spends the approval of a destructive action. False: there is none any more. */
  readonly spend: (actionId: string) => Promise<boolean>;
  readonly events?: RunEvents;
}

export interface Applied {
  readonly action: PlannedAction;
  readonly outcome: Outcome;
  /** Whether the kind's apply was begun: only then can the target be another than before. */
  readonly started: boolean;
  /** Set where what was begun failed. A lost lease or a store that fails says nothing about the resource. */
  readonly failure?: Failure;
}

/**
 * Applies the admitted actions, each as soon as what it needs is done. Never throws: whatever happens to an action is its
 * outcome, its siblings go on and its dependents are skipped. In the order in which they ended.
 */
export async function apply<Fleet, Readers, Writers>(
  applying: Applying<Fleet, Readers, Writers>,
): Promise<readonly Applied[]> {
  const order = waveOrder(applying.actions.filter((action) => action.held === undefined));
  const outcomes = new Map<string, Outcome>();
  const started = new Set<string>();
  const ended: Applied[] = [];
  const outputs = new Map(applying.look.outputs);
  const permits = semaphore(applying.limits.concurrency);

  const end = (applied: Applied): void => {
    outcomes.set(applied.action.id, applied.outcome);
    ended.push(applied);
    applying.events?.emit({ event: "ActionEnded", action: applied.action, outcome: applied.outcome });
  };
  // Every end may set others free; what gets ready together and is of one kind is checked by one look.
  const launch = async (): Promise<void> => {
    const wave = nextWave(order, outcomes, started);
    for (const { action, outcome } of wave.skipped) end({ action, outcome, started: false });
    for (const { id } of wave.ready) started.add(id);
    const byKind = Map.groupBy(wave.ready, (action) => action.target.kind);
    await Promise.all(
      [...byKind].map(async ([kind, actions]) => {
        const again = await lookAgain(applying, kind, actions, outputs);
        const each = async (action: PlannedAction): Promise<void> => {
          end(await permits.run(() => applyOne(applying, action, again, outputs)));
          await launch();
        };
        await Promise.all(actions.map(each));
      }),
    );
  };
  await launch();
  return ended;
}

type Again = { readonly found: ReadonlyMap<string, Observation<Json>> } | { readonly failure: Failure };

/** The check right before: what was planned on may be minutes old, and others write too. */
async function lookAgain<Fleet, Readers, Writers>(
  applying: Applying<Fleet, Readers, Writers>,
  kind: string,
  actions: readonly Action[],
  outputs: ReadonlyMap<string, Outputs>,
): Promise<Again> {
  try {
    const found = await kindNamed(applying.kinds, kind).observe({
      fleet: applying.fleet,
      readers: applying.readers,
      inventory: applying.inventory[kind] ?? [],
      operations: operationsOf(kind, applying.memory),
      outputs,
      gone: goneIn(applying.look),
      only: actions.map(({ target }) => target.name),
      now: applying.clock.now(),
    });
    return { found };
  } catch (error) {
    return { failure: failureWhile(`checking ${kind} right before the change`, error) };
  }
}

async function applyOne<Fleet, Readers, Writers>(
  applying: Applying<Fleet, Readers, Writers>,
  action: PlannedAction,
  again: Again,
  outputs: Map<string, Outputs>,
): Promise<Applied> {
  const { clock, deadline, lease, events } = applying;
  let started = false;
  try {
    await applying.stored;
    // 1. Too late to start anything.
    if (deadline.passed()) return { action, started, outcome: { state: "outOfTime" } };
    lease.assertHeld();
    // 2. The target isn't what the plan was made for.
    const kind = kindNamed(applying.kinds, action.target.kind);
    const observed = "found" in again ? again.found.get(action.target.name) : undefined;
    const outdated = whyOutdated(kind, action, again, observed);
    if (outdated !== undefined) return { action, started, outcome: { state: "outdated", message: outdated } };
    // 3. The approval was used meanwhile. Spent before the apply: a crash between costs a new approval, never a second use.
    if (action.risk === "destructive" && !(await applying.spend(action.id))) {
      const message = `the approval of ${action.id} is already used`;
      return { action, started, outcome: { state: "skipped", hold: { reason: "ApprovalNeeded", message } } };
    }
    events?.emit({ event: "ActionStarted", action });
    started = true;
    const result = await kind.apply({
      fleet: applying.fleet,
      action,
      desired: applying.look.kinds.get(action.target.kind)?.desired.get(action.target.name),
      observed: observed?.state === "present" ? observed.value : undefined,
      outputs,
      writers: applying.writers,
      now: clock.now(),
    });
    if (result.state === "pending") {
      return { action, started, outcome: { state: "pending", endedAt: clock.now(), operation: result.operation } };
    }
    if (result.outputs !== undefined) outputs.set(targetKey(action.target), result.outputs);
    return { action, started, outcome: { state: "applied", endedAt: clock.now() } };
  } catch (error) {
    const failure = failureWhile(`${gerund(action)} ${targetKey(action.target)}`, error);
    const outcome = failedOutcome(failure, clock.now());
    return started && failure.code !== "LeaseLost"
      ? { action, started, failure, outcome }
      : { action, started, outcome };
  }
}

function whyOutdated<Fleet, Readers>(
  kind: ReadableKind<Fleet, Readers>,
  action: Action,
  again: Again,
  observed: Observation<Json> | undefined,
): string | undefined {
  if ("failure" in again) return again.failure.message;
  if (observed === undefined) return "it could not be observed again right before the change";
  if (observed.state === "unknown") return `right before the change: ${observed.why}`;
  const fingerprint = fingerprintOfObservation(kind, action.target.name, observed);
  return fingerprint === action.fingerprint ? undefined : "it changed since it was observed";
}

function failedOutcome(failure: Failure, endedAt: number): Outcome {
  return {
    state: "failed",
    endedAt,
    code: failure.code,
    class: failure.class,
    message: failure.message,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  };
}

function gerund({ verb }: Action): string {
  switch (verb) {
    case "create":
      return "creating";
    case "update":
      return "updating";
    case "delete":
      return "deleting";
    case "replace":
      return "replacing";
    case "adopt":
      return "adopting";
  }
}

function kindNamed<Named extends { readonly kind: string }>(kinds: readonly Named[], name: string): Named {
  const kind = kinds.find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}
