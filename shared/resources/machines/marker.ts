import type { MachinesMarker } from "../../aws/machines-port.ts";
import { Failure } from "../../engine/failure.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { lookAt } from "./findings.ts";
import { type GatherPorts, gather } from "./gather.ts";
import type { CollectedFleet } from "./identity.ts";
import type { Ledger, Mark } from "./ledger.ts";
import { readLedger, readSweeps, updateLedger } from "./ledger-object.ts";
import type { Look } from "./look.ts";
import { tag } from "./machine.ts";
import { recordManagers } from "./manager-record.ts";
import { markTagValue, recordLook } from "./mark.ts";
import type { CollectionPolicy } from "./policy.ts";

export interface MarkingPorts extends GatherPorts {
  readonly store: ObjectStore;
  readonly marker: MachinesMarker;
  /** As this run has read it already. */
  readonly ledger?: Ledger;
}

export interface Marking {
  readonly look: Look;
  readonly ledger: Ledger;
  /** Failures of single tags: the marks themselves are in the ledger. */
  readonly failures: readonly Failure[];
}

/** How many instances one call tags. */
const tagsAtOnce = 100;

/**
 * Looks at everything, writes down what it saw, and puts the marks' tags on and takes them off. It never terminates
 * anything: it isn't given the means.
 */
export async function markOrphans(
  ports: MarkingPorts,
  fleet: CollectedFleet,
  policy: CollectionPolicy,
): Promise<Marking> {
  const before = ports.ledger ?? (await readLedger(ports.store, fleet.name));
  const { evidence, companions, census } = await gather(ports, fleet, before);
  const look = lookAt(evidence, companions, ports.time());
  const { objections } = await readSweeps(ports.store, fleet.name);
  const ledger = await updateLedger(
    ports.store,
    fleet.name,
    (current) => recordLook(recordManagers(current, evidence, census), look, policy, objections),
    before,
  );
  const failures: Failure[] = [];
  const machines = evidence.listing.state === "answered" ? evidence.listing.value : [];
  // Another fleet's mark isn't ours to take off, and unknown takes no mark.
  const spared = new Set(
    look.findings
      .filter(({ verdict: { verdict } }) => verdict !== "foreign" && verdict !== "unknown")
      .map(({ subject }) => subject.slice("instance/".length)),
  );
  const toTag = new Map<string, string[]>();
  const toUntag: string[] = [];
  for (const { id, tags } of machines) {
    const mark: Mark | undefined = ledger.marks[`instance/${id}`];
    const has = tags[tag.orphan];
    if (mark === undefined) {
      if (has !== undefined && spared.has(id)) toUntag.push(id);
    } else if (has !== markTagValue(mark)) {
      const value = markTagValue(mark);
      toTag.set(value, [...(toTag.get(value) ?? []), id]);
    }
  }
  const attempt = async (call: () => Promise<void>) => {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
    }
  };
  if (policy.mode === "collect") {
    for (const [value, ids] of toTag) {
      for (const some of chunks(ids)) await attempt(() => ports.marker.tag(some, tag.orphan, value));
    }
  }
  for (const some of chunks(toUntag)) await attempt(() => ports.marker.untag(some, tag.orphan));
  return { look, ledger, failures };
}

function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / tagsAtOnce) }, (_, index) =>
    ids.slice(index * tagsAtOnce, (index + 1) * tagsAtOnce),
  );
}
