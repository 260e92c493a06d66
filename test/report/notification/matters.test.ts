import { expect, test } from "vitest";
import type { Condition, ConditionReason } from "../../../shared/engine/condition.ts";
import { conditionOf } from "../../../shared/engine/condition.ts";
import type { Plan, PlannedAction } from "../../../shared/engine/plan.ts";
import type { FailureStatus, ResourceStatus } from "../../../shared/engine/status.ts";
import { type NewsInput, newsOf } from "../../../shared/report/notification/matters.ts";

const inForce = { sequence: 1, commit: "", digest: "1" };
const plan = (...actions: readonly PlannedAction[]): Plan => ({
  version: 1,
  fleet: "acme",
  revision: inForce,
  digest: "d",
  actions,
  unknown: [],
  notManaged: [],
  createdAt: 0,
});
const condition = (reason: ConditionReason): Condition => conditionOf({ reason, message: "why" }, undefined, 1, 5);
const resource = (fields: Partial<ResourceStatus> = {}): ResourceStatus => ({
  kind: "iam",
  name: "role/host",
  sync: "Failed",
  since: 3,
  health: { status: "Healthy" },
  ...fields,
});

function input(fields: Partial<NewsInput> & { readonly resources?: NewsInput["status"]["resources"] } = {}): NewsInput {
  const { resources = {}, ...rest } = fields;
  const status = { conditions: [condition("RevisionValid")], resources, inForce };
  return {
    fleet: "acme",
    before: status,
    status,
    record: { actions: [], endedAt: 9 },
    plan: plan(),
    unfinished: undefined,
    observing: false,
    only: undefined,
    versions: {},
    orphans: { look: undefined, collected: [] },
    ...rest,
  };
}

const failure = (fields: Partial<FailureStatus> = {}): FailureStatus => ({
  code: "AccessDenied",
  class: "terminal",
  message: "creating role: denied",
  attempts: 1,
  at: 4,
  ...fields,
});

const status = (...reasons: readonly ConditionReason[]) => ({
  conditions: reasons.map(condition),
  resources: {},
  inForce,
});

const heard = (some: NewsInput) => newsOf(some).matters.map(({ events, subject }) => `${events.join(",")}: ${subject}`);

test("a failure that is tried again is another matter than one that isn't", () => {
  const failing = (fields: Partial<FailureStatus>) =>
    newsOf(input({ resources: { "iam/role/host": resource({ failure: failure(fields) }) } })).matters;
  expect(failing({})).toMatchObject([
    {
      events: ["Failed", "Stalled"],
      content: "AccessDenied for good",
      todo: "fleetkeeper reconcile --fleet acme --force",
    },
  ]);
  expect(failing({ notBefore: 9 })).toMatchObject([{ events: ["Failed"], content: "AccessDenied", since: 3 }]);
  // The number of attempts is no news.
  expect(failing({ notBefore: 9, attempts: 4 })[0]?.content).toBe("AccessDenied");
});

test("a run that broke off is told by its code", () => {
  const record = { actions: [], endedAt: 9, failure: { code: "StateConflict", message: "changed by somebody else" } };
  expect(newsOf(input({ record, plan: undefined })).matters).toMatchObject([
    { events: ["Failed"], subject: "run", content: "StateConflict" },
  ]);
});

test.each<[string, NewsInput["before"], NewsInput["status"], readonly string[]]>([
  ["a first file", undefined, status("RevisionValid"), ["Accepted: revision"]],
  ["the same file", status("RevisionValid"), status("RevisionValid"), []],
  ["an invalid one", status("RevisionValid"), status("RevisionInvalid"), ["Rejected,Stalled: revision"]],
  ["a stale one", status("RevisionValid"), status("RevisionStale"), ["Rejected,Stalled: revision"]],
  ["one that is gone", status("RevisionValid"), status("NothingPushed"), ["Rejected,Stalled: revision"]],
  ["one that can't be read", status("RevisionValid"), status("RevisionUnread"), []],
  [
    "a backup overdue",
    status("RevisionValid", "BackupFresh"),
    status("RevisionValid", "BackupOverdue"),
    ["BackupOverdue: backup"],
  ],
  ["backups that nobody can see", undefined, status("RevisionValid", "BackupUnknown"), ["Accepted: revision"]],
])("of %s is told what there is to tell", (_what, before, after, expected) => {
  expect(heard(input({ before, status: after }))).toEqual(expected);
});

test("another version of GitLab is an upgrade; the first that is seen is none, and silence neither", () => {
  const knowing = (version: string | undefined) => ({
    ...status("RevisionValid"),
    notifications: { drifted: [], versions: version === undefined ? {} : { "gitlab/version": version }, topics: {} },
  });
  const versions = { "gitlab/version": "17.8.1-ee" };
  expect(heard(input({ before: knowing(undefined), versions }))).toEqual([]);
  expect(heard(input({ before: knowing("17.5.5-ee"), versions }))).toEqual(["Upgraded: gitlab/version"]);
  expect(heard(input({ before: knowing("17.8.1-ee"), versions }))).toEqual([]);
  expect(newsOf(input({ before: knowing("17.5.5-ee") })).versions).toEqual({ "gitlab/version": "17.5.5-ee" });
});

test("what waits for a person is told by what it waits for", () => {
  const action: PlannedAction = {
    id: "0123456789ab",
    fingerprint: "f",
    target: { kind: "host", name: "instance" },
    verb: "replace",
    risk: "destructive",
    ownership: "ours",
    changes: [],
    reason: "another image",
  };
  const held = (reason: NonNullable<PlannedAction["held"]>["reason"]) =>
    newsOf(input({ plan: plan({ ...action, held: { reason, message: "m" } }) })).matters;
  expect(held("ApprovalNeeded")).toMatchObject([
    {
      events: ["ApprovalNeeded", "Stalled"],
      content: "0123456789ab",
      message: "replace: another image",
      todo: "fleetkeeper reconcile --fleet acme --approve 0123456789ab",
    },
  ]);
  expect(held("FoughtOver")).toMatchObject([{ events: ["Stalled"], content: "FoughtOver" }]);
  for (const reason of ["NotAccepted", "TerminalFailure", "WindowClosed", "BackingOff"] as const) {
    expect(held(reason), reason).toEqual([]);
  }
});

test("orphans are told one by one, and the fuse with all of them", () => {
  const row = (id: string, verdict: string) => ({ subject: `instance/${id}`, verdict, reasons: ["no-directory"] });
  const look = (fuse: string) => ({
    at: 8,
    fuse,
    rows: [row("i-1", "suspect"), row("i-2", "stranded"), row("i-3", "known"), row("i-4", "unknown")],
  });
  expect(heard(input({ orphans: { look: look("closed"), collected: [] } }))).toEqual([
    "OrphansFound: instance/i-1",
    "OrphansFound: instance/i-2",
  ]);
  const blown = newsOf(input({ orphans: { look: look("blown"), collected: [] } }));
  expect(blown.matters.at(-1)).toMatchObject({ events: ["FuseBlown", "OrphansFound"], subject: "fuse" });
  expect(blown.matters.at(-1)?.message).toContain("2 machines look lost");
  expect(blown.uncertain("OrphansFound", "instance/i-4")).toBe(true);
  expect(blown.uncertain("OrphansFound", "instance/i-3")).toBe(false);
  expect(newsOf(input()).uncertain("FuseBlown", "fuse")).toBe(true);
});

test("what a run didn't look at, couldn't see or wasn't asked for stays as it was told", () => {
  const unknown = { "iam/role/host": resource({ sync: "Unknown" }) };
  expect(newsOf(input({ resources: unknown })).uncertain("Failed", "iam/role/host")).toBe(true);
  expect(newsOf(input()).uncertain("Failed", "iam/role/host")).toBe(false);
  expect(newsOf(input({ plan: undefined })).uncertain("Failed", "iam/role/host")).toBe(true);
  expect(newsOf(input({ only: ["network"] })).uncertain("ApprovalNeeded", "iam/role/host")).toBe(true);
  expect(newsOf(input({ only: ["iam"] })).uncertain("ApprovalNeeded", "iam/role/host")).toBe(false);
  expect(newsOf(input({ status: status("RevisionUnread") })).uncertain("Rejected", "revision")).toBe(true);
  expect(newsOf(input({ status: status("BackupUnknown") })).uncertain("BackupOverdue", "backup")).toBe(true);
  expect(newsOf(input({ plan: undefined })).uncertain("Failed", "run")).toBe(false);
});
