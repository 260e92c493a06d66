import { diskProblem } from "./disk.ts";
import type { EndProof, Evidence, ManagerEvidence } from "./evidence.ts";
import type { Ledger, ManagerRecord } from "./ledger.ts";
import type { MachineState } from "./machine.ts";
import { parseMachineName } from "./machine-name.ts";
import { foreignness } from "./ownership.ts";
import type { Answer } from "./span.ts";

/** What was seen of the managers on record themselves, asked by filter and in every state. */
export interface Census {
  /** State by instance id; EC2 tells of a terminated one for about an hour. */
  readonly instances: Answer<Readonly<Record<string, MachineState>>>;
  /** Whether each data volume that was asked about exists, by a complete listing. What wasn't asked about isn't in it. */
  readonly volumes: Answer<Readonly<Record<string, boolean>>>;
}

/** How far apart two complete listings without a volume must be before it counts as gone. */
export const volumeGoneAfter = 5 * 60_000;

/**
 * The ledger with what this gathering says of the managers. A manager ends only by proof: its instance was *seen*
 * terminated, and its data volume is gone or a successor on that volume was read. An instance that isn't found proves
 * nothing, however often.
 */
export function recordManagers(ledger: Ledger, evidence: Evidence, census: Census): Ledger {
  const managers: Record<string, ManagerRecord> = { ...ledger.managers };
  const readings = new Map<string, Reading>();
  for (const manager of evidence.managers) {
    if (manager.state !== "active") continue;
    const reading = readingOf(manager);
    if (reading !== undefined) readings.set(manager.id, reading);
    managers[manager.id] = seen(managers[manager.id], manager, reading, evidence);
  }
  for (const [id, record] of Object.entries(managers)) {
    managers[id] = ended(id, record, census, managers, readings);
  }
  const { identity } = ledger;
  const seenTemplates = templatesOf(evidence);
  return {
    ...ledger,
    managers,
    identity: {
      templates: union(identity.templates, [...evidence.fleet.templates, ...seenTemplates]),
      profileArns: union(identity.profileArns, evidence.fleet.profileArns),
      groupIds: union(identity.groupIds, evidence.fleet.groupIds),
      hostVolumes: union(identity.hostVolumes, [
        ...evidence.fleet.hostVolumes,
        ...Object.values(managers).flatMap(({ volume }) => volume ?? []),
      ]),
    },
  };
}

/**
 * A person's word that a manager has ended: for one whose end nobody looked at while EC2 still told of it, or that a
 * machine's tag names and no run ever recorded.
 */
export function attestEnd(ledger: Ledger, manager: string, by: string, at: number): Ledger {
  const record = ledger.managers[manager] ?? { generation: 0, firstSeenAt: at };
  return { ...ledger, managers: { ...ledger.managers, [manager]: { ...record, ended: { how: "attested", by, at } } } };
}

/** What is still missing of the proof, as the end of a sentence for a person. */
export function missingProof(record: ManagerRecord): string {
  if (record.terminatedSeenAt === undefined) return "its instance was never seen terminated";
  return "its data volume still exists and no successor on it has been read";
}

interface Reading {
  readonly volume: string;
  readonly generation: number;
  readonly at: number;
}

function readingOf(manager: Extract<ManagerEvidence, { state: "active" }>): Reading | undefined {
  const { disk } = manager;
  if (disk.state === "unknown" || diskProblem(manager.id, manager.expected, disk.value) !== undefined) return undefined;
  const { sentinel } = disk.value;
  return sentinel === undefined
    ? undefined
    : { volume: sentinel.volume, generation: sentinel.generation, at: disk.span.from };
}

function seen(
  record: ManagerRecord | undefined,
  manager: Extract<ManagerEvidence, { state: "active" }>,
  reading: Reading | undefined,
  evidence: Evidence,
): ManagerRecord {
  const volume = record?.volume ?? manager.expected.volume;
  const base: ManagerRecord = {
    generation: manager.expected.generation,
    firstSeenAt: evidence.listing.state === "answered" ? evidence.listing.span.from : 0,
    ...record,
    ...(volume === undefined ? {} : { volume }),
    ...systemIdsOf(record, manager),
  };
  if (reading === undefined) return base;
  return {
    ...base,
    volume: reading.volume,
    generation: Math.max(base.generation, reading.generation),
  };
}

function systemIdsOf(
  record: ManagerRecord | undefined,
  { systemId }: Extract<ManagerEvidence, { state: "active" }>,
): Pick<ManagerRecord, "systemIds"> {
  const known = record?.systemIds ?? [];
  return systemId === undefined || known.includes(systemId) ? {} : { systemIds: [...known, systemId].sort() };
}

function ended(
  id: string,
  record: ManagerRecord,
  census: Census,
  managers: Readonly<Record<string, ManagerRecord>>,
  readings: ReadonlyMap<string, Reading>,
): ManagerRecord {
  if (record.ended !== undefined) return record;
  let next = record;
  if (census.instances.state === "answered" && next.terminatedSeenAt === undefined) {
    if (census.instances.value[id] === "terminated") next = { ...next, terminatedSeenAt: census.instances.span.to };
  }
  if (census.volumes.state === "answered" && next.volume !== undefined) {
    const exists = census.volumes.value[next.volume];
    const { volumeMissingSince, ...rest } = next;
    if (exists === true) next = rest;
    else if (exists === false) next = { ...rest, volumeMissingSince: volumeMissingSince ?? census.volumes.span.from };
  }
  const proof = proofOf(id, next, census, managers, readings);
  return proof === undefined ? next : { ...next, ended: proof };
}

function proofOf(
  id: string,
  record: ManagerRecord,
  census: Census,
  managers: Readonly<Record<string, ManagerRecord>>,
  readings: ReadonlyMap<string, Reading>,
): EndProof | undefined {
  const { terminatedSeenAt, volume, volumeMissingSince } = record;
  if (terminatedSeenAt === undefined) return undefined;
  const { volumes } = census;
  if (volumes.state === "answered" && volume !== undefined && volumes.value[volume] === false) {
    const volumeGoneAt = volumes.span.from;
    if (volumeGoneAt - (volumeMissingSince ?? volumeGoneAt) >= volumeGoneAfter) {
      return { how: "volume-gone", terminatedSeenAt, volumeGoneAt };
    }
  }
  for (const [successor, reading] of readings) {
    if (successor === id || managers[successor] === undefined || reading.volume !== volume) continue;
    if (reading.at > terminatedSeenAt)
      return { how: "successor-read", terminatedSeenAt, successor, readAt: reading.at };
  }
  return undefined;
}

/**
 * Name templates that this gathering shows to be the fleet's: of loaded sections, of directories on a manager's disk, and
 * of machines that are ours by tag, profile or group.
 */
function templatesOf({ fleet, listing, managers }: Evidence): readonly string[] {
  const templates = new Set<string>();
  const learn = (name: string) => {
    const template = parseMachineName(name)?.template;
    if (template !== undefined) templates.add(template);
  };
  for (const manager of managers) {
    if (manager.state !== "active") continue;
    if (manager.sections.state === "answered") for (const template of manager.sections.value) templates.add(template);
    if (readingOf(manager) === undefined || manager.disk.state === "unknown") continue;
    for (const { name } of manager.disk.value.machines) learn(name);
  }
  if (listing.state === "answered") {
    const identity = { ...fleet, templates: new Set(fleet.templates) };
    for (const machine of listing.value) {
      if (machine.keyName !== undefined && foreignness(machine, identity) === undefined) learn(machine.keyName);
    }
  }
  return [...templates];
}

function union(known: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...known, ...more])].sort();
}
