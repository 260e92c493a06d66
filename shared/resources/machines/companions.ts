import type {
  CompanionEvidence,
  KeyPair,
  ManagerRow,
  NetworkInterface,
  SpotRequest,
  Subject,
  Volume,
} from "./companion.ts";
import { type Machine, tag } from "./machine.ts";
import { parseMachineName } from "./machine-name.ts";
import { foreignness } from "./ownership.ts";
import { machineKinds, nameTolerance } from "./rules.ts";
import type { Answer } from "./span.ts";
import { isCondemned, isNonEmpty, type Unknown, type Verdict } from "./verdict.ts";
import type { DiskEntry, Witnesses } from "./witnesses.ts";

/** One thing judged: what it is, when it came to be, what is thought of it. */
export interface Finding {
  readonly subject: Subject;
  /** Launch or creation time: with the id it says that this is the thing that was marked. */
  readonly born: number;
  readonly verdict: Verdict;
  /** The machine's name where it has one. */
  readonly name?: string;
  /** Of an instance: the Auto Scaling group that it is in, which must end it, or would put another in its place. */
  readonly group?: string;
  /** Of a directory: the instance that its config.json names. */
  readonly instanceId?: string;
}

/** How long a manager row must be silent. GitLab writes down a contact only every 40 to 55 minutes. */
export const managerRowGrace = 24 * 3_600_000;

/**
 * What is to be thought of everything that machines leave behind. The same verdicts as for machines, so that they go the
 * same road: three sightings over the grace period, and one predicate before each deletion.
 *
 * @param verdicts of the instances in the same evidence, by instance id
 */
export function judgeCompanions(
  companions: CompanionEvidence,
  witnesses: Witnesses,
  verdicts: ReadonlyMap<string, Verdict>,
): readonly Finding[] {
  const instances = instancesOf(witnesses);
  const { requests } = companions;
  const scene: Scene = {
    witnesses,
    ids: new Set(instances.map(({ id }) => id)),
    keysInUse: new Map(instances.map((machine) => [machine.keyName ?? "", machine.id])),
    keysRequested: new Map(
      valuesOf(requests)
        .filter(({ state }) => state === "open" || state === "disabled")
        .map((request) => [request.keyName ?? "", request.id]),
    ),
    verdicts,
  };
  return [
    ...valuesOf(requests).map((it) => requestFinding(it, scene, order(requests, witnesses))),
    ...valuesOf(companions.keyPairs).map((it) => {
      const late = [...order(companions.keyPairs, witnesses), ...missing("spot requests", requests)];
      return keyPairFinding(it, scene, late);
    }),
    ...valuesOf(companions.volumes).map((it) => volumeFinding(it, scene, order(companions.volumes, witnesses))),
    ...valuesOf(companions.interfaces).map((it) =>
      interfaceFinding(it, scene, order(companions.interfaces, witnesses)),
    ),
    ...[...witnesses.entriesByName.values()].flat().map((entry) => directoryFinding(entry, scene)),
    ...valuesOf(companions.managerRows).map((row) => rowFinding(row, scene, companions.systemIds)),
  ];
}

interface Scene {
  readonly witnesses: Witnesses;
  readonly ids: ReadonlySet<string>;
  readonly keysInUse: ReadonlyMap<string, string>;
  readonly keysRequested: ReadonlyMap<string, string>;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

function requestFinding(request: SpotRequest, scene: Scene, late: readonly Unknown[]): Finding {
  const { witnesses } = scene;
  const subject: Subject = `spot-request/${request.id}`;
  const finding = (verdict: Verdict): Finding => ({
    subject,
    born: request.createdAt,
    verdict,
    ...(request.keyName === undefined ? {} : { name: request.keyName }),
  });
  if (request.state === "closed" || request.state === "cancelled" || request.state === "failed") {
    return finding({ verdict: "gone", reasons: [{ code: "deleted" }] });
  }
  if (request.tags[tag.keep] !== undefined) return finding({ verdict: "protected", reasons: [{ code: "keep-tag" }] });
  const alien = foreignness(request, identityOf(witnesses));
  if (alien !== undefined) return finding({ verdict: "foreign", reasons: [alien] });
  return finding(
    youngVerdict(request.createdAt, request.keyName, witnesses) ??
      unknownVerdict(witnesses, late) ??
      // docker-machine waits for its request in the same process: without one, nobody does, whatever the disk says.
      flightVerdict(request.keyName, witnesses) ??
      activeVerdict(request, scene) ?? { verdict: "suspect", reasons: [{ code: "request-open" }] },
  );
}

/** An active request ends with its instance; only a persistent one would start another, and goes when its instance may. */
function activeVerdict(request: SpotRequest, scene: Scene): Verdict | undefined {
  if (request.state !== "active" || request.instanceId === undefined) return undefined;
  const verdict = scene.verdicts.get(request.instanceId);
  if (verdict === undefined) return request.type === "one-time" ? inUse(request.instanceId) : undefined;
  if (verdict.verdict === "unknown") return verdict;
  return request.type === "persistent" && isCondemned(verdict) ? undefined : inUse(request.instanceId);
}

function keyPairFinding(keyPair: KeyPair, scene: Scene, late: readonly Unknown[]): Finding {
  const { witnesses } = scene;
  const subject: Subject = `key-pair/${keyPair.name}`;
  const finding = (verdict: Verdict): Finding => ({ subject, born: keyPair.createdAt, verdict, name: keyPair.name });
  // Key pairs are never tagged: only the whole template of a section that was ever ours tells whose it is.
  const template = parseMachineName(keyPair.name)?.template;
  if (template === undefined) return finding({ verdict: "foreign", reasons: [{ code: "not-a-machine" }] });
  if (!witnesses.templates.has(template)) {
    return finding({ verdict: "foreign", reasons: [{ code: "other-key-pair", keyName: keyPair.name }] });
  }
  const user = scene.keysInUse.get(keyPair.name) ?? scene.keysRequested.get(keyPair.name);
  const entry = witnesses.entriesByName.get(keyPair.name)?.[0];
  return finding(
    youngVerdict(keyPair.createdAt, keyPair.name, witnesses) ??
      unknownVerdict(witnesses, late) ??
      flightVerdict(keyPair.name, witnesses) ??
      (user === undefined ? undefined : inUse(user)) ??
      (entry === undefined ? undefined : inUse(`directory on ${entry.manager}`)) ?? {
        verdict: "suspect",
        reasons: [{ code: "no-instance" }],
      },
  );
}

function volumeFinding(volume: Volume, scene: Scene, late: readonly Unknown[]): Finding {
  const { witnesses } = scene;
  const subject: Subject = `volume/${volume.id}`;
  const name = volume.tags[tag.name];
  const finding = (verdict: Verdict): Finding => ({ subject, born: volume.createdAt, verdict });
  if (volume.state === "deleting" || volume.state === "deleted") {
    return finding({ verdict: "gone", reasons: [{ code: "deleted" }] });
  }
  const host = hostOf(volume.id, witnesses);
  if (host !== undefined) return finding({ verdict: "protected", reasons: [{ code: "host-volume", manager: host }] });
  return finding(
    leftoverVerdict(volume.tags, witnesses) ??
      youngVerdict(volume.createdAt, name, witnesses) ??
      unknownVerdict(witnesses, late) ??
      (volume.state === "available" ? undefined : inUse(volume.attachedTo[0] ?? volume.state)) ??
      flightVerdict(name, witnesses) ?? { verdict: "suspect", reasons: [{ code: "unattached" }] },
  );
}

function interfaceFinding(item: NetworkInterface, scene: Scene, late: readonly Unknown[]): Finding {
  const { witnesses } = scene;
  const subject: Subject = `network-interface/${item.id}`;
  const finding = (verdict: Verdict): Finding => ({ subject, born: item.createdAt, verdict });
  if (item.requesterManaged) return finding({ verdict: "protected", reasons: [{ code: "aws-managed" }] });
  return finding(
    leftoverVerdict(item.tags, witnesses) ??
      youngVerdict(item.createdAt, item.tags[tag.name], witnesses) ??
      unknownVerdict(witnesses, late) ??
      (item.state === "available" ? undefined : inUse(item.state)) ??
      flightVerdict(item.tags[tag.name], witnesses) ?? { verdict: "suspect", reasons: [{ code: "unattached" }] },
  );
}

function directoryFinding({ manager, directory }: DiskEntry, scene: Scene): Finding {
  const { witnesses } = scene;
  const name = parseMachineName(directory.name);
  const subject: Subject = `directory/${manager}/${directory.name}`;
  const { instanceId } = directory;
  const finding = (verdict: Verdict): Finding => ({
    subject,
    born: name?.namedAt ?? 0,
    verdict,
    name: directory.name,
    ...(instanceId === undefined ? {} : { instanceId }),
  });
  if (name === undefined) return finding({ verdict: "foreign", reasons: [{ code: "not-a-machine" }] });
  const user =
    scene.keysInUse.get(directory.name) ??
    scene.keysRequested.get(directory.name) ??
    (directory.instanceId !== undefined && scene.ids.has(directory.instanceId) ? directory.instanceId : undefined);
  // Only the manager's own clock dates a directory. One from the future has a wrong date, and would be young for ever.
  const dated = name.namedAt <= witnesses.askedAt + nameTolerance;
  return finding(
    (dated ? youngVerdict(name.namedAt, directory.name, witnesses) : undefined) ??
      unknownVerdict(witnesses, []) ??
      flightVerdict(directory.name, witnesses) ??
      (user === undefined ? undefined : inUse(user)) ?? { verdict: "suspect", reasons: [{ code: "no-instance" }] },
  );
}

function rowFinding(row: ManagerRow, { witnesses }: Scene, systemIds: Answer<readonly string[]>): Finding {
  const subject: Subject = `manager-row/${row.runnerId}/${row.systemId}`;
  const finding = (verdict: Verdict): Finding => ({ subject, born: row.createdAt, verdict });
  const silent = witnesses.askedAt - Math.max(row.createdAt, row.contactedAt ?? 0);
  if (!(silent >= managerRowGrace)) {
    return finding({ verdict: "young", reasons: [{ code: "launched-recently", age: silent }] });
  }
  const problem = unknownVerdict(witnesses, missing("system ids", systemIds));
  if (problem !== undefined) return finding(problem);
  if (valuesOf(systemIds).includes(row.systemId)) return finding(inUse("the running manager"));
  if (row.active) return finding({ verdict: "busy", reasons: [{ code: "job-trace" }] });
  return finding({ verdict: "suspect", reasons: [{ code: "manager-row-stale" }] });
}

/** Protected or foreign, for what docker-machine tags like its machine: the fleet's tag and a machine's name. */
function leftoverVerdict(tags: Readonly<Record<string, string>>, witnesses: Witnesses): Verdict | undefined {
  if (tags[tag.keep] !== undefined) return { verdict: "protected", reasons: [{ code: "keep-tag" }] };
  const kind = tags[tag.kind];
  if (kind !== undefined && !machineKinds.has(kind)) {
    return { verdict: "protected", reasons: [{ code: "other-kind", kind }] };
  }
  const fleet = tags[tag.fleet];
  if (fleet === undefined) return { verdict: "foreign", reasons: [{ code: "nothing-of-ours" }] };
  if (fleet !== witnesses.evidence.fleet.name) return { verdict: "foreign", reasons: [{ code: "other-fleet", fleet }] };
  return parseMachineName(tags[tag.name] ?? "") === undefined
    ? { verdict: "foreign", reasons: [{ code: "not-a-machine" }] }
    : undefined;
}

function youngVerdict(createdAt: number, name: string | undefined, witnesses: Witnesses): Verdict | undefined {
  const { gracePeriod } = witnesses.evidence.fleet;
  const age = witnesses.askedAt - createdAt;
  if (!(age >= gracePeriod)) return { verdict: "young", reasons: [{ code: "launched-recently", age }] };
  const namedAt = name === undefined ? undefined : parseMachineName(name)?.namedAt;
  // As of machines: a name from further ahead has a wrong date. Of an interface, EC2 doesn't say when it was made.
  const named = namedAt === undefined || namedAt > createdAt + nameTolerance ? undefined : witnesses.askedAt - namedAt;
  return named !== undefined && named < gracePeriod
    ? { verdict: "young", reasons: [{ code: "named-recently", age: named }] }
    : undefined;
}

function unknownVerdict(witnesses: Witnesses, more: readonly Unknown[]): Verdict | undefined {
  const reasons = [...witnesses.problems, ...more];
  return isNonEmpty(reasons) ? { verdict: "unknown", reasons } : undefined;
}

function flightVerdict(name: string | undefined, witnesses: Witnesses): Verdict | undefined {
  const manager = name === undefined ? undefined : witnesses.inFlight.get(name);
  return manager === undefined ? undefined : { verdict: "known", reasons: [{ code: "in-flight", manager }] };
}

/** What is listed after a disk was read may have been made since: then the disk says nothing of it. */
function order(answer: Answer<unknown>, witnesses: Witnesses): readonly Unknown[] {
  if (answer.state === "unknown") return [];
  const late = witnesses.evidence.managers.some(
    (manager) =>
      manager.state === "active" && manager.disk.state === "answered" && manager.disk.span.from < answer.span.to,
  );
  return late ? [{ code: "out-of-order", first: "what machines leave behind", second: "disks" }] : [];
}

function missing(what: string, answer: Answer<unknown>): readonly Unknown[] {
  return answer.state === "unknown" ? [{ code: "listing-incomplete", why: `${what}: ${answer.why}` }] : [];
}

function valuesOf<T>(answer: Answer<readonly T[]>): readonly T[] {
  return answer.state === "answered" ? answer.value : [];
}

function instancesOf({ evidence: { listing } }: Witnesses): readonly Machine[] {
  const machines = valuesOf(listing);
  return machines.filter(({ state }) => state !== "shutting-down" && state !== "terminated");
}

function identityOf({ evidence: { fleet }, templates }: Witnesses) {
  return { name: fleet.name, profileArns: fleet.profileArns, groupIds: fleet.groupIds, templates };
}

function hostOf(volume: string, { evidence }: Witnesses): string | undefined {
  for (const manager of evidence.managers) {
    if (manager.state === "active" && manager.expected.volume === volume) return manager.id;
  }
  return evidence.fleet.hostVolumes.includes(volume) ? "an earlier host" : undefined;
}

function inUse(by: string): Verdict {
  return { verdict: "known", reasons: [{ code: "in-use", by }] };
}
