import { judge } from "./classify.ts";
import type { CompanionEvidence, Sort } from "./companion.ts";
import { type Finding, judgeCompanions } from "./companions.ts";
import type { Evidence } from "./evidence.ts";
import type { Look } from "./look.ts";
import { type Machine, nameOf, tag } from "./machine.ts";
import type { Verdict } from "./verdict.ts";
import { hear } from "./witnesses.ts";

/**
 * Everything that one gathering says, judged: what marking and sweeping work on. Where the instances couldn't be listed it
 * was no look at all: it finds nothing, and changes nothing.
 */
export function lookAt(evidence: Evidence, companions: CompanionEvidence, now: number): Look {
  const witnesses = hear(evidence, now);
  if (evidence.listing.state === "unknown") return { at: 0, findings: [], complete: new Set() };
  const findings: Finding[] = [];
  const verdicts = new Map<string, Verdict>();
  for (const machine of evidence.listing.value) {
    const verdict = judge(machine, witnesses);
    verdicts.set(machine.id, verdict);
    const name = nameOf(machine);
    const named = name === undefined ? {} : { name };
    const group = liveGroupOf(machine, evidence);
    findings.push({ subject: `instance/${machine.id}`, born: machine.launchTime, verdict, ...named, ...group });
  }
  findings.push(...judgeCompanions(companions, witnesses, verdicts));
  const complete = new Set<Sort>();
  const listed: readonly (readonly [Sort, { readonly state: string }])[] = [
    ["instance", evidence.listing],
    ["spot-request", companions.requests],
    ["key-pair", companions.keyPairs],
    ["volume", companions.volumes],
    ["network-interface", companions.interfaces],
    ["manager-row", companions.managerRows],
  ];
  for (const [sort, answer] of listed) if (answer.state === "answered") complete.add(sort);
  if (witnesses.problems.length === 0) complete.add("directory");
  return { at: witnesses.askedAt, findings, complete };
}

function liveGroupOf({ tags }: Machine, { scalingGroups }: Evidence): { readonly group?: string } {
  const group = tags[tag.scalingGroup];
  return group === undefined || scalingGroups.state === "unknown" || !scalingGroups.value.includes(group)
    ? {}
    : { group };
}
