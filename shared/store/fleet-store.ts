import { Failure } from "../engine/failure.ts";
import type { RunRecord } from "../engine/record.ts";
import type {
  Approval,
  FleetState,
  Heartbeat,
  Revision,
  StatePort,
  StoredPlan,
  Versioned,
} from "../engine/state-port.ts";
import type { FleetStatus } from "../engine/status.ts";
import { addApprovals, readApprovals, useApproval } from "./approvals.ts";
import { update } from "./conditional-update.ts";
import { decode, encode } from "./format.ts";
import { heartbeatFormat, planFormat, statusFormat } from "./formats.ts";
import { appendRecord } from "./history.ts";
import { readHolds } from "./holds.ts";
import { keysOf } from "./keys.ts";
import type { ObjectStore, StoredObject, WriteCondition } from "./object-store.ts";
import { readRevision, revisionObject } from "./revision-object.ts";

/**
 * The engine's state in the bucket. What a run overwrites it overwrites only where it is what the run has read, so a run
 * that has lost its lease without knowing can't take back what its successor wrote.
 */
export class FleetStore implements StatePort {
  readonly #store: ObjectStore;
  /** Versions as last read or written here, by key. */
  readonly #versions = new Map<string, WriteCondition>();

  readonly #onLoad: (fleet: string, state: FleetState) => void;

  /** @param onLoad what else can be read while the run goes on, by what its state says; it must not throw */
  constructor(store: ObjectStore, onLoad: (fleet: string, state: FleetState) => void = () => undefined) {
    this.#store = store;
    this.#onLoad = onLoad;
  }

  async load(fleet: string): Promise<FleetState> {
    const keys = keysOf(fleet);
    const [desired, accepted, status, plan, { suspension, teardown, vouched }, approvals] = await Promise.all([
      this.#store.get(keys.desired),
      this.#remember(keys.accepted),
      this.#store.get(keys.status),
      this.#remember(keys.plan),
      readHolds(this.#store, fleet),
      readApprovals(this.#store, fleet, this.#store.serverTime()?.earliest),
      this.#remember(keys.heartbeat),
    ]);
    const state: FleetState = {
      ...newestOf(desired),
      accepted: acceptedOf(accepted),
      status: status === undefined ? undefined : { value: decode(statusFormat, status), etag: status.etag },
      plan: plan === undefined ? undefined : decode(planFormat, plan),
      suspension,
      approvals,
      ...(teardown === undefined ? {} : { teardown }),
      ...(vouched === undefined ? {} : { vouched }),
    };
    this.#onLoad(fleet, state);
    return state;
  }

  async accept(fleet: string, revision: Revision): Promise<void> {
    const { body, metadata } = revisionObject(revision);
    await this.#replace(keysOf(fleet).accepted, body, { metadata, contentType: "application/yaml" });
  }

  async saveStatus(fleet: string, status: FleetStatus, replaces: string | undefined): Promise<string> {
    const key = keysOf(fleet).status;
    const condition = replaces === undefined ? ({ ifAbsent: true } as const) : { ifMatch: replaces };
    const result = await this.#store.put(key, encode(statusFormat, status), { condition });
    if (!result.written) throw conflict(key);
    return result.etag;
  }

  async storePlan(fleet: string, plan: StoredPlan): Promise<void> {
    await this.#replace(keysOf(fleet).plan, encode(planFormat, plan));
  }

  async appendHistory(_fleet: string, record: RunRecord): Promise<void> {
    await appendRecord(this.#store, record);
  }

  async heartbeat(fleet: string, heartbeat: Heartbeat): Promise<void> {
    const key = keysOf(fleet).heartbeat;
    const body = encode(heartbeatFormat, heartbeat);
    if (this.#versions.has(key)) {
      const result = await this.#store.put(key, body, { condition: this.#versions.get(key) });
      this.#versions.delete(key);
      if (result.written) return;
    }
    // A later run's sign of life is newer news than ours.
    await update(this.#store, key, heartbeatFormat, (there) =>
      there !== undefined && there.epoch > heartbeat.epoch ? undefined : heartbeat,
    );
  }

  addApprovals(fleet: string, approvals: readonly Approval[]): Promise<readonly Approval[]> {
    return addApprovals(this.#store, fleet, approvals);
  }

  useApproval(fleet: string, actionId: string, requestId: string): Promise<boolean> {
    return useApproval(this.#store, fleet, actionId, requestId);
  }

  async #remember(key: string): Promise<StoredObject | undefined> {
    const object = await this.#store.get(key);
    this.#versions.set(key, object === undefined ? { ifAbsent: true } : { ifMatch: object.etag });
    return object;
  }

  async #replace(key: string, body: string, options: Parameters<ObjectStore["put"]>[2] = {}): Promise<void> {
    if (!this.#versions.has(key)) await this.#remember(key);
    const result = await this.#store.put(key, body, { ...options, condition: this.#versions.get(key) });
    if (!result.written) {
      this.#versions.delete(key);
      throw conflict(key);
    }
    this.#versions.set(key, { ifMatch: result.etag });
  }
}

/** What people look at, without a lease and without a run. */
export async function readStatus(store: ObjectStore, fleet: string): Promise<Versioned<FleetStatus> | undefined> {
  const object = await store.get(keysOf(fleet).status);
  return object === undefined ? undefined : { value: decode(statusFormat, object), etag: object.etag };
}

export async function readHeartbeat(store: ObjectStore, fleet: string): Promise<Heartbeat | undefined> {
  const object = await store.get(keysOf(fleet).heartbeat);
  return object === undefined ? undefined : decode(heartbeatFormat, object);
}

function newestOf(object: StoredObject | undefined): Pick<FleetState, "newest" | "newestRefused"> {
  const read = object === undefined ? undefined : readRevision(object);
  if (read === undefined) return { newest: undefined };
  return read.usable ? { newest: read.revision } : { newest: undefined, newestRefused: read.why };
}

function acceptedOf(object: StoredObject | undefined): Revision | undefined {
  const read = object === undefined ? undefined : readRevision(object);
  if (read === undefined) return undefined;
  if (read.usable) return read.revision;
  throw new Failure({
    code: "CorruptObject",
    class: "terminal",
    message: read.why,
    hint: "The copy in force is the reconciler's own: bring its earlier version back (the bucket is versioned).",
  });
}

function conflict(key: string): Failure {
  return new Failure({
    code: "StateConflict",
    class: "unknown",
    message: `${key} was changed by somebody else since this run read it`,
    hint: "Nothing was overwritten; the next run starts from what is there.",
  });
}
