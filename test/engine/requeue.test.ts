import { expect, test } from "vitest";
import type { HoldReason } from "../../shared/engine/hold.ts";
import { idleRequeue, type RequeueInput, runAgainAt } from "../../shared/engine/requeue.ts";
import type { ResourceStatus } from "../../shared/engine/status.ts";

const now = 1_000_000;
const calm: RequeueInput = { resources: {}, held: [], unfinished: false, acted: true, endedAt: now };

function held(reason: HoldReason, until?: number): RequeueInput["held"] {
  const hold = { reason, message: "because", ...(until === undefined ? {} : { until }) };
  return [{ id: "1", target: { kind: "net", name: "a" }, verb: "update", risk: "safe", hold }];
}

function resource(fields: Partial<ResourceStatus>): RequeueInput["resources"] {
  const plain = { kind: "net", name: "a", sync: "Held", since: 1, health: { status: "Healthy" } } as const;
  return { "net/a": { ...plain, ...fields } };
}

const failure = { code: "Nope", class: "retry", message: "no", attempts: 1, at: 1 } as const;
const operation = { token: "1", startedAt: 1, message: "installing" } as const;

const table: readonly [string, Partial<RequeueInput>, number | undefined][] = [
  ["nothing is due", {}, undefined],
  ["time ran out after some work", { unfinished: true }, now],
  ["time ran out before any work", { unfinished: true, acted: false }, now + idleRequeue],
  ["the maximum of actions is reached", { held: held("ActionLimit", now - 5) }, now],
  ["a window opens", { held: held("WindowClosed", now + 5) }, now + 5],
  ["a hold should be over", { held: held("UnderWay", now - 5) }, undefined],
  ["a window opens in this very moment", { held: held("WindowClosed", now) }, undefined],
  [
    "a back-off ends in this very moment",
    { resources: resource({ failure: { ...failure, notBefore: now } }) },
    undefined,
  ],
  [
    "a command should end in this very moment",
    { resources: resource({ operation: { ...operation, notBefore: now } }) },
    now + idleRequeue,
  ],
  [
    "one of several holds is the maximum of actions",
    { held: [...held("ApprovalNeeded"), ...held("ActionLimit")] },
    now,
  ],
  ["a person has to act", { held: held("ApprovalNeeded") }, undefined],
  ["a back-off ends", { resources: resource({ failure: { ...failure, notBefore: now + 7 } }) }, now + 7],
  [
    "a back-off is over and something else holds",
    { resources: resource({ failure: { ...failure, notBefore: now - 7 } }) },
    undefined,
  ],
  ["a failure is terminal", { resources: resource({ failure }) }, undefined],
  ["a command goes on", { resources: resource({ operation: { ...operation, notBefore: now + 3 } }) }, now + 3],
  [
    "a command should have ended",
    { resources: resource({ operation: { ...operation, notBefore: now - 3 } }) },
    now + idleRequeue,
  ],
  [
    "the soonest of several",
    { held: held("WindowClosed", now + 5), resources: resource({ failure: { ...failure, notBefore: now + 4 } }) },
    now + 4,
  ],
];

test.each(table)("run again where %s", (_name, input, expected) => {
  expect(runAgainAt({ ...calm, ...input })).toBe(expected);
});
