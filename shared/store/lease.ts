import { Failure } from "../engine/failure.ts";
import type { Acquisition, Lease, LeaseNote, LeasePort } from "../engine/lease.ts";
import type { RunRequest } from "../engine/record.ts";
import { decode, encode } from "./format.ts";
import { heartbeatFormat } from "./formats.ts";
import { keysOf } from "./keys.ts";
import { type LeaseObject, leaseFormat } from "./lease-format.ts";
import type { ObjectStore, TimeSpan } from "./object-store.ts";

export interface LeaseOptions {
  /**
   * How long a lease lasts, in milliseconds: longer than a run can take (a Lambda's timeout), because it isn't renewed. A
   * run that died keeps others away until then.
   */
  readonly ttl: number;
  /** Milliseconds before the end from which nothing is started: longer than one attempt of a call can take. */
  readonly margin: number;
  /** A new random identifier each time. */
  readonly newId: () => string;
  /** Who holds it, for people: "ada@laptop", "lambda reconcile". */
  readonly holder: string;
  /** This machine's clock, epoch milliseconds: only to say when the lease ends in terms that its holder can plan by. */
  readonly now: () => number;
}

/** How far the clocks of the store's own servers may lie apart, in milliseconds. */
const serverSkew = 2_000;
/** More than anybody can read; a note beyond it is refused and its run must be asked for again. */
const mostNotes = 100;
const mostTries = 8;

/**
 * One lease a fleet, as one object changed by conditional writes alone.
 *
 * Two holders never overlap, because both sides round against themselves: a holder stops `margin` before the end by the
 * latest that the store's time can be, a taker waits past the end by the earliest that it can be. The machine's own clock
 * only measures what has passed since the store's last answer, by whichever of its two clocks moved more (a suspended
 * laptop's monotonic clock stands still).
 *
 * A deleted lease object is a new incarnation. Its epoch goes on from the last heartbeat's, so that it doesn't fall.
 */
export class StoreLeases implements LeasePort {
  readonly #store: ObjectStore;
  readonly #options: LeaseOptions;

  constructor(store: ObjectStore, options: LeaseOptions) {
    if (options.ttl <= options.margin + serverSkew) {
      throw new RangeError("a lease's ttl must be longer than its margin and the servers' skew");
    }
    this.#store = store;
    this.#options = options;
  }

  async acquire(fleet: string, request: RunRequest): Promise<Acquisition> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const found = await this.#read(fleet);
      const time = storeTime(this.#store);
      const taken = found === undefined || isFree(found.value, time);
      const next = taken
        ? await this.#taken(fleet, found?.value, time, request)
        : withNote(found.value, { ...request, at: time.latest });
      if (next === undefined) return heldBy(found?.value, false);
      const condition = found === undefined ? ({ ifAbsent: true } as const) : { ifMatch: found.etag };
      const result = await this.#store.put(keysOf(fleet).lease, encode(leaseFormat, next), { condition });
      if (!result.written) continue;
      if (!taken) return heldBy(found?.value, true);
      const lease = new HeldLease(this.#store, fleet, this.#options, { value: next, etag: result.etag });
      return { state: "acquired", lease, notes: next.notes };
    }
    throw new Failure({
      code: "LeaseContended",
      class: "retry",
      message: `the lease of ${fleet} changed ${mostTries} times while it was being taken`,
    });
  }

  async #read(fleet: string): Promise<{ readonly value: LeaseObject; readonly etag: string } | undefined> {
    const object = await this.#store.get(keysOf(fleet).lease);
    return object === undefined ? undefined : { value: decode(leaseFormat, object), etag: object.etag };
  }

  async #taken(
    fleet: string,
    before: LeaseObject | undefined,
    time: TimeSpan,
    request: RunRequest,
  ): Promise<LeaseObject> {
    return {
      epoch: (before?.epoch ?? (await this.#lastEpoch(fleet))) + 1,
      incarnation: before?.incarnation ?? this.#options.newId(),
      holder: { name: this.#options.holder, requestId: request.requestId, since: time.latest },
      expiresAt: time.earliest + this.#options.ttl,
      notes: before?.notes ?? [],
    };
  }

  async #lastEpoch(fleet: string): Promise<number> {
    const object = await this.#store.get(keysOf(fleet).heartbeat);
    return object === undefined ? 0 : decode(heartbeatFormat, object).epoch;
  }
}

class HeldLease implements Lease {
  readonly epoch: number;
  readonly incarnation: string;
  readonly expiresAt: number;
  readonly #store: ObjectStore;
  readonly #key: string;
  /** In the store's time. */
  readonly #end: number;
  #object: { readonly value: LeaseObject; readonly etag: string };
  readonly #served = new Set<string>();
  #over = false;

  constructor(
    store: ObjectStore,
    fleet: string,
    { margin, now }: LeaseOptions,
    object: { readonly value: LeaseObject; readonly etag: string },
  ) {
    this.#store = store;
    this.#key = keysOf(fleet).lease;
    this.#object = object;
    this.epoch = object.value.epoch;
    this.incarnation = object.value.incarnation;
    this.#end = object.value.expiresAt - margin;
    this.expiresAt = now() + this.#end - storeTime(store).latest;
  }

  assertHeld(): void {
    if (!this.#over && storeTime(this.#store).latest < this.#end) return;
    throw new Failure({
      code: "LeaseLost",
      class: "unknown",
      message: this.#over
        ? "the lease was given back or taken over"
        : "the lease has ended, or may have by the store's time",
      hint: "Run again: what was left undone is observed and finished.",
    });
  }

  async release(served: readonly string[], evenIfNoted = false): ReturnType<Lease["release"]> {
    for (const requestId of served) this.#served.add(requestId);
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { value, etag } = this.#object;
      const notes = value.notes.filter((note) => !this.#served.has(note.requestId));
      if (notes.length > 0 && !evenIfNoted) return { state: "noted", notes };
      const { holder: _, ...rest } = value;
      const released: LeaseObject = { ...rest, notes };
      const result = await this.#store.put(this.#key, encode(leaseFormat, released), { condition: { ifMatch: etag } });
      if (result.written) {
        this.#over = true;
        return { state: "released" };
      }
      const object = await this.#store.get(this.#key);
      const now = object === undefined ? undefined : decode(leaseFormat, object);
      if (object === undefined || now === undefined || !this.#isOurs(now)) {
        this.#over = true;
        return { state: "lost" };
      }
      this.#object = { value: now, etag: object.etag };
    }
    throw new Failure({
      code: "LeaseContended",
      class: "retry",
      message: `the lease changed ${mostTries} times while it was being given back`,
    });
  }

  #isOurs(now: LeaseObject): boolean {
    return now.epoch === this.epoch && now.incarnation === this.incarnation && now.holder !== undefined;
  }
}

function isFree(lease: LeaseObject, time: TimeSpan): boolean {
  return lease.holder === undefined || time.earliest > lease.expiresAt + serverSkew;
}

/** Undefined where there is no room for another. A request that is noted already changes nothing but its time. */
function withNote(lease: LeaseObject, note: LeaseNote): LeaseObject | undefined {
  const others = lease.notes.filter((other) => other.requestId !== note.requestId);
  if (others.length >= mostNotes) return undefined;
  return { ...lease, notes: [...others, note] };
}

function heldBy(lease: LeaseObject | undefined, noted: boolean): Acquisition {
  return { state: "held", by: lease?.holder?.name ?? "somebody", expiresAt: lease?.expiresAt ?? 0, noted };
}

function storeTime(store: ObjectStore): TimeSpan {
  const time = store.serverTime();
  if (time !== undefined) return time;
  throw new Failure({
    code: "NoStoreTime",
    class: "retry",
    message: "the state bucket's answers carry no Date header, so nobody can tell when a lease ends",
    hint: "A proxy in between may drop it: reach S3 directly.",
  });
}
