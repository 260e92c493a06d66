import { expect, test } from "vitest";
import type { Plan, PlannedAction } from "../../../shared/engine/plan.ts";
import type { ActionRecord } from "../../../shared/engine/record.ts";
import type { ResourceStatus, Sync } from "../../../shared/engine/status.ts";
import { type DriftInput, driftOf } from "../../../shared/report/notification/drift.ts";

const name = "role/host";
const key = `iam/${name}`;
const file = (sequence: number) => ({ sequence, commit: "", digest: String(sequence) });

function resource(sync: Sync): ResourceStatus {
  return { kind: "iam", name, sync, since: 7, health: { status: "Healthy" } };
}

function told(sync: Sync | undefined, sequence: number, drifted: readonly string[] = []) {
  return {
    conditions: [],
    resources: sync === undefined ? {} : { [key]: resource(sync) },
    inForce: file(sequence),
    notifications: { drifted, versions: {}, topics: {} },
  };
}

const action = (path = "policy", routine?: true): PlannedAction => ({
  id: "0123456789ab",
  fingerprint: "f",
  target: { kind: "iam", name },
  verb: "update",
  risk: "safe",
  ownership: "ours",
  changes: [{ path, to: "x" }],
  reason: `differs in ${path}`,
  ...(routine === undefined ? {} : { routine }),
});

function plan(...actions: readonly PlannedAction[]): Plan {
  const revision = file(1);
  return { version: 1, fleet: "acme", revision, digest: "d", actions, unknown: [], notManaged: [], createdAt: 0 };
}

const applied = ({ id, target, verb, risk, reason, changes, routine }: PlannedAction): ActionRecord => ({
  id,
  target,
  verb,
  risk,
  reason,
  changes,
  round: 1,
  outcome: { state: "applied", endedAt: 9 },
  ...(routine === undefined ? {} : { routine }),
});

/** What is told, as `Event...: message`, and what is remembered. */
function seen(input: Partial<DriftInput>) {
  const { matters, drifted } = driftOf({
    before: told("InSync", 1),
    status: told("InSync", 1),
    record: { actions: [], endedAt: 9 },
    plan: plan(),
    unfinished: undefined,
    observing: false,
    ...input,
  });
  return { told: matters.map(({ events, message }) => `${events.join(",")}: ${message}`), drifted };
}

test.each<[string, Partial<DriftInput>, readonly string[], readonly string[]]>([
  ["nothing", {}, [], []],
  [
    "what differs under the same file",
    { status: told("Held", 1), plan: plan(action()) },
    ["Drifted: differs in policy"],
    [key],
  ],
  ["what a new file asks for", { status: told("Held", 2), plan: plan(action()) }, [], []],
  [
    "what never was as the file declares",
    { before: told("Held", 1), status: told("Held", 1), plan: plan(action()) },
    [],
    [],
  ],
  ["what the clock makes due", { status: told("Held", 1), plan: plan(action("newest", true)) }, [], []],
  [
    "what goes on while it is being put right",
    { before: told("Drifted", 1, [key]), status: told("Progressing", 1) },
    ["Drifted: differs from the file"],
    [key],
  ],
  ["what nobody can see, known before", { before: told("Drifted", 1, [key]), status: told("Unknown", 1) }, [], [key]],
  ["what nobody can see", { status: told("Unknown", 1) }, [], []],
  ["what nobody looked at", { before: told("Drifted", 1, [key]), plan: undefined }, [], [key]],
  [
    "what was put right later",
    { before: told("Drifted", 1, [key]), record: { actions: [applied(action())], endedAt: 9 } },
    ["Healed: differs in policy; put right"],
    [],
  ],
  ["what came right by itself", { before: told("Drifted", 1, [key]) }, ["Healed: is as the file declares again"], []],
  [
    "what was found and put right at once",
    { record: { actions: [applied(action())], endedAt: 9 } },
    ["Healed,Drifted: differs in policy; put right"],
    [],
  ],
  [
    "what the clock made due and was done",
    { record: { actions: [applied(action("newest", true))], endedAt: 9 } },
    [],
    [],
  ],
  [
    "what a run put right that died",
    { unfinished: plan(action()) },
    ["Healed,Drifted: differs in policy; put right"],
    [],
  ],
  [
    "what such a run only held",
    { unfinished: plan({ ...action(), held: { reason: "WindowClosed", message: "later" } }) },
    [],
    [],
  ],
  [
    "whatever differs, where the file only asks for reports",
    { before: told(undefined, 0), status: told("Held", 1), plan: plan(action()), observing: true },
    ["Drifted: differs in policy"],
    [key],
  ],
  ["what left the file", { before: told("Drifted", 1, [key]), status: told(undefined, 2) }, [], []],
])("drift: %s", (_what, input, messages, drifted) => {
  expect(seen(input)).toEqual({ told: messages, drifted });
});

test("the same drift is the same content, whatever its values; another field is another", () => {
  const contents = (path: string) =>
    driftOf({
      before: told("InSync", 1),
      status: told("Held", 1),
      record: { actions: [], endedAt: 9 },
      plan: plan(action(path)),
      unfinished: undefined,
      observing: false,
    }).matters.map(({ content }) => content);
  expect(contents("policy")).toEqual(contents("policy"));
  expect(contents("policy")).not.toEqual(contents("trust"));
});
