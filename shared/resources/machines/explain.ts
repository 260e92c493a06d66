import type { Finding } from "./companions.ts";
import type { Evidence } from "./evidence.ts";
import type { Machine } from "./machine.ts";
import { rules } from "./rules.ts";
import type { Span } from "./span.ts";
import { mayDelete, type Permission, type SweepContext } from "./sweep.ts";
import type { Verdict, VerdictName } from "./verdict.ts";
import { hear, type Witnesses } from "./witnesses.ts";

/** One rule of the decision, as it went for one machine. */
export interface Step {
  readonly rule: VerdictName;
  readonly question: string;
  /** `passed`: didn't fit, the next one was asked. `decided`: this gave the verdict. `not-asked`: an earlier one had. */
  readonly outcome: "passed" | "decided" | "not-asked";
  readonly verdict?: Verdict;
  readonly evidence: readonly Heard[];
}

/** One witness, and when it was heard; without a span it said nothing. */
export interface Heard {
  readonly witness: string;
  readonly span?: Span;
  readonly why?: string;
}

export interface Explanation {
  readonly machine: Machine;
  readonly verdict: Verdict;
  readonly steps: readonly Step[];
  /** Whether it may be deleted now, and every hold if not. Absent where no sweep was asked about. */
  readonly permission?: Permission;
}

/** The decision about one machine, rule by rule: the same rules, in the same order, as {@link classify} asks. */
export function explain(machine: Machine, evidence: Evidence, now: number, sweep?: SweepContext): Explanation {
  const witnesses = hear(evidence, now);
  const steps: Step[] = [];
  let decided: Verdict | undefined;
  for (const { name, question, test } of rules) {
    const heard = evidenceOf(name, machine, witnesses);
    if (decided !== undefined) {
      steps.push({ rule: name, question, outcome: "not-asked", evidence: heard });
      continue;
    }
    decided = test(machine, witnesses);
    steps.push(
      decided === undefined
        ? { rule: name, question, outcome: "passed", evidence: heard }
        : { rule: name, question, outcome: "decided", verdict: decided, evidence: heard },
    );
  }
  const verdict: Verdict = decided ?? { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 0 }] };
  if (sweep === undefined) return { machine, verdict, steps };
  const finding: Finding = { subject: `instance/${machine.id}`, born: machine.launchTime, verdict };
  return { machine, verdict, steps, permission: mayDelete(finding, sweep) };
}

function evidenceOf(rule: VerdictName, machine: Machine, { evidence }: Witnesses): readonly Heard[] {
  const listing = heard("EC2 instances", evidence.listing);
  switch (rule) {
    case "gone":
    case "foreign":
    case "young":
      return [listing];
    case "protected":
      return [listing, heard("declared hosts", evidence.hosts), heard("Auto Scaling groups", evidence.scalingGroups)];
    case "unknown":
    case "known":
    case "stranded":
    case "suspect":
      return [listing, heard("data volumes", evidence.dataVolumes), ...evidence.managers.flatMap(managerHeard)];
    case "busy": {
      const look = evidence.closeLooks[machine.id];
      return [
        look === undefined
          ? { witness: "containers on the worker", why: "not asked" }
          : heard("containers on the worker", look.containers),
        heard("traces of running jobs", evidence.traces),
      ];
    }
  }
}

function managerHeard(manager: Evidence["managers"][number]): readonly Heard[] {
  if (manager.state === "ended") return [{ witness: `manager ${manager.id}`, why: `ended: ${manager.proof.how}` }];
  if (manager.state === "missing") return [{ witness: `manager ${manager.id}`, why: manager.missing }];
  return [
    heard(`disk of ${manager.id}`, manager.disk),
    heard(`sections of ${manager.id}`, manager.sections),
    heard(`processes of ${manager.id}`, manager.processes),
  ];
}

function heard(
  witness: string,
  answer: { readonly state: string; readonly span?: Span; readonly why?: string },
): Heard {
  return {
    witness,
    ...(answer.span === undefined ? {} : { span: answer.span }),
    ...(answer.why === undefined ? {} : { why: answer.why }),
  };
}
