import { expect, test } from "vitest";
import { type Action, seal } from "../../shared/engine/action.ts";
import { deadlineOf } from "../../shared/engine/deadline.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { withHeal } from "../../shared/engine/heal.ts";
import type { Lease } from "../../shared/engine/lease.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import {
  type Memory,
  recall,
  withApplied,
  withFailure,
  withOperation,
  withoutFailure,
  withStarted,
} from "../../shared/engine/memory.ts";
import type { ResourceStatus } from "../../shared/engine/status.ts";
import { ModelClock } from "./model-clock.ts";

const now = 1_000_000;
const key = "net/a";
const operation = { token: "1", startedAt: 1, notBefore: 2, message: "installing" };
const failure = { code: "Nope", class: "retry", message: "no", attempts: 2, at: 1 } as const;
const heals = [{ changes: "abc", at: [now - 5] }];
const action = (to: number): Action =>
  seal(
    {
      ...{ target: { kind: "net", name: "a" }, verb: "update", changes: [{ path: "size", to }], risk: "safe" },
      ...{ reason: "it differs", ownership: "ours" },
    },
    1,
  );

const plain: ResourceStatus = { kind: "net", name: "a", sync: "Held", since: 1, health: { status: "Healthy" } };
const recalled = (fields: Partial<ResourceStatus>, newRevision: boolean): Memory =>
  recall({ resources: { [key]: { ...plain, ...fields } } }, newRevision, now, defaultLimits);

test("a run remembers failures, operations and fights of the runs before it, and nothing of what is well", () => {
  expect(recalled({ failure, operation, heals }, false).get(key)).toStrictEqual({ failure, operation, heals });
  expect(recalled({ failure }, false).get(key)).toStrictEqual({ failure });
  expect(recalled({ operation }, false).get(key)).toStrictEqual({ operation });
  expect(recalled({ heals }, false).get(key)).toStrictEqual({ heals });
  expect(recalled({}, false).size).toBe(0);
  expect(recall(undefined, false, now, defaultLimits).size).toBe(0);
});

test("with another revision failures and fights are over, and a command goes on", () => {
  expect(recalled({ failure, operation, heals }, true).get(key)).toStrictEqual({ operation });
  expect(recalled({ failure, heals }, true).size).toBe(0);
});

test("a heal older than the window isn't remembered", () => {
  const old = [{ changes: "abc", at: [now - defaultLimits.healWindow] }];
  expect(recalled({ heals: old }, false).size).toBe(0);
});

test("a failure counts on, and ends the operation that failed but not what is known of fights", () => {
  const before: Memory = new Map([[key, { failure, operation, heals }]]);
  const next = withFailure(
    before,
    key,
    new Failure({ code: "Again", class: "terminal", message: "no" }),
    now,
    () => 0,
    defaultLimits,
  );
  expect(next.get(key)).toStrictEqual({
    failure: { code: "Again", class: "terminal", message: "no", attempts: 3, at: now },
    heals,
  });
  expect(before.get(key)).toStrictEqual({ failure, operation, heals });
});

test("what is well again forgets its failure and nothing else", () => {
  const before: Memory = new Map([[key, { failure, operation, heals }]]);
  expect(withoutFailure(before, key).get(key)).toStrictEqual({ operation, heals });
  const well: Memory = new Map([[key, { operation }]]);
  expect(withoutFailure(well, key)).toBe(well);
  expect(withoutFailure(well, "net/b")).toBe(well);
});

test("a success ends the failure and is remembered as a heal; a start does not end it", () => {
  const before: Memory = new Map([[key, { failure, heals }]]);
  const healed = withHeal(heals, action(9), now);
  expect(withApplied(before, action(9), now).get(key)).toStrictEqual({ heals: healed });
  expect(withStarted(before, action(9), operation, now).get(key)).toStrictEqual({ failure, operation, heals: healed });
  const fresh = withHeal(undefined, action(9), now);
  expect(withStarted(new Map(), action(9), operation, now).get(key)).toStrictEqual({ operation, heals: fresh });
});

test("an operation replaces the one before it, and one that has ended is forgotten", () => {
  const before: Memory = new Map([[key, { failure, operation }]]);
  const next = { ...operation, token: "2" };
  expect(withOperation(before, key, next).get(key)).toStrictEqual({ failure, operation: next });
  expect(withOperation(before, key, undefined).get(key)).toStrictEqual({ failure });
  expect(withOperation(new Map(), key, next).get(key)).toStrictEqual({ operation: next });
  const none: Memory = new Map([[key, { failure }]]);
  expect(withOperation(none, key, undefined)).toBe(none);
  expect(withOperation(none, "net/b", undefined)).toBe(none);
});

test("work is started until the function's limit or the lease's end, whichever comes first, less the margin", () => {
  const clock = new ModelClock();
  const start = clock.now();
  const { margin } = defaultLimits;
  const lease = (expiresAt: number) => ({ expiresAt }) as Lease;
  expect(deadlineOf(clock, undefined, lease(start + 60_000), defaultLimits).at).toBe(start + 60_000 - margin);
  expect(deadlineOf(clock, start + 50_000, lease(start + 60_000), defaultLimits).at).toBe(start + 50_000 - margin);
  const deadline = deadlineOf(clock, start + 70_000, lease(start + 60_000), defaultLimits);
  expect(deadline.at).toBe(start + 60_000 - margin);
  expect([deadline.reaches(deadline.at - 1), deadline.reaches(deadline.at)]).toStrictEqual([true, false]);
  clock.advance(60_000 - margin - 1);
  expect(deadline.passed()).toBe(false);
  clock.advance(1);
  expect(deadline.passed()).toBe(true);
});
