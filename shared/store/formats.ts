import * as z from "zod/mini";
import type { RunRecord } from "../engine/record.ts";
import type { Approval, Heartbeat, StoredPlan, Suspension, Teardown } from "../engine/state-port.ts";
import type { FleetStatus } from "../engine/status.ts";
import type { Format } from "./format.ts";

/*
 * What is read back from the bucket and relied on. Shapes are loose: they check what code depends on, and what a newer
 * version has added stays in place when the object is written again.
 */

const count = z.int().check(z.minimum(0));
const time = z.number();
const revision = z.looseObject({ sequence: count, commit: z.string(), digest: z.string() });
const target = { kind: z.string(), name: z.string() };
const failure = z.looseObject({
  code: z.string(),
  class: z.enum(["terminal", "retry", "unknown"]),
  message: z.string(),
});

const condition = z.looseObject({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string(),
  message: z.string(),
  observedGeneration: count,
  lastTransitionTime: time,
});

const resource = z.looseObject({
  ...target,
  sync: z.enum(["InSync", "Drifted", "Unknown", "Held", "Progressing", "Failed"]),
  since: time,
  message: z.optional(z.string()),
  health: z.looseObject({ status: z.string() }),
  failure: z.optional(z.extend(failure, { attempts: count, at: time, notBefore: z.optional(time) })),
  operation: z.optional(z.looseObject({ token: z.string(), startedAt: time, notBefore: time, message: z.string() })),
  heals: z.optional(z.array(z.looseObject({ changes: z.string(), at: z.array(time) }))),
});

const topic = z.looseObject({
  told: z.record(z.string(), z.record(z.string(), z.string())),
  owed: z.optional(z.array(z.looseObject({ event: z.string(), subject: z.string(), message: z.string(), at: time }))),
  dropped: z.optional(count),
  failure: z.optional(z.extend(failure, { attempts: count, at: time, notBefore: z.optional(time) })),
});

export const statusFormat: Format<FleetStatus> = {
  name: "Status",
  version: 1,
  shape: z.looseObject({
    fleet: z.string(),
    observedGeneration: count,
    inForce: z.optional(revision),
    epoch: count,
    incarnation: z.string(),
    conditions: z.array(condition),
    resources: z.record(z.string(), resource),
    inventory: z.record(z.string(), z.array(z.string())),
    notManaged: z.array(z.string()),
    lastRun: z.looseObject({ requestId: z.string(), trigger: z.string(), startedAt: time, endedAt: time }),
    lastForced: z.optional(z.looseObject({ requestId: z.string(), endedAt: time })),
    notifications: z.optional(
      z.looseObject({
        drifted: z.array(z.string()),
        versions: z.record(z.string(), z.string()),
        collectedUntil: z.optional(time),
        topics: z.record(z.string(), topic),
      }),
    ),
    notes: z.array(z.string()),
  }),
};

const plan = z.looseObject({
  fleet: z.string(),
  revision,
  digest: z.string(),
  actions: z.array(
    z.looseObject({ id: z.string(), fingerprint: z.string(), target: z.looseObject(target), verb: z.string() }),
  ),
  unknown: z.array(z.looseObject({ ...target, why: z.string() })),
  createdAt: time,
});

export const planFormat: Format<StoredPlan> = {
  name: "Plan",
  version: 1,
  shape: z.looseObject({
    requestId: z.string(),
    epoch: count,
    round: count,
    plan,
  }),
};

/** What people hold a fleet by. One object, because every run reads both. */
export interface Holds {
  readonly suspension?: Suspension | undefined;
  readonly teardown?: Teardown | undefined;
  /** Somebody vouched for the end of a manager. */
  readonly vouched?: true;
}

export const holdsFormat: Format<Holds> = {
  name: "Holds",
  version: 1,
  shape: z.looseObject({
    suspension: z.optional(z.looseObject({ until: time, reason: z.string(), by: z.string() })),
    teardown: z.optional(
      z.looseObject({
        by: z.string(),
        at: time,
        data: z.boolean(),
        approved: z.array(z.looseObject({ actionId: z.string(), by: z.string(), at: time })),
        emptiedAt: z.optional(time),
        endedAt: z.optional(time),
      }),
    ),
    vouched: z.optional(z.literal(true)),
  }),
};

export const approvalsFormat: Format<{ readonly approvals: readonly Approval[] }> = {
  name: "Approvals",
  version: 1,
  shape: z.looseObject({
    approvals: z.array(
      z.looseObject({ actionId: z.string(), by: z.string(), at: time, usedBy: z.optional(z.string()) }),
    ),
  }),
};

export const heartbeatFormat: Format<Heartbeat> = {
  name: "Heartbeat",
  version: 1,
  shape: z.looseObject({
    fleet: z.string(),
    requestId: z.string(),
    epoch: count,
    startedAt: time,
    endedAt: time,
    end: z.string(),
    observedGeneration: count,
    runAgainAt: z.optional(time),
  }),
};

export const recordFormat: Format<RunRecord> = {
  name: "RunRecord",
  version: 1,
  shape: z.looseObject({
    fleet: z.string(),
    requestId: z.string(),
    trigger: z.string(),
    epoch: count,
    startedAt: time,
    endedAt: time,
    end: z.string(),
    actions: z.array(
      z.looseObject({ id: z.string(), target: z.looseObject(target), outcome: z.looseObject({ state: z.string() }) }),
    ),
    held: z.array(z.looseObject({ id: z.string() })),
    unknown: z.array(z.looseObject({ ...target, why: z.string() })),
    conditions: z.array(condition),
  }),
};
