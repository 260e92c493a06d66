import { expect, test } from "vitest";
import { seal } from "../../shared/engine/action.ts";
import {
  nextInventory,
  saysSomethingNew,
  startingInventory,
  unfinishedPlan,
} from "../../shared/engine/fleet-status.ts";
import type { LeaseNote } from "../../shared/engine/lease.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import { type PlannedAction, planDigest } from "../../shared/engine/plan.ts";
import { nothingKnown } from "../../shared/engine/preview.ts";
import { together } from "../../shared/engine/run-record.ts";
import { semaphore } from "../../shared/engine/semaphore.ts";
import type { StoredPlan } from "../../shared/engine/state-port.ts";
import type { FleetStatus, ResourceStatus } from "../../shared/engine/status.ts";

const target = { kind: "net", name: "b" };
const action = seal({ target, verb: "create", changes: [], risk: "safe", reason: "so", ownership: "none" }, null);

function planOf(actions: readonly PlannedAction[]): StoredPlan["plan"] {
  const revision = { sequence: 1, commit: "", digest: "d" };
  const unsealed = { version: 1, fleet: "f", revision, actions, unknown: [], notManaged: [], createdAt: 1 } as const;
  return { ...unsealed, digest: planDigest(unsealed) };
}

const stored = (epoch: number, requestId: string): StoredPlan => ({
  epoch,
  requestId,
  round: 1,
  plan: planOf([action]),
});

const status: FleetStatus = {
  version: 1,
  fleet: "f",
  observedGeneration: 1,
  epoch: 5,
  incarnation: "i",
  conditions: [],
  resources: {},
  inventory: { net: ["a"], pool: ["p"] },
  notManaged: [],
  lastRun: { requestId: "five", trigger: "schedule", startedAt: 1, endedAt: 2 },
  notes: [],
};

test("a stored plan belongs to a run that died, unless the status was written after it", () => {
  const dead = (plan: StoredPlan | undefined, written: FleetStatus | undefined): boolean =>
    unfinishedPlan({
      ...nothingKnown,
      plan,
      status: written === undefined ? undefined : { value: written, etag: "e" },
    }) !== undefined;
  expect(dead(undefined, status)).toBe(false);
  expect(dead(stored(1, "one"), undefined)).toBe(true);
  expect(dead(stored(6, "six"), status)).toBe(true);
  expect(dead(stored(5, "five"), status)).toBe(false);
  // The same lease served a note after the status was written, and died of it.
  expect(dead(stored(5, "note"), status)).toBe(true);
  expect(dead(stored(4, "four"), status)).toBe(false);
});

test("what a dead run may have made is looked for", () => {
  expect(startingInventory(status, stored(6, "six"))).toEqual({ net: ["a", "b"], pool: ["p"] });
  expect(startingInventory(undefined, undefined)).toEqual({});
});

test("what a dead run may have made of a kind that nothing is known of is looked for too, in one order", () => {
  const at = (kind: string, name: string) => ({ ...action, target: { kind, name } });
  const dead = {
    ...stored(6, "six"),
    plan: planOf([at("stack", "z"), at("iam", "r"), at("net", "0"), at("stack", "a")]),
  };
  const found = startingInventory(status, dead);
  expect(found).toEqual({ iam: ["r"], net: ["0", "a"], pool: ["p"], stack: ["a", "z"] });
  expect(Object.keys(found)).toEqual(["iam", "net", "pool", "stack"]);
});

const resource = (kind: string, name: string, fields: Partial<ResourceStatus> = {}): ResourceStatus => ({
  ...{ kind, name, sync: "InSync", since: 1, health: { status: "Healthy" }, ...fields },
});

test("remembered is what has a status, and whatever is of a kind that this version doesn't have", () => {
  const before = { zone: ["z", "y"], net: ["a", "gone"], disk: ["d"] };
  const kept = { "net/b": resource("net", "b"), "net/a": resource("net", "a"), "app/w": resource("app", "w") };
  const next = nextInventory(before, ["net", "disk", "app"], kept);
  expect(next).toEqual({ app: ["w"], net: ["a", "b"], zone: ["y", "z"] });
  expect(Object.keys(next)).toEqual(["app", "net", "zone"]);
  expect(nextInventory({ zone: [] }, [], {})).toEqual({});
});

test("a status says something new by its substance, not by who wrote it, what was noted, or heals that grew old", () => {
  const now = 1_000 * defaultLimits.healWindow;
  const isNew = (before: FleetStatus | undefined, next: FleetStatus) =>
    saysSomethingNew(before, next, now, defaultLimits);
  const healed = (...at: readonly number[]): FleetStatus => ({
    ...status,
    resources: { "net/a": resource("net", "a", at.length === 0 ? {} : { heals: [{ changes: "c", at }] }) },
  });
  expect(isNew(undefined, status)).toBe(true);
  expect(isNew(status, { ...status, epoch: 6, incarnation: "j", notes: ["n"] })).toBe(false);
  expect(isNew(status, { ...status, lastRun: { ...status.lastRun, requestId: "six" } })).toBe(false);
  expect(isNew(status, { ...status, notManaged: ["host"] })).toBe(true);
  expect(isNew(healed(), status)).toBe(true);
  expect(isNew(healed(), { ...status, resources: { "net/a": resource("net", "a", { sync: "Held" }) } })).toBe(true);
  expect(isNew(healed(1), healed())).toBe(false);
  expect(isNew(healed(1, now), healed(now))).toBe(false);
  expect(isNew(healed(now), healed())).toBe(true);
  expect(isNew(healed(now), healed(now - 1))).toBe(true);
});

test("a plan's digest tells what is held, and not when it was made", () => {
  const held = { ...action, held: { reason: "Suspended", message: "until then" } } as const;
  expect(planOf([held]).digest).not.toBe(planOf([action]).digest);
  expect(planDigest({ ...planOf([action]), createdAt: 99 })).toBe(planOf([action]).digest);
});

test("notes are served as one: forced if any is, of some kinds only if all are", () => {
  const note = (fields: Partial<LeaseNote>): LeaseNote => ({
    requestId: "n",
    trigger: "manual",
    force: false,
    at: 1,
    ...fields,
  });
  expect(
    together([note({ only: ["net"], by: "jo" }), note({ force: true, only: ["disk", "net"], approve: ["x"] })]),
  ).toEqual({
    requestId: "n",
    trigger: "note",
    force: true,
    only: ["net", "disk"],
    approve: ["x"],
    by: "jo",
  });
  expect(together([note({ only: ["net"] }), note({})]).only).toBeUndefined();
});

test("a semaphore lets so many run at once and all in the end, also after failures", async () => {
  const permits = semaphore(2);
  let running = 0;
  let most = 0;
  const task = async (fails: boolean): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (fails) throw new Error("no");
  };
  const ended = await Promise.allSettled(
    [true, false, true, false, false].map((fails) => permits.run(() => task(fails))),
  );
  expect(most).toBe(2);
  expect(ended.map(({ status: state }) => state)).toEqual([
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
});
