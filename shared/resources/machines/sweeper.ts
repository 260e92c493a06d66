import type { MachinesSweeper } from "../../aws/machines-port.ts";
import { Failure } from "../../engine/failure.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { type Subject, sortOf } from "./companion.ts";
import type { Finding } from "./companions.ts";
import type { Evidence } from "./evidence.ts";
import { lookAt } from "./findings.ts";
import { type GatherPorts, gather } from "./gather.ts";
import type { CollectedFleet } from "./identity.ts";
import { readLedger, readSweeps, updateSweeps } from "./ledger-object.ts";
import { tag } from "./machine.ts";
import type { CollectionPolicy } from "./policy.ts";
import { mayDelete, objectionsOf, planSweep, type SweepContext, type SweepPlan } from "./sweep.ts";
import { type Deletion, mostDeletions } from "./sweep-record.ts";
import type { LeftoverSweeper } from "./witness-port.ts";

export interface SweepPorts extends GatherPorts {
  readonly store: ObjectStore;
  readonly sweeper: MachinesSweeper;
  readonly leftovers: LeftoverSweeper;
}

export interface Sweep {
  readonly plan: SweepPlan;
  readonly deletions: readonly Deletion[];
  /** What failed, one by one: a failure never stopped the others. */
  readonly failures: readonly Failure[];
}

/**
 * Looks at everything anew and deletes what {@link mayDelete} allows, oldest mark first. It never marks: it isn't given the
 * means. Open spot requests go alone; then everything is looked at again, because one may have started a machine meanwhile.
 *
 * @param deadline epoch milliseconds of AWS's clock, after which no deletion is started
 */
export async function sweepOrphans(
  ports: SweepPorts,
  fleet: CollectedFleet,
  policy: CollectionPolicy,
  deadline: number,
): Promise<Sweep> {
  const first = await sweepOnce(ports, fleet, policy, deadline);
  if (!first.plan.lookAgain || ports.time() >= deadline) return first;
  const second = await sweepOnce(ports, fleet, policy, deadline);
  return {
    plan: second.plan,
    deletions: [...first.deletions, ...second.deletions],
    failures: [...first.failures, ...second.failures],
  };
}

async function sweepOnce(
  ports: SweepPorts,
  fleet: CollectedFleet,
  policy: CollectionPolicy,
  deadline: number,
): Promise<Sweep> {
  const { store, time } = ports;
  const before = await readLedger(store, fleet.name);
  const { evidence, companions } = await gather(ports, fleet, before);
  const look = lookAt(evidence, companions, time());
  // Both are read after the look: whatever a marker or another sweep wrote meanwhile counts.
  const [ledger, record] = await Promise.all([readLedger(store, fleet.name), readSweeps(store, fleet.name)]);
  const context: SweepContext = {
    ledger,
    policy,
    look,
    objections: record.objections,
    tagged: taggedIn(evidence),
    now: time(),
  };
  const plan = planSweep(context);
  await updateSweeps(store, fleet.name, (current) => ({
    ...current,
    objections: objectionsOf({ ...context, objections: current.objections }),
  }));
  const deletions: Deletion[] = [];
  const failures: Failure[] = [];
  for (const finding of plan.deletions) {
    const now = time();
    if (now >= deadline) break;
    // The plan was made a moment ago; the look grows old while calls are made one after the other.
    if (!mayDelete(finding, { ...context, now }).allowed) continue;
    const { subject, name } = finding;
    const named = name === undefined ? {} : { name };
    try {
      await deleteOne(ports, finding, livingManagers(evidence));
      deletions.push({ subject, ...named, at: now });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
      deletions.push({ subject, ...named, at: now, failure: error.message });
    }
  }
  if (deletions.length > 0) {
    await updateSweeps(store, fleet.name, (current) => ({
      ...current,
      deletions: [...current.deletions, ...deletions].slice(-mostDeletions),
    }));
  }
  return { plan, deletions, failures };
}

async function deleteOne(
  { sweeper, leftovers }: SweepPorts,
  { subject, group, instanceId }: Finding,
  managers: readonly string[],
): Promise<void> {
  const id = subject.slice(subject.indexOf("/") + 1);
  switch (sortOf(subject)) {
    case "spot-request":
      return sweeper.cancelSpotRequest(id);
    case "instance":
      return group === undefined ? sweeper.terminate(id) : sweeper.terminateInGroup(id);
    case "volume":
      return sweeper.deleteVolume(id);
    case "network-interface":
      return sweeper.deleteNetworkInterface(id);
    case "directory": {
      const [manager = "", name = ""] = id.split("/");
      return leftovers.removeDirectory(manager, name, instanceId);
    }
    case "manager-row": {
      const [runner = "", systemId = ""] = id.split("/");
      return leftovers.deleteManagerRow(managers, Number(runner), systemId);
    }
    case "key-pair":
      return sweeper.deleteKeyPair(id);
  }
}

function livingManagers({ managers }: Evidence): readonly string[] {
  return managers.filter(({ state }) => state === "active").map(({ id }) => id);
}

/** Only instances carry the mark's tag; what has none needs none. */
function taggedIn({ listing }: Evidence): (subject: Subject) => boolean {
  const machines = listing.state === "answered" ? listing.value : [];
  const marked = new Set(
    machines.filter(({ tags }) => tags[tag.orphan] !== undefined).map(({ id }) => `instance/${id}`),
  );
  return (subject) => sortOf(subject) !== "instance" || marked.has(subject);
}
