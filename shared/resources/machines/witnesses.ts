import { diskProblem } from "./disk.ts";
import type { EndProof, Evidence, MachineDirectory, ManagerEvidence } from "./evidence.ts";
import { inOrder, jobsNotBefore, listingProblems } from "./gather-order.ts";
import type { Unknown } from "./verdict.ts";

export interface DiskEntry {
  readonly manager: string;
  readonly directory: MachineDirectory;
}

/** The evidence, questioned once: look-ups that answer about one machine at once, and what is wrong with it as a whole. */
export interface Witnesses {
  readonly evidence: Evidence;
  /** When EC2 was asked: ages are measured at this time, never at the time of the one who decides. */
  readonly askedAt: number;
  /** What makes every machine unknown. Empty if every witness of the fleet was heard completely and in order. */
  readonly problems: readonly Unknown[];
  readonly hosts: ReadonlySet<string>;
  readonly managers: ReadonlyMap<string, ManagerEvidence>;
  readonly ended: ReadonlyMap<string, EndProof>;
  /** True if managers are on record and every one of them has ended: then no job runs anywhere. */
  readonly allEnded: boolean;
  readonly managersRead: number;
  readonly templates: ReadonlySet<string>;
  readonly entriesByName: ReadonlyMap<string, readonly DiskEntry[]>;
  readonly entriesByInstance: ReadonlyMap<string, readonly DiskEntry[]>;
  readonly loaded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Machine name to manager. */
  readonly inFlight: ReadonlyMap<string, string>;
  readonly traced: ReadonlySet<string>;
  readonly jobsNotBefore: number;
}

/** @param now the decider's clock: it only says whether the evidence is fresh */
export function hear(gathered: Evidence, now: number): Witnesses {
  const evidence = inOrder(gathered, now);
  const problems: Unknown[] = [...listingProblems(evidence, now)];
  const hosts = new Set(evidence.hosts.state === "answered" ? evidence.hosts.value : []);
  if (evidence.hosts.state === "unknown") problems.push({ code: "hosts-unknown", why: evidence.hosts.why });
  const managers = new Map<string, ManagerEvidence>();
  const ended = new Map<string, EndProof>();
  const entries: DiskEntry[] = [];
  const loaded = new Map<string, ReadonlySet<string>>();
  const inFlight = new Map<string, string>();
  const volumesRead = new Set<string>();
  let managersRead = 0;

  for (const manager of evidence.managers) {
    managers.set(manager.id, manager);
    if (manager.state === "ended") {
      ended.set(manager.id, manager.proof);
      // A person's word about a manager is a word about the machines directory that it left behind.
      if (manager.volume !== undefined && manager.proof.how === "attested") volumesRead.add(manager.volume);
      continue;
    }
    const wrong = managerProblems(manager);
    problems.push(...wrong);
    if (manager.state !== "active") continue;
    if (wrong.length === 0) managersRead += 1;
    if (manager.disk.state === "answered") {
      if (wrong.length === 0 && manager.expected.volume !== undefined) volumesRead.add(manager.expected.volume);
      entries.push(...manager.disk.value.machines.map((directory) => ({ manager: manager.id, directory })));
    }
    if (manager.sections.state === "answered") loaded.set(manager.id, new Set(manager.sections.value));
    if (manager.processes.state === "answered") {
      for (const name of manager.processes.value) inFlight.set(name, manager.id);
    }
  }
  for (const host of hosts) {
    // A host that has ended may still be declared: the file asks for a new one.
    if (!managers.has(host)) problems.push({ code: "manager-not-asked", manager: host });
  }
  const { dataVolumes } = evidence;
  if (dataVolumes.state === "unknown") problems.push({ code: "data-volumes-unknown", why: dataVolumes.why });
  else {
    for (const volume of dataVolumes.value) {
      if (!volumesRead.has(volume)) problems.push({ code: "data-volume-unread", volume });
    }
  }
  if (managers.size === 0) problems.push({ code: "no-manager-on-record" });

  return {
    evidence,
    askedAt: evidence.listing.state === "answered" ? evidence.listing.span.from : now,
    problems,
    hosts,
    managers,
    ended,
    allEnded: managers.size > 0 && ended.size === managers.size,
    managersRead,
    templates: new Set(evidence.fleet.templates),
    entriesByName: groupBy(entries, (entry) => entry.directory.name),
    entriesByInstance: groupBy(entries, (entry) => entry.directory.instanceId),
    loaded,
    inFlight,
    traced: new Set(evidence.traces.state === "answered" ? evidence.traces.value : []),
    jobsNotBefore: jobsNotBefore(evidence),
  };
}

function managerProblems(manager: Exclude<ManagerEvidence, { state: "ended" }>): readonly Unknown[] {
  if (manager.state === "missing") {
    return [{ code: "manager-end-unproven", manager: manager.id, missing: manager.missing }];
  }
  const problems: Unknown[] = [];
  if (manager.disk.state === "unknown") {
    problems.push({ code: "manager-silent", manager: manager.id, witness: "disk", why: manager.disk.why });
  } else {
    const what = diskProblem(manager.id, manager.expected, manager.disk.value);
    if (what !== undefined) problems.push({ code: "disk-untrusted", manager: manager.id, what });
  }
  if (manager.processes.state === "unknown") {
    problems.push({ code: "manager-silent", manager: manager.id, witness: "processes", why: manager.processes.why });
  }
  return problems;
}

/** Every directory that is this machine's, by its name or by its instance id. */
export function entriesOf(witnesses: Witnesses, id: string, name: string | undefined): readonly DiskEntry[] {
  const byName = name === undefined ? undefined : witnesses.entriesByName.get(name);
  const byInstance = witnesses.entriesByInstance.get(id);
  if (byName === undefined) return byInstance ?? [];
  if (byInstance === undefined) return byName;
  return [...new Set([...byName, ...byInstance])];
}

function groupBy<T>(items: readonly T[], key: (item: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
