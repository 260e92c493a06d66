import type { Clock } from "./clock.ts";
import type { Verdict } from "./condition.ts";
import type { Kind } from "./kind.ts";
import type { Lease, LeasePort } from "./lease.ts";
import type { Notify } from "./notify.ts";
import type { Planning } from "./plan-round.ts";
import type { StatePort } from "./state-port.ts";

/** What marks orphans after a run. Reports the condition `GarbageCollected`; undefined where a fleet has no machines. */
export type Collect<Fleet> = (context: {
  readonly fleet: Fleet;
  readonly name: string;
  readonly requestId: string;
  readonly lease: Lease;
  /** Epoch milliseconds after which nothing may be started. */
  readonly deadline: number;
}) => Promise<Verdict | undefined>;

/** Everything a run works with, put together once by whoever starts it. */
export interface Engine<Fleet, Readers, Writers> extends Planning<Fleet, Readers> {
  readonly kinds: readonly Kind<Fleet, Readers, Writers>[];
  /** Made anew for each lease: writers check it before each call. */
  readonly writers: (lease: Lease) => Writers;
  readonly store: StatePort;
  readonly leases: LeasePort;
  readonly clock: Clock;
  readonly collect?: Collect<Fleet>;
  readonly notify?: Notify<Fleet>;
}
