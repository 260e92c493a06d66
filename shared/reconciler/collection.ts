import type { AwsConfig } from "../aws/clients.ts";
import type { CommandSurroundings } from "../aws/commands.ts";
import type { Readers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import type { Collect } from "../engine/engine.ts";
import { Failure } from "../engine/failure.ts";
import type { Lease } from "../engine/lease.ts";
import { hostPaths } from "../resources/common/host-request.ts";
import { collectedFleet, policyOf } from "../resources/machines/collected-fleet.ts";
import { machinesCollector } from "../resources/machines/collector.ts";
import type { Evidence } from "../resources/machines/evidence.ts";
import { lookAt } from "../resources/machines/findings.ts";
import { type GatherPorts, gather } from "../resources/machines/gather.ts";
import { hostWitnesses } from "../resources/machines/host-witnesses.ts";
import { readLedger, readSweeps } from "../resources/machines/ledger-object.ts";
import { tag } from "../resources/machines/machine.ts";
import { type CollectionSummary, summarize } from "../resources/machines/summary.ts";
import type { SweepContext } from "../resources/machines/sweep.ts";
import { type Sweep, sweepOrphans } from "../resources/machines/sweeper.ts";
import type { LeftoverSweeper } from "../resources/machines/witness-port.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** docker-machine's state on a host, as the list-machines document reads it. */
const layout = { machinesPath: `${hostPaths.machine}/machines`, mount: hostPaths.data };

export interface CollectionOptions {
  readonly aws: AwsConfig;
  readonly store: ObjectStore;
  readonly surroundings: CommandSurroundings;
  readonly readers: Pick<Readers, "identity" | "network">;
}

/** What a look found, with everything that `gc --explain` needs to say why. */
export interface CollectionLook {
  readonly summary: CollectionSummary;
  readonly evidence: Evidence;
  readonly sweep: SweepContext;
  /** What machines leave behind and could not be listed, each with why. */
  readonly unlisted: readonly string[];
}

export interface Collection {
  /** For the engine: marks after a run. Never deletes. */
  readonly mark: Collect<Fleet>;
  /** Looks, and writes nothing. */
  look(fleet: Fleet): Promise<CollectionLook>;
  /** Deletes what {@link mayDelete} allows, and never marks. @param deadline epoch milliseconds of AWS's clock */
  sweep(fleet: Fleet, deadline: number): Promise<Sweep>;
}

/** Collection on real ports. Makes no call by itself. */
export function openCollection({ aws, store, surroundings, readers }: CollectionOptions): Collection {
  const account = async () => (await readers.identity.whoAmI()).accountId;
  const gathering = async (): Promise<GatherPorts> => {
    const { instanceProbeOf, machinesReaderOf } = await import("../aws/access.ts");
    return {
      machines: machinesReaderOf(aws),
      witnesses: hostWitnesses(instanceProbeOf(aws, surroundings)),
      time: serverClock(store),
      nonce: surroundings.newId,
    };
  };
  const mark = async (lease: Lease) => {
    const { machinesMarkerOf } = await import("../aws/access.ts");
    const marker = machinesMarkerOf(aws, () => lease.assertHeld());
    return { ...(await gathering()), store, marker, network: readers.network };
  };
  const collectedOf = async (fleet: Fleet) => collectedFleet(fleet, await account(), readers.network, layout);
  return {
    async mark(context) {
      if (context.fleet.spec.runners === undefined) return undefined;
      const ports = await mark(context.lease);
      return machinesCollector({ ports: () => ports, account, layout })(context);
    },
    async look(fleet) {
      const { name } = fleet.metadata;
      const ports = await gathering();
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
    async sweep(fleet, deadline) {
      const { machinesSweeperOf } = await import("../aws/access.ts");
      const ports = { ...(await gathering()), store, sweeper: machinesSweeperOf(aws, () => {}), leftovers };
      return sweepOrphans(ports, await collectedOf(fleet), policyOf(fleet), deadline);
    },
  };
}

/** Directories and GitLab's rows stay until there is a way to delete them; that they stay is in the sweep's record. */
const leftovers: LeftoverSweeper = {
  async removeDirectory(manager, name) {
    throw cannot(`removing the directory ${name} on ${manager}`);
  },
  async deleteManagerRow(runner, systemId) {
    throw cannot(`deleting the manager ${systemId} of runner ${runner} in GitLab`);
  },
};

function cannot(what: string): Failure {
  return new Failure({
    code: "NotSupported",
    class: "terminal",
    message: `${what} isn't supported by this version`,
    hint: "It costs nothing and can be removed by hand.",
  });
}

/** AWS's time by the state bucket's answers; it never goes back, so that what was asked later is later. */
function serverClock(store: ObjectStore): () => number {
  let last = 0;
  return () => {
    const now = store.serverTime();
    if (now === undefined) throw new Error("the time was asked before the first answer of the state bucket");
    last = Math.max(last, now.earliest);
    return last;
  };
}
