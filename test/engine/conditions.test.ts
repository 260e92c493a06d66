import { expect, test } from "vitest";
import { seal } from "../../shared/engine/action.ts";
import {
  type ConditionReason,
  type ConditionType,
  conditionOf,
  conditionReasons,
  conditionTypes,
} from "../../shared/engine/condition.ts";
import { type ConditionInput, conditions } from "../../shared/engine/conditions.ts";
import type { HoldReason } from "../../shared/engine/hold.ts";
import { type Plan, type PlannedAction, planDigest } from "../../shared/engine/plan.ts";
import type { ResourceStatus, Sync } from "../../shared/engine/status.ts";

function resource(name: string, sync: Sync, fields: Partial<ResourceStatus> = {}): ResourceStatus {
  return { kind: "net", name, sync, since: 1, health: { status: "Healthy" }, ...fields };
}

function action(name: string, reason?: HoldReason): PlannedAction {
  const target = { kind: "net", name };
  const draft = { target, verb: "update", changes: [], risk: "safe", reason: "it differs", ownership: "ours" } as const;
  const sealed = seal(draft, null);
  return reason === undefined ? sealed : { ...sealed, held: { reason, message: "because" } };
}

function planOf(actions: readonly PlannedAction[]): Plan {
  const revision = { sequence: 1, commit: "", digest: "d" };
  const unsealed = { version: 1, fleet: "f", revision, actions, unknown: [], notManaged: [], createdAt: 1 } as const;
  return { ...unsealed, digest: planDigest(unsealed) };
}

const calm: ConditionInput = {
  before: [],
  accepted: { reason: "RevisionValid", message: "revision 1 is in force" },
  inForce: true,
  plan: planOf([]),
  mode: "Enforce",
  resources: { "net/a": resource("a", "InSync") },
  suspension: undefined,
  unfinished: false,
  brokeOff: undefined,
  collection: { reason: "NoOrphans", message: "none" },
  told: [],
  generation: 1,
  now: 10,
};

/** A world with one more resource in it. */
function beside(
  sync: Sync,
  fields: Partial<ResourceStatus> = {},
  hold?: HoldReason,
): Pick<ConditionInput, "resources" | "plan"> {
  const drifts = sync === "Held" || sync === "Drifted" || sync === "Failed";
  return {
    resources: { ...calm.resources, "net/b": resource("b", sync, fields) },
    plan: planOf(drifts ? [action("b", hold)] : []),
  };
}

const failure = { code: "Nope", class: "retry", message: "no", attempts: 1, at: 1 } as const;

type Expected = Readonly<Partial<Record<ConditionType, ConditionReason>>>;

/** What was found, and the reasons that differ from those of a calm world. */
const table: readonly [string, Partial<ConditionInput>, Expected][] = [
  ["1. all is as declared", {}, {}],
  [
    "2. something could not be observed",
    beside("Unknown"),
    { Ready: "SomethingUnknown", Reconciling: "WaitingForTime", Drifted: "DriftUnknown" },
  ],
  [
    "3. a change is due",
    beside("Drifted"),
    { Ready: "ChangesDue", Reconciling: "ActionsUnderWay", Drifted: "DriftFound" },
  ],
  ["4. an operation is in flight", beside("Progressing"), { Ready: "ChangesDue", Reconciling: "ActionsUnderWay" }],
  [
    "5. a change waits for its window",
    beside("Held", {}, "WindowClosed"),
    { Ready: "ChangesHeld", Reconciling: "WaitingForTime", Drifted: "DriftFound" },
  ],
  [
    "6. a change waits for an approval",
    beside("Held", {}, "ApprovalNeeded"),
    { Ready: "ChangesHeld", Reconciling: "WaitingForPerson", Stalled: "PersonNeeded", Drifted: "DriftFound" },
  ],
  [
    "7. somebody fights us",
    beside("Held", {}, "FoughtOver"),
    { Ready: "ChangesHeld", Reconciling: "WaitingForPerson", Stalled: "FoughtOver", Drifted: "DriftFound" },
  ],
  [
    "8. an action failed and is tried again",
    beside("Failed", { failure: { ...failure, notBefore: 99 } }, "BackingOff"),
    { Ready: "ActionsFailing", Reconciling: "RetryScheduled", Drifted: "DriftFound" },
  ],
  [
    "9. an action failed for good",
    beside("Failed", { failure }, "TerminalFailure"),
    { Ready: "ActionsFailing", Reconciling: "WaitingForPerson", Stalled: "TerminalFailure", Drifted: "DriftFound" },
  ],
  [
    "10. the file only observes",
    { ...beside("Held", {}, "Observing"), mode: "Observe" },
    { Ready: "ChangesHeld", Reconciling: "OnlyObserving", Drifted: "DriftFound" },
  ],
  [
    "11. the newest revision is invalid and all is as the one before says",
    { accepted: { reason: "RevisionInvalid", message: "bad" } },
    { Accepted: "RevisionInvalid", Ready: "NewestNotInForce" },
  ],
  [
    "12. nothing is in force",
    { accepted: { reason: "NothingPushed", message: "none" }, inForce: false, plan: undefined, resources: {} },
    {
      Accepted: "NothingPushed",
      Ready: "NothingInForce",
      Reconciling: "WaitingForPerson",
      Stalled: "PersonNeeded",
      Drifted: "DriftUnknown",
    },
  ],
  ["13. time ran out", { unfinished: true }, { Ready: "ChangesDue", Reconciling: "RanOutOfTime" }],
  [
    "13b. there was no time to look at all",
    { unfinished: true, plan: undefined },
    { Ready: "RunFailed", Reconciling: "RanOutOfTime", Drifted: "DriftUnknown" },
  ],
  ["14. the run broke off", { brokeOff: "the store is gone" }, { Ready: "RunFailed" }],
  [
    "15. suspended by the file",
    { suspension: { source: "file", until: 5, reason: "r" } },
    { Suspended: "SuspendedByFile" },
  ],
  [
    "16. suspended by command",
    { suspension: { source: "command", until: 5, reason: "r" } },
    { Suspended: "SuspendedByCommand" },
  ],
  ["17. nobody looked for orphans", { collection: undefined }, { GarbageCollected: "CollectionNotRun" }],
  [
    "9b. an action failed for good and is planned no more",
    { resources: { ...calm.resources, "net/b": resource("b", "Failed", { failure }) } },
    { Ready: "ActionsFailing", Reconciling: "WaitingForPerson", Stalled: "TerminalFailure" },
  ],
  [
    "9c. something failed, and nothing says when it is tried again",
    { resources: { ...calm.resources, "net/b": resource("b", "Failed") } },
    { Ready: "ActionsFailing", Reconciling: "WaitingForPerson", Stalled: "TerminalFailure" },
  ],
  ["18. a backup is due", { told: [{ reason: "BackupOverdue", message: "old" }] }, { BackedUp: "BackupOverdue" }],
];

const calmReasons: Readonly<Partial<Record<ConditionType, ConditionReason>>> = {
  Accepted: "RevisionValid",
  Ready: "AllAsDeclared",
  Reconciling: "NothingToDo",
  Stalled: "NotStalled",
  Drifted: "NoDrift",
  Suspended: "NotSuspended",
  GarbageCollected: "NoOrphans",
};

test.each(table)("%s", (_name, found, expected) => {
  const result = conditions({ ...calm, ...found });
  const reasons = Object.fromEntries(result.map(({ type, reason }) => [type, reason]));
  expect(reasons).toEqual({ ...calmReasons, ...expected });
  for (const { message } of result) expect(message).not.toBe("");
});

test("a failure is told before what is due, and both before what is held or unknown", () => {
  const all: Record<string, ResourceStatus> = {};
  const order: readonly [Sync, ConditionReason][] = [
    ["Unknown", "SomethingUnknown"],
    ["Held", "ChangesHeld"],
    ["Drifted", "ChangesDue"],
    ["Failed", "ActionsFailing"],
  ];
  for (const [sync, reason] of order) {
    all[sync] = resource(sync, sync, sync === "Failed" ? { failure } : {});
    const ready = conditions({ ...calm, resources: { ...all } }).find(({ type }) => type === "Ready");
    expect(ready?.reason).toBe(reason);
  }
});

test("a condition of only some fleets is there where something tells of it, the worst of it, and stands while nobody looked", () => {
  const told = ["BackupFresh", "BackupUnknown"] as const;
  const result = conditions({ ...calm, told: told.map((reason) => ({ reason, message: "m" })) });
  expect(result.find(({ type }) => type === "BackedUp")?.reason).toBe("BackupUnknown");
  const later = conditions({ ...calm, before: result, told: undefined, now: 99 });
  expect(later.find(({ type }) => type === "BackedUp")).toEqual(result.find(({ type }) => type === "BackedUp"));
  expect(conditions({ ...calm, before: result }).some(({ type }) => type === "BackedUp")).toBe(false);
});

test("each condition is told by what tells of it, and there is none of which nothing ever told", () => {
  const types = (input: Partial<ConditionInput>) => conditions({ ...calm, ...input }).map(({ type }) => type);
  expect(types({})).toEqual(Object.keys(calmReasons));
  expect(types({ told: undefined })).toEqual(Object.keys(calmReasons));
  const told = [
    { reason: "BackupFresh", message: "an hour old" },
    { reason: "DiskFilling", message: "/data is full" },
    { reason: "CertificateUnknown", message: "no answer" },
  ] as const;
  expect(conditions({ ...calm, told }).slice(7)).toMatchObject([
    { type: "BackedUp", status: "True", reason: "BackupFresh", message: "an hour old" },
    { type: "DiskSpace", status: "False", reason: "DiskFilling", message: "/data is full" },
    { type: "CertificateValid", status: "Unknown", reason: "CertificateUnknown", message: "no answer" },
  ]);
});

test("what waits for a person is told with its resource, and how many resources are as declared", () => {
  const of = (type: ConditionType, input: Partial<ConditionInput>) =>
    conditions({ ...calm, ...input }).find((one) => one.type === type)?.message;
  expect(of("Stalled", beside("Held", {}, "ApprovalNeeded"))).toBe("net/b: because");
  expect(of("Stalled", beside("Held", {}, "FoughtOver"))).toBe("net/b: because");
  expect(of("Ready", {})).toBe("1 resource is as declared");
  expect(of("Ready", beside("InSync"))).toBe("2 resources are as declared");
  expect(of("Ready", { resources: {} })).toBe("0 resources are as declared");
});

test("a message names three and says how many more there are", () => {
  const names = ["a", "b", "c", "d", "e"];
  const resources = Object.fromEntries(names.map((name) => [name, resource(name, "Unknown")]));
  const ready = conditions({ ...calm, resources }).find(({ type }) => type === "Ready");
  expect(ready?.message).toBe("net/a; net/b; net/c, and 2 more");
  const { a, b, c } = resources;
  const three = { a, b, c } as Record<string, ResourceStatus>;
  expect(conditions({ ...calm, resources: three }).find(({ type }) => type === "Ready")?.message).toBe(
    "net/a; net/b; net/c",
  );
});

test("a message says once what is the matter with many", () => {
  const message = "the host doesn't answer";
  const names = ["a", "b", "c", "d"];
  const resources = Object.fromEntries(names.map((name) => [name, resource(name, "Unknown", { message })]));
  const ready = conditions({ ...calm, resources }).find(({ type }) => type === "Ready");
  expect(ready?.message).toBe("net/a, net/b, net/c, and 1 more: the host doesn't answer");
});

test("lastTransitionTime moves with the status and with nothing else", () => {
  const before = conditionOf({ reason: "ChangesDue", message: "x" }, undefined, 1, 10);
  expect(conditionOf({ reason: "ChangesHeld", message: "y" }, before, 2, 20)).toMatchObject({
    status: "False",
    reason: "ChangesHeld",
    observedGeneration: 2,
    lastTransitionTime: 10,
  });
  expect(conditionOf({ reason: "SomethingUnknown", message: "y" }, before, 2, 20).lastTransitionTime).toBe(20);
});

test("every condition can be False or True, and every reason is one of a condition that exists", () => {
  for (const type of Object.keys(conditionTypes)) {
    const statuses = new Set(
      Object.values(conditionReasons)
        .filter((reason) => reason.of === type)
        .map(({ status }) => status),
    );
    expect(statuses).toContain("True");
    expect(statuses).toContain("False");
  }
});
