import type { RunRecord } from "../../shared/engine/record.ts";
import type { Heartbeat, StoredPlan } from "../../shared/engine/state-port.ts";
import type { FleetStatus } from "../../shared/engine/status.ts";

/** The least that each stored value can be. */
export function statusOf(epoch: number): FleetStatus {
  return {
    version: 1,
    fleet: "acme",
    observedGeneration: 3,
    epoch,
    incarnation: "i",
    conditions: [],
    resources: {},
    inventory: { network: ["group/host"] },
    notManaged: [],
    lastRun: { requestId: "r1", trigger: "manual", startedAt: 1, endedAt: 2 },
    notes: [],
  };
}

export function planOf(epoch: number, round = 1): StoredPlan {
  return {
    requestId: `r${epoch}`,
    epoch,
    round,
    plan: {
      version: 1,
      fleet: "acme",
      revision: { sequence: 1, commit: "", digest: "d" },
      digest: "p",
      actions: [],
      unknown: [],
      notManaged: [],
      createdAt: 0,
    },
  };
}

/** A record whose run ended at `epoch` milliseconds. */
export function recordOf(epoch: number, more: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    fleet: "acme",
    requestId: `r-${epoch}`,
    trigger: "manual",
    force: false,
    epoch,
    startedAt: epoch - 1,
    endedAt: epoch,
    end: "Ready",
    rounds: 1,
    actions: [],
    held: [],
    unknown: [],
    conditions: [],
    notes: [],
    ...more,
  };
}

export function heartbeatOf(epoch: number): Heartbeat {
  return {
    version: 1,
    fleet: "acme",
    requestId: `r${epoch}`,
    trigger: "manual",
    epoch,
    startedAt: 1,
    endedAt: 2,
    end: "Ready",
    observedGeneration: 1,
  };
}
