import type { AwsConfig } from "../aws/clients.ts";
import type { CommandSurroundings } from "../aws/commands.ts";
import type { Readers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import type { Collect } from "../engine/engine.ts";
import type { Lease } from "../engine/lease.ts";
import { isRevision } from "../engine/plan.ts";
import type { FleetState } from "../engine/state-port.ts";
import { hostPaths } from "../resources/common/host-request.ts";
import { collectedFleet, policyOf } from "../resources/machines/collected-fleet.ts";
import { machinesCollector } from "../resources/machines/collector.ts";
import type { Evidence } from "../resources/machines/evidence.ts";
import { lookAt } from "../resources/machines/findings.ts";
import { type GatherPorts, gather } from "../resources/machines/gather.ts";
import { hostLeftovers } from "../resources/machines/host-leftovers.ts";
import { hostWitnesses } from "../resources/machines/host-witnesses.ts";
import { emptyLedger, type Ledger } from "../resources/machines/ledger.ts";
import { readLedger, readSweeps } from "../resources/machines/ledger-object.ts";
import { type MachineState, tag } from "../resources/machines/machine.ts";
import { type CollectionSummary, summarize } from "../resources/machines/summary.ts";
import type { SweepContext } from "../resources/machines/sweep.ts";
import { type Sweep, sweepOrphans } from "../resources/machines/sweeper.ts";
import { type Whose, whoseIs } from "../resources/machines/whose.ts";
import { requestSurroundings } from "../resources/runner/desired.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** docker-machine's state on a host, as the list-machines document reads it. */
const layout = { machinesPath: `${hostPaths.machine}/machines`, mount: hostPaths.data };

export interface CollectionOptions {
  readonly aws: AwsConfig;
  /** By whose role machines are asked for their jobs. */
  readonly asking: AwsConfig;
  readonly store: ObjectStore;
  readonly surroundings: CommandSurroundings;
  readonly readers: Pick<Readers, "identity" | "network">;
  /** Told what each look of {@link Collection.mark} found: for metrics. */
  readonly onLook?: (fleet: string, summary: CollectionSummary) => void;
}

/** What a look found, with everything that `gc --explain` needs to say why. */
export interface CollectionLook {
  readonly summary: CollectionSummary;
  readonly evidence: Evidence;
  readonly sweep: SweepContext;
  /** What machines leave behind and could not be listed, each with why. */
  readonly unlisted: readonly string[];
}

export type SweepLease = Pick<Lease, "assertHeld" | "epoch" | "incarnation">;

export interface Collection {
  /**
   * Begins to read what {@link Collection.mark} asks first, so that a run doesn't wait for it at its end. Reads nothing where
   * the last run found nothing to collect under this very file: only a run under a file with runners writes managers down.
   */
  readonly prepare: (fleet: string, state: FleetState) => void;
  /** For the engine: marks after a run. Never deletes. */
  readonly mark: Collect<Fleet>;
  /** Looks, and writes nothing. */
  look(fleet: Fleet): Promise<CollectionLook>;
  /** The states of instances, as far as EC2 tells of them. */
  statesOf(ids: readonly string[]): Promise<Readonly<Record<string, MachineState>>>;
  /** Whose an instance is, by EC2 and the ledger alone. */
  whose(fleet: Fleet, id: string): Promise<Whose>;
  /**
   * Deletes what {@link mayDelete} allows, and never marks.
   * @param lease asked right before each call; its epoch is the fence of what is sent to hosts. Who can't take the lease reads
   * its epoch: a run that takes it later then fences the sweep off, and the other way round.
   * @param deadline epoch milliseconds of AWS's clock
   */
  sweep(fleet: Fleet, lease: SweepLease, deadline: number): Promise<Sweep>;
}

/** Collection on real ports. Makes no call by itself. */
export function openCollection(options: CollectionOptions): Collection {
  const { aws, asking, store, surroundings, readers, onLook } = options;
  const account = async () => (await readers.identity.whoAmI()).accountId;
  const gathering = async (fleet: Fleet): Promise<GatherPorts> => {
    const { instanceProbeOf, machinesReaderOf, poolReaderOf } = await import("../aws/access.ts");
    const time = serverClock(store);
    return {
      machines: machinesReaderOf(aws),
      witnesses: hostWitnesses(
        { managers: instanceProbeOf(aws, surroundings), machines: instanceProbeOf(asking, surroundings) },
        () => requestSurroundings(fleet, time()),
        () => poolReaderOf(aws).groupNames(),
      ),
      time,
      nonce: surroundings.newId,
    };
  };
  const mark = async (lease: Lease, fleet: Fleet) => {
    const { machinesMarkerOf } = await import("../aws/access.ts");
    const marker = machinesMarkerOf(aws, () => lease.assertHeld());
    return { ...(await gathering(fleet)), store, marker, network: readers.network };
  };
  const collectedOf = async (fleet: Fleet) => collectedFleet(fleet, await account(), readers.network, layout);
  // Undefined: there was no need to read it.
  const prepared = new Map<string, Promise<Ledger | undefined>>();
  return {
    prepare(name, state) {
      const ledger = foundNothing(state) ? Promise.resolve(undefined) : readLedger(store, name);
      // Whoever marks meets the failure; where nobody does, nobody needs the ledger.
      ledger.catch(() => undefined);
      prepared.set(name, ledger);
    },
    async mark(context) {
      const ledger = await (prepared.get(context.name) ?? readLedger(store, context.name));
      prepared.delete(context.name);
      if (!mayHaveMachines(context.fleet, ledger ?? emptyLedger(context.name)))
        return { reason: "NothingToCollect", message: "the fleet has no runners" };
      const ports = { ...(await mark(context.lease, context.fleet)), ...(ledger === undefined ? {} : { ledger }) };
      return machinesCollector({ ports: () => ports, account, layout, ...(onLook === undefined ? {} : { onLook }) })(
        context,
      );
    },
    async look(fleet) {
      const { name } = fleet.metadata;
      const ports = await gathering(fleet);
      const before = await readLedger(store, name);
      const { evidence, companions } = await gather(ports, await collectedOf(fleet), before);
      const look = lookAt(evidence, companions, ports.time());
      const [ledger, { objections }] = await Promise.all([readLedger(store, name), readSweeps(store, name)]);
      const machines = evidence.listing.state === "answered" ? evidence.listing.value : [];
      const marked = new Set(machines.flatMap(({ id, tags }) => (tags[tag.orphan] === undefined ? [] : [id])));
      const tagged: SweepContext["tagged"] = (subject) =>
        !subject.startsWith("instance/") || marked.has(subject.slice("instance/".length));
      return {
        summary: summarize(look, ledger),
        evidence,
        unlisted: [companions.requests, companions.keyPairs, companions.volumes, companions.interfaces].flatMap(
          (answer) => (answer.state === "unknown" ? [answer.why] : []),
        ),
        sweep: { ledger, policy: policyOf(fleet), look, objections, tagged, now: ports.time() },
      };
    },
    async statesOf(ids) {
      const { machinesReaderOf } = await import("../aws/access.ts");
      return machinesReaderOf(aws).instanceStates(ids);
    },
    async whose(fleet, id) {
      const { machinesReaderOf } = await import("../aws/access.ts");
      const ledger = await readLedger(store, fleet.metadata.name);
      return whoseIs(machinesReaderOf(aws), await collectedOf(fleet), ledger, id);
    },
    async sweep(fleet, lease, deadline) {
      const { machinesSweeperOf, writersOf } = await import("../aws/access.ts");
      const means = await gathering(fleet);
      const { commands } = writersOf(aws, lease, surroundings);
      const ports = {
        ...means,
        store,
        sweeper: machinesSweeperOf(aws, () => lease.assertHeld()),
        leftovers: hostLeftovers(commands, () => requestSurroundings(fleet, means.time())),
      };
      return sweepOrphans(ports, await collectedOf(fleet), policyOf(fleet), deadline);
    },
  };
}

/** Whether the status tells that under the newest file there was nothing to collect, and nobody said otherwise since. Pure. */
export function foundNothing({ newest, status, vouched }: Pick<FleetState, "newest" | "status" | "vouched">): boolean {
  if (vouched === true) return false;
  const { conditions = [], inForce } = status?.value ?? {};
  const collected = conditions.find(({ type }) => type === "GarbageCollected");
  return collected?.reason === "NothingToCollect" && isRevision(inForce, newest);
}

/** Machines may be there where the file has runners, and as long as any manager that made some is on record. */
export function mayHaveMachines({ spec }: Fleet, { managers }: Ledger): boolean {
  return spec.runners !== undefined || Object.keys(managers).length > 0;
}

/** AWS's time by the state bucket's answers; it never goes back, so that what was asked later is later. */
export function serverClock(store: ObjectStore): () => number {
  let last = 0;
  return () => {
    const now = store.serverTime();
    if (now === undefined) throw new Error("the time was asked before the first answer of the state bucket");
    last = Math.max(last, now.earliest);
    return last;
  };
}
