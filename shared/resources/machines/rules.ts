import { type Machine, nameOf, tag } from "./machine.ts";
import { parseMachineName } from "./machine-name.ts";
import { foreignness } from "./ownership.ts";
import { isNonEmpty, type Protected, type Unknown, type Verdict, type VerdictName, type Young } from "./verdict.ts";
import { entriesOf, type Witnesses } from "./witnesses.ts";

/** One row of the decision. `test` gives the verdict if the row fits, else undefined and the next row is asked. */
export interface Rule {
  readonly name: VerdictName;
  /** What it asks, for `gc --explain`. */
  readonly question: string;
  readonly test: (machine: Machine, witnesses: Witnesses) => Verdict | undefined;
}

/** How far a machine's name may postdate its launch. It is made up before: later than this, the manager's clock is wrong. */
export const nameTolerance = 5 * 60_000;

const gone: Rule = {
  name: "gone",
  question: "Is it ending or ended already?",
  test: ({ state }) =>
    state === "shutting-down" || state === "terminated" ? { verdict: "gone", reasons: [{ code: state }] } : undefined,
};

const guarded: Rule = {
  name: "protected",
  question: "Does a person, a group or another part of the fleet forbid to touch it?",
  test: (machine, witnesses) => {
    const reasons: Protected[] = [];
    const tags = { ...machine.requestTags, ...machine.tags };
    if (tags[tag.keep] !== undefined) reasons.push({ code: "keep-tag" });
    if (witnesses.hosts.has(machine.id)) reasons.push({ code: "declared-host" });
    else if (witnesses.managers.has(machine.id)) reasons.push({ code: "manager" });
    const kind = tags[tag.kind];
    if (kind !== undefined && !machineKinds.has(kind)) reasons.push({ code: "other-kind", kind });
    const group = tags[tag.scalingGroup];
    if (group !== undefined) {
      const groups = witnesses.evidence.scalingGroups;
      const live = groups.state === "answered" ? groups.value.includes(group) : "unknown";
      const abandoned = live === true && isAbandoned(tags, witnesses);
      if (live !== false && !abandoned) reasons.push({ code: "scaling-group", group, live });
    }
    const protection = closeLookOf(machine, witnesses)?.terminationProtection;
    if (protection?.state === "answered" && protection.value) reasons.push({ code: "termination-protection" });
    return isNonEmpty(reasons) ? { verdict: "protected", reasons } : undefined;
  },
};

/**
 * Whether nobody is left who could size the group: every manager on record has ended for good, and the group is one that
 * this fleet made, which hands its mark on to its instances.
 */
function isAbandoned(tags: Machine["tags"], { allEnded, evidence }: Witnesses): boolean {
  return allEnded && tags[tag.kind] === "pool" && tags[tag.fleet] === evidence.fleet.name;
}

/** Values of the kind tag that a machine may carry: it is made by the runner, or by the pool's launch template. */
export const machineKinds: ReadonlySet<string> = new Set(["machine", "machines", "pool"]);

const foreign: Rule = {
  name: "foreign",
  question: "Is it another fleet's, or not recognisably this one's?",
  test: (machine, witnesses) => {
    const { name, profileArns, groupIds } = witnesses.evidence.fleet;
    const reason = foreignness(machine, { name, profileArns, groupIds, templates: witnesses.templates });
    return reason === undefined ? undefined : { verdict: "foreign", reasons: [reason] };
  },
};

const young: Rule = {
  name: "young",
  question: "Is it younger than the grace period, by its launch time or by the time in its name?",
  test: (machine, witnesses) => {
    const { gracePeriod } = witnesses.evidence.fleet;
    const reasons: Young[] = [];
    if (machine.state === "pending") reasons.push({ code: "pending" });
    const sinceLaunch = witnesses.askedAt - machine.launchTime;
    if (!(sinceLaunch >= gracePeriod)) reasons.push({ code: "launched-recently", age: sinceLaunch });
    const namedAt = parseMachineName(nameOf(machine) ?? "")?.namedAt;
    if (namedAt !== undefined && namedAt <= machine.launchTime + nameTolerance) {
      const sinceNamed = witnesses.askedAt - namedAt;
      if (sinceNamed < gracePeriod) reasons.push({ code: "named-recently", age: sinceNamed });
    }
    return isNonEmpty(reasons) ? { verdict: "young", reasons } : undefined;
  },
};

const unknown: Rule = {
  name: "unknown",
  question: "Were all instances, every manager's disk and the running jobs read completely, in this order, and lately?",
  test: (machine, witnesses) => {
    const reasons: Unknown[] = [...witnesses.problems];
    const manager = machine.tags[tag.manager] ?? machine.requestTags?.[tag.manager];
    if (manager !== undefined && !witnesses.managers.has(manager)) {
      reasons.push({ code: "names-unrecorded-manager", manager });
    }
    const name = nameOf(machine);
    if (!(name !== undefined && witnesses.inFlight.has(name))) {
      for (const { manager: id } of entriesOf(witnesses, machine.id, name)) {
        const asked = witnesses.managers.get(id);
        if (asked?.state === "active" && asked.sections.state === "unknown") {
          reasons.push({ code: "sections-unknown", manager: id, why: asked.sections.why });
        }
      }
    }
    return isNonEmpty(reasons) ? { verdict: "unknown", reasons } : undefined;
  },
};

const known: Rule = {
  name: "known",
  question: "Is it on a manager's disk and of a section that the running manager has loaded, or being made right now?",
  test: (machine, witnesses) => {
    const name = nameOf(machine);
    const creator = name === undefined ? undefined : witnesses.inFlight.get(name);
    if (creator !== undefined) return { verdict: "known", reasons: [{ code: "in-flight", manager: creator }] };
    for (const { manager, directory } of entriesOf(witnesses, machine.id, name)) {
      const section = parseMachineName(directory.name)?.template;
      if (section !== undefined && directory.broken !== true && witnesses.loaded.get(manager)?.has(section)) {
        return { verdict: "known", reasons: [{ code: "on-disk", manager, section }] };
      }
    }
    return undefined;
  },
};

const busy: Rule = {
  name: "busy",
  question: "Does a job run on it, by the worker's own containers or by a running job's trace?",
  test: (machine, witnesses) => {
    const look = closeLookOf(machine, witnesses);
    if (look === undefined) return notLookedAt("it wasn't asked about");
    if (look.terminationProtection.state === "unknown") return notLookedAt(look.terminationProtection.why);
    if (look.terminationProtection.span.from < witnesses.jobsNotBefore)
      return notLookedAt("it was asked before the disks");
    // No docker+machine job outlives its manager, though its container may: nobody is asked about jobs then.
    if (outlivedItsManager(machine, witnesses)) return undefined;

    const { containers } = look;
    const { traces } = witnesses.evidence;
    const name = nameOf(machine);
    if (containers.state === "answered" && containers.value > 0) {
      return { verdict: "busy", reasons: [{ code: "job-container", containers: containers.value }] };
    }
    if (name !== undefined && witnesses.traced.has(name)) return { verdict: "busy", reasons: [{ code: "job-trace" }] };
    if (containers.state === "unknown") return jobsUnknown("worker", containers.why);
    if (containers.span.from < witnesses.jobsNotBefore) return jobsUnknown("worker", "it was asked before the disks");
    if (traces.state === "unknown") return jobsUnknown("traces", traces.why);
    // A trace names machines by name: about a nameless one it says nothing.
    const traced = traces.state === "answered" && name !== undefined;
    if (containers.state === "no-agent" && !traced) return jobsUnknown("both", "neither can be asked");
    return undefined;
  },
};

const stranded: Rule = {
  name: "stranded",
  question:
    "Is it on a manager's disk, but of a section that the running manager no longer has, or without what names it?",
  test: (machine, witnesses) => {
    const entry = entriesOf(witnesses, machine.id, nameOf(machine))[0];
    if (entry === undefined) return undefined;
    if (entry.directory.broken === true) {
      return { verdict: "stranded", reasons: [{ code: "directory-broken", manager: entry.manager }] };
    }
    const template = parseMachineName(entry.directory.name)?.template ?? entry.directory.name;
    return { verdict: "stranded", reasons: [{ code: "section-not-loaded", manager: entry.manager, template }] };
  },
};

const suspect: Rule = {
  name: "suspect",
  question: "Is anything left that speaks for it?",
  test: (machine, witnesses) => suspicionOf(machine, witnesses),
};

/** The rules but the last, in the order in which they are asked; {@link suspicionOf} is what is left. */
export const rules: readonly Rule[] = [gone, guarded, foreign, young, unknown, known, busy, stranded, suspect];

export function suspicionOf(machine: Machine, witnesses: Witnesses): Verdict {
  const group = machine.tags[tag.scalingGroup];
  if (group !== undefined && isAbandoned(machine.tags, witnesses)) {
    return { verdict: "suspect", reasons: [{ code: "group-abandoned", group }] };
  }
  const manager = machine.tags[tag.manager] ?? machine.requestTags?.[tag.manager];
  return manager !== undefined && witnesses.ended.has(manager)
    ? { verdict: "suspect", reasons: [{ code: "manager-ended", manager }] }
    : { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: witnesses.managersRead }] };
}

function outlivedItsManager(machine: Machine, witnesses: Witnesses): boolean {
  if (witnesses.allEnded) return true;
  const manager = machine.tags[tag.manager] ?? machine.requestTags?.[tag.manager];
  const proof = manager === undefined ? undefined : witnesses.ended.get(manager);
  if (proof === undefined) return false;
  switch (proof.how) {
    // It may have taken the machine over, and run jobs on it since.
    case "successor-read":
      return false;
    // A machine that was launched after the end has its tag from a copied configuration: somebody else made it.
    case "volume-gone":
      return machine.launchTime <= proof.terminatedSeenAt;
    case "attested":
      return machine.launchTime <= proof.at;
  }
}

function closeLookOf(machine: Machine, witnesses: Witnesses) {
  const looks = witnesses.evidence.closeLooks;
  return Object.hasOwn(looks, machine.id) ? looks[machine.id] : undefined;
}

function notLookedAt(why: string): Verdict {
  return { verdict: "unknown", reasons: [{ code: "not-looked-at-closely", why }] };
}

function jobsUnknown(witness: "worker" | "traces" | "both", why: string): Verdict {
  return { verdict: "unknown", reasons: [{ code: "jobs-unknown", witness, why }] };
}
