import { Failure } from "../../shared/engine/failure.ts";
import type { Acquisition, Lease, LeaseNote, LeasePort } from "../../shared/engine/lease.ts";
import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import type {
  Approval,
  Heartbeat,
  Revision,
  StatePort,
  StoredPlan,
  Suspension,
} from "../../shared/engine/state-port.ts";
import type { FleetStatus } from "../../shared/engine/status.ts";
import type { ModelClock } from "./model-clock.ts";
import type { ModelProcess } from "./model-process.ts";

export const leaseTtl = 15 * 60_000;

/** What a bucket would hold for one fleet. Plain state; processes reach it through {@link portsOf}. */
export class ModelStore {
  newest: Revision | undefined;
  accepted: Revision | undefined;
  status: FleetStatus | undefined;
  statusVersion = 0;
  suspension: Suspension | undefined;
  approvals: readonly Approval[] = [];
  plan: StoredPlan | undefined;
  history: readonly RunRecord[] = [];
  beat: Heartbeat | undefined;
  epoch = 0;
  holder: { readonly epoch: number; readonly expiresAt: number } | undefined;
  notes: readonly LeaseNote[] = [];
}

/** The store and the lease as one process sees them. */
export function portsOf(
  store: ModelStore,
  process: ModelProcess,
  clock: ModelClock,
): { readonly store: StatePort; readonly leases: LeasePort } {
  return { store: statePort(store, process), leases: leasePort(store, process, clock) };
}

function statePort(store: ModelStore, process: ModelProcess): StatePort {
  return {
    load: () =>
      process.call("state:load", false, () => ({
        newest: store.newest,
        accepted: store.accepted,
        status: store.status === undefined ? undefined : { value: store.status, etag: String(store.statusVersion) },
        suspension: store.suspension,
        approvals: store.approvals,
        plan: store.plan,
      })),
    accept: (_fleet, revision) =>
      process.call("state:accept", true, () => {
        store.accepted = revision;
      }),
    saveStatus: (_fleet, status, replaces) =>
      process.call("state:status", true, () => {
        const current = store.status === undefined ? undefined : String(store.statusVersion);
        if (replaces !== current) {
          throw new Failure({ code: "StateConflict", class: "unknown", message: "somebody else wrote the status" });
        }
        store.status = structuredClone(status);
        store.statusVersion += 1;
        return String(store.statusVersion);
      }),
    storePlan: (_fleet, plan) =>
      process.call("state:plan", true, () => {
        store.plan = structuredClone(plan);
      }),
    appendHistory: (_fleet, record) =>
      process.call("state:history", true, () => {
        store.history = [...store.history, structuredClone(record)];
      }),
    heartbeat: (_fleet, heartbeat) =>
      process.call("state:heartbeat", true, () => {
        store.beat = heartbeat;
      }),
    addApprovals: (_fleet, approvals) =>
      process.call("state:approvals", true, () => {
        const known = new Set(store.approvals.map(({ actionId }) => actionId));
        store.approvals = [...store.approvals, ...approvals.filter(({ actionId }) => !known.has(actionId))];
        return store.approvals;
      }),
    useApproval: (_fleet, actionId, requestId) =>
      process.call("state:approvals", true, () => {
        const unspent = store.approvals.find((one) => one.actionId === actionId && one.usedBy === undefined);
        if (unspent === undefined) return false;
        store.approvals = store.approvals.map((one) => (one === unspent ? { ...one, usedBy: requestId } : one));
        return true;
      }),
  };
}

function leasePort(store: ModelStore, process: ModelProcess, clock: ModelClock): LeasePort {
  return {
    acquire: (_fleet, request) => process.call("lease:acquire", true, () => acquire(store, process, clock, request)),
  };
}

function acquire(store: ModelStore, process: ModelProcess, clock: ModelClock, request: RunRequest): Acquisition {
  if (store.holder !== undefined && store.holder.expiresAt > clock.now()) {
    store.notes = [...store.notes, { ...request, at: clock.now() }];
    return { state: "held", by: String(store.holder.epoch), expiresAt: store.holder.expiresAt, noted: true };
  }
  store.epoch += 1;
  const epoch = store.epoch;
  const expiresAt = clock.now() + leaseTtl;
  store.holder = { epoch, expiresAt };
  const lease: Lease = {
    epoch,
    incarnation: "model",
    expiresAt,
    assertHeld() {
      if (clock.now() < expiresAt) return;
      throw new Failure({ code: "LeaseLost", class: "retry", message: "the lease has ended" });
    },
    release: (served, evenIfNoted) =>
      process.call("lease:release", true, () => {
        if (store.holder?.epoch !== epoch) return { state: "lost" };
        const unserved = store.notes.filter(({ requestId }) => !served.includes(requestId));
        if (unserved.length > 0 && evenIfNoted !== true) return { state: "noted", notes: unserved };
        store.notes = unserved;
        store.holder = undefined;
        return { state: "released" };
      }),
  };
  return { state: "acquired", lease, notes: store.notes };
}
