import { type Action, targetKey } from "./action.ts";
import type { Hold, HoldReason } from "./hold.ts";
import type { Memory } from "./memory.ts";
import type { Look } from "./observe.ts";
import type { PlannedAction } from "./plan.ts";

/** What is known of a target that others may need. */
export interface TargetFact {
  readonly observed: "present" | "absent" | "unknown";
  /** Whether the file in force asks for it. */
  readonly desired: boolean;
}

export function factsOf<Fleet, Readers>(look: Look<Fleet, Readers>): ReadonlyMap<string, TargetFact> {
  const facts = new Map<string, TargetFact>();
  for (const { kind, desired, observations } of look.kinds.values()) {
    for (const [name, { state }] of observations) {
      facts.set(targetKey({ kind: kind.kind, name }), { observed: state, desired: desired.has(name) });
    }
  }
  return facts;
}

/**
 * Whether everything an action needs is, or by an admitted action becomes, what the file wants: as declared where it is
 * declared, gone where it isn't. Pure.
 * @param planned what the gate has decided so far, by target; needs come before what needs them
 */
export function dependencyHold(
  action: Action,
  facts: ReadonlyMap<string, TargetFact>,
  memory: Memory,
  planned: ReadonlyMap<string, readonly PlannedAction[]>,
): Hold | undefined {
  for (const need of action.needs ?? []) {
    const key = targetKey(need);
    const hold = needHold(action, key, facts.get(key), memory, planned.get(key) ?? []);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

function needHold(
  action: Action,
  key: string,
  fact: TargetFact | undefined,
  memory: Memory,
  planned: readonly PlannedAction[],
): Hold | undefined {
  const deleting = action.verb === "delete";
  // 1. Nothing is known of it. A delete may go on without what was never there; nothing else may.
  if (fact === undefined) {
    return deleting ? undefined : { reason: "UnknownDependency", message: `it needs ${key}, which nothing declares` };
  }
  // 2. It could not be observed.
  if (fact.observed === "unknown") return { reason: "UnknownDependency", message: `${key} could not be observed` };
  // 3. It is to change, and that is held: for the same sort of reason this one is.
  const held = planned.find((other) => other.held !== undefined)?.held;
  if (held !== undefined) return { reason: inherited(held.reason), message: `${key} is held: ${held.message}` };
  // 4. Something on it is under way that isn't in the plan.
  const operation = memory.get(key)?.operation;
  if (operation !== undefined) {
    return { reason: "DependencyPending", message: `${key}: ${operation.message}`, until: operation.notBefore };
  }
  // 5. It is to change, and admitted: the waves see to the order. What goes away can't be built upon.
  const leaving = planned.some((other) => other.verb === "delete");
  if (planned.length > 0 && (deleting || !leaving)) return undefined;
  if (leaving) return { reason: "DependencyHeld", message: `it needs ${key}, which is being deleted` };
  // 6. It has no action: there and wanted, or gone and not wanted, is what we need.
  if (fact.observed === "present") {
    return deleting && !fact.desired ? { reason: "DependencyHeld", message: `${key} is still there` } : undefined;
  }
  if (deleting && !fact.desired) return undefined;
  return { reason: "DependencyPending", message: `${key} is not there yet` };
}

function inherited(reason: HoldReason): HoldReason {
  switch (reason) {
    case "UnknownDependency":
      return "UnknownDependency";
    case "BackingOff":
    case "TerminalFailure":
    case "FoughtOver":
    case "DependencyFailed":
      return "DependencyFailed";
    case "UnderWay":
    case "DependencyPending":
      return "DependencyPending";
    case "Protected":
    case "Refused":
    case "NotOwned":
    case "TearingDown":
    case "NotSelected":
    case "Observing":
    case "Suspended":
    case "NotAccepted":
    case "DependencyHeld":
    case "WindowClosed":
    case "ApprovalNeeded":
    case "ActionLimit":
      return "DependencyHeld";
  }
}
