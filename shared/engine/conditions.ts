import { isoTime } from "./clock.ts";
import {
  alwaysAsked,
  type Condition,
  type ConditionType,
  conditionOf,
  conditionReasons,
  conditionTypes,
  type Verdict,
} from "./condition.ts";
import type { Policy } from "./desired-state.ts";
import { holdReasons } from "./hold.ts";
import type { Plan } from "./plan.ts";
import type { ResourceStatus, Sync } from "./status.ts";
import type { SuspensionInEffect } from "./suspension.ts";

/** All that the conditions depend on. */
export interface ConditionInput {
  readonly before: readonly Condition[];
  readonly accepted: Verdict;
  /** Whether any valid revision is. */
  readonly inForce: boolean;
  /** The last plan; undefined where nothing is in force, or where there was no time to look. */
  readonly plan: Plan | undefined;
  readonly mode: Policy["mode"] | undefined;
  readonly resources: Readonly<Record<string, ResourceStatus>>;
  readonly suspension: SuspensionInEffect | undefined;
  /** The run stopped before it was done: time or rounds ran out. */
  readonly unfinished: boolean;
  /** Why the run broke off, where it did. */
  readonly brokeOff: string | undefined;
  readonly collection: Verdict | undefined;
  /** What kinds told of conditions that only some fleets have; undefined where nothing was looked at. */
  readonly told: readonly Verdict[] | undefined;
  readonly generation: number;
  readonly now: number;
}

/** Every condition, computed from results alone. Pure. */
export function conditions(input: ConditionInput): readonly Condition[] {
  const own: Partial<Readonly<Record<ConditionType, Verdict>>> = {
    Accepted: input.accepted,
    Ready: ready(input),
    Reconciling: reconciling(input),
    Stalled: stalled(input),
    Drifted: drifted(input),
    Suspended: suspended(input),
    GarbageCollected: input.collection ?? { reason: "CollectionNotRun", message: "orphans were not looked for" },
  };
  return (Object.keys(conditionTypes) as ConditionType[]).flatMap((type) => {
    const before = input.before.find((condition) => condition.type === type);
    const verdict = own[type] ?? worst(type, input.told);
    if (verdict !== undefined) return [conditionOf(verdict, before, input.generation, input.now)];
    // Where nothing was looked at, what was known stands.
    return input.told === undefined && before !== undefined && !alwaysAsked.includes(type) ? [before] : [];
  });
}

/** Of what several resources tell of one condition: what is wrong before what isn't known, and both before what is well. */
function worst(type: ConditionType, told: readonly Verdict[] | undefined): Verdict | undefined {
  const about = (told ?? []).filter(({ reason }) => conditionReasons[reason].of === type);
  const order = ["False", "Unknown", "True"] as const;
  return order.flatMap((status) => about.filter(({ reason }) => conditionReasons[reason].status === status))[0];
}

function ready(input: ConditionInput): Verdict {
  if (input.brokeOff !== undefined) return { reason: "RunFailed", message: input.brokeOff };
  if (!input.inForce) return { reason: "NothingInForce", message: input.accepted.message };
  if (input.plan === undefined) return { reason: "RunFailed", message: "the run had no time to look" };
  const failed = withSync(input, "Failed");
  if (failed.length > 0) return { reason: "ActionsFailing", message: list(failed) };
  const due = [...withSync(input, "Progressing"), ...withSync(input, "Drifted")];
  if (due.length > 0) return { reason: "ChangesDue", message: list(due) };
  const held = withSync(input, "Held");
  if (held.length > 0) return { reason: "ChangesHeld", message: list(held) };
  const unknown = withSync(input, "Unknown");
  if (unknown.length > 0) return { reason: "SomethingUnknown", message: list(unknown) };
  if (input.unfinished) return { reason: "ChangesDue", message: "the run ended before it could look again" };
  if (input.accepted.reason !== "RevisionValid") return { reason: "NewestNotInForce", message: input.accepted.message };
  const count = Object.keys(input.resources).length;
  return { reason: "AllAsDeclared", message: `${count} ${count === 1 ? "resource is" : "resources are"} as declared` };
}

function reconciling(input: ConditionInput): Verdict {
  if (input.unfinished) return { reason: "RanOutOfTime", message: "more is due than one run could do" };
  const due = [...withSync(input, "Progressing"), ...withSync(input, "Drifted")];
  if (due.length > 0) return { reason: "ActionsUnderWay", message: list(due) };
  const failed = withSync(input, "Failed");
  const retried = failed.filter(({ failure }) => failure?.notBefore !== undefined);
  if (retried.length > 0) return { reason: "RetryScheduled", message: list(retried) };
  const needsPerson = failed.length > 0 || heldForPerson(input).length > 0 || !input.inForce;
  if (needsPerson) return { reason: "WaitingForPerson", message: "what is left to do needs a person first" };
  const waiting = withSync(input, "Held").length > 0 || withSync(input, "Unknown").length > 0;
  if (waiting && input.mode === "Observe") return { reason: "OnlyObserving", message: "the file's mode is Observe" };
  if (waiting) return { reason: "WaitingForTime", message: "what is left to do waits" };
  return { reason: "NothingToDo", message: "nothing is due" };
}

function stalled(input: ConditionInput): Verdict {
  const held = heldForPerson(input);
  const fought = held.filter((hold) => hold.reason === "FoughtOver");
  if (fought.length > 0) return { reason: "FoughtOver", message: sentences(fought) };
  const terminal = withSync(input, "Failed").filter(({ failure }) => failure?.notBefore === undefined);
  if (terminal.length > 0) return { reason: "TerminalFailure", message: list(terminal) };
  if (!input.inForce) return { reason: "PersonNeeded", message: input.accepted.message };
  if (held.length > 0) return { reason: "PersonNeeded", message: sentences(held) };
  return { reason: "NotStalled", message: "nothing waits for a person" };
}

function drifted(input: ConditionInput): Verdict {
  const actions = input.plan?.actions ?? [];
  const targets = [...new Set(actions.map(({ target }) => `${target.kind}/${target.name}`))];
  if (targets.length > 0) return { reason: "DriftFound", message: some(targets) };
  const unknown = withSync(input, "Unknown").length;
  if (input.plan === undefined) return { reason: "DriftUnknown", message: "nothing was compared" };
  if (unknown > 0) return { reason: "DriftUnknown", message: `${unknown} could not be observed` };
  return { reason: "NoDrift", message: "no resource differs from the file" };
}

function suspended({ suspension }: ConditionInput): Verdict {
  if (suspension === undefined) return { reason: "NotSuspended", message: "not suspended" };
  const message = `until ${isoTime(suspension.until)}: ${suspension.reason}`;
  return { reason: suspension.source === "file" ? "SuspendedByFile" : "SuspendedByCommand", message };
}

interface HeldAction {
  readonly reason: string;
  readonly message: string;
}

function heldForPerson({ plan }: ConditionInput): readonly HeldAction[] {
  return (plan?.actions ?? []).flatMap(({ target, held }) =>
    held !== undefined && holdReasons[held.reason].needsPerson
      ? [{ reason: held.reason, message: `${target.kind}/${target.name}: ${held.message}` }]
      : [],
  );
}

function withSync({ resources }: ConditionInput, sync: Sync): readonly ResourceStatus[] {
  return Object.values(resources).filter((resource) => resource.sync === sync);
}

/** By what is the matter with them: what holds twenty resources is said once. */
function list(resources: readonly ResourceStatus[]): string {
  const matters = new Map<string, string[]>();
  for (const { kind, name, message = "" } of resources) {
    matters.set(message, [...(matters.get(message) ?? []), `${kind}/${name}`]);
  }
  return some(
    [...matters].flatMap(([message, names]) => (message === "" ? names : [`${some(names, ", ")}: ${message}`])),
  );
}

function sentences(held: readonly HeldAction[]): string {
  return some(held.map(({ message }) => message));
}

/** The first three, and how many more: a condition's message is for a glance, the rest is in the resources. */
function some(items: readonly string[], between = "; "): string {
  const more = items.length > 3 ? `, and ${items.length - 3} more` : "";
  return `${items.slice(0, 3).join(between)}${more}`;
}
