import type { AwsConfig } from "../aws/clients.ts";
import { attemptLimit } from "../aws/clients.ts";
import type { Readers, Writers } from "../aws/ports.ts";
import { openStateBucket } from "../aws/state-bucket.ts";
import type { Fleet } from "../desired/fleet.ts";
import type { Clock } from "../engine/clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { RunEvents } from "../engine/event.ts";
import { defaultLimits, type Limits } from "../engine/limits.ts";
import { readLedger } from "../resources/machines/ledger-object.ts";
import type { CollectionSummary } from "../resources/machines/summary.ts";
import { FleetStore } from "../store/fleet-store.ts";
import { StoreLeases } from "../store/lease.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { LocalClocks } from "../store/server-time.ts";
import { type Collection, openCollection } from "./collection.ts";
import { desiredFleet, type Place } from "./desired-fleet.ts";
import { endingKinds } from "./ending-kinds.ts";
import { identifiedLeases } from "./identified-leases.ts";
import { fleetKinds } from "./kinds.ts";
import { notifications } from "./notifications.ts";
import { proveGone, type TeardownProof } from "./teardown-proof.ts";

/** What a process must bring: where AWS is, which bucket, and everything that isn't pure. */
export interface ReconcilerOptions {
  readonly aws: AwsConfig;
  /** AWS by whose role machines are asked for their jobs, where that is another one than `aws`. */
  readonly asking?: AwsConfig;
  /** The state bucket. */
  readonly bucket: string;
  /** 12 digits, where it is known: a state bucket that another account owns is then refused. */
  readonly account?: string;
  /** Asked right before each write to the state bucket; throws where this process may write nothing. */
  readonly beforeWrite?: () => void;
  /** ARN of the permissions boundary of roles for which the file names none. */
  readonly permissionsBoundary?: string | undefined;
  readonly clock: Clock;
  readonly clocks: LocalClocks;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  /** Who holds the lease, for people: "ada@laptop", "lambda reconcile". */
  readonly holder: string;
  /** Milliseconds; longer than the process can live. Default 20 minutes: a Lambda ends after 15. */
  readonly leaseTtl?: number;
  readonly limits?: Limits;
  readonly events?: RunEvents;
  /** Told what each look for orphans found: for metrics. */
  readonly onLook?: (fleet: string, summary: CollectionSummary) => void;
  /** It takes its fleet down, as far as that was begun and approved. */
  readonly teardown?: TeardownOptions;
}

export interface TeardownOptions {
  /** Whether what holds data goes too, where the file allows it. */
  readonly data: boolean;
  /** Whether this process may mark orphans; else the reconcile function does. */
  readonly marks: boolean;
}

export interface Reconciler {
  readonly engine: Engine<Fleet, Readers, Writers>;
  readonly store: ObjectStore;
  readonly collection: Collection;
  /** Learns whose credentials these are, once. @throws Failure */
  identify(): Promise<void>;
  /** Lists what is left of a fleet. @throws Failure where not everything could be listed */
  proof(fleet: Fleet): Promise<TeardownProof>;
}

const defaultTtl = 20 * 60_000;

/** Puts a reconciler together: the one place where engine, kinds, store and AWS meet. Makes no call by itself. */
export async function openReconciler(options: ReconcilerOptions): Promise<Reconciler> {
  const { aws, bucket, account, beforeWrite, clock, clocks, random, newId, holder, events } = options;
  // Loaded only here: the SDK's clients are the larger part of a cold start.
  const [store, { readersOf, writersOf }] = await Promise.all([
    openStateBucket(aws, {
      bucket,
      clocks,
      newId,
      ...(account === undefined ? {} : { account }),
      ...(beforeWrite === undefined ? {} : { beforeWrite }),
    }),
    import("../aws/access.ts"),
  ]);
  const readers = readersOf(aws, { clock, newId });
  let place: Place = { region: aws.region, accountId: undefined };
  const identify = async (): Promise<void> => {
    if (place.accountId === undefined) place = { ...place, accountId: (await readers.identity.whoAmI()).accountId };
  };
  const leases = new StoreLeases(store, {
    ttl: options.leaseTtl ?? defaultTtl,
    margin: attemptLimit,
    now: () => clock.now(),
    newId,
    holder,
  });
  // What the run at hand found, for what is told of it.
  const looks = new Map<string, CollectionSummary>();
  const collection = openCollection({
    aws,
    asking: options.asking ?? aws,
    store,
    surroundings: { clock, newId },
    readers,
    onLook: (fleet, summary) => {
      looks.set(fleet, summary);
      options.onLook?.(fleet, summary);
    },
  });
  const kinds = fleetKinds({ bucket, permissionsBoundary: options.permissionsBoundary });
  const { teardown, limits = defaultLimits } = options;
  return {
    store,
    collection,
    identify,
    async proof(fleet) {
      const { machinesReaderOf } = await import("../aws/access.ts");
      const ledger = await readLedger(store, fleet.metadata.name);
      return proveGone({ readers, machines: machinesReaderOf(aws), ledger }, fleet);
    },
    engine: {
      kinds: teardown === undefined ? kinds : endingKinds(kinds, collection, teardown.data),
      ...(teardown === undefined ? {} : { teardown: true }),
      readers,
      writers: (lease) => writersOf(aws, lease, { clock, newId }),
      desired: desiredFleet(() => place),
      store: new FleetStore(store, collection.prepare),
      leases: identifiedLeases(leases, identify),
      clock,
      ...(teardown?.marks === false ? {} : { collect: collection.mark }),
      notify: notifications({
        aws,
        store,
        clock,
        random,
        limits,
        takeLook(fleet) {
          const look = looks.get(fleet);
          looks.delete(fleet);
          return look;
        },
      }),
      limits,
      random,
      ...(events === undefined ? {} : { events }),
    },
  };
}
