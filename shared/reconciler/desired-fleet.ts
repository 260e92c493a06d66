import { type Fleet, parseFleet } from "../desired/fleet.ts";
import { maintenanceAt } from "../desired/maintenance-window.ts";
import type { Problem } from "../desired/problem.ts";
import { problemRecord } from "../desired/problem-record.ts";
import type { DesiredState, Policy } from "../engine/desired-state.ts";

/** The parts of a spec that a kind answers for. What this version has no kind for is shown as not managed. */
const kindsOfSection = {
  network: ["network"],
  cache: ["cache-bucket"],
  host: ["host", "stack", "gitlab"],
  runners: ["pool", "runner"],
} as const satisfies Partial<Record<keyof Fleet["spec"], readonly string[]>>;

/** Where this reconciler works. */
export interface Place {
  readonly region: string;
  /** 12 digits. Undefined as long as nobody has asked. */
  readonly accountId: string | undefined;
}

/** How the engine reads a fleet file. @param place asked each time: the account is learnt on the way */
export function desiredFleet(place: () => Place): DesiredState<Fleet> {
  return {
    interpret(revision, name) {
      const parsed = parseFleet(revision.body, `${name}.fleet.yaml`);
      if (!parsed.ok) return { valid: false, problems: refusals(parsed.problems, revision.body) };
      const problems = misplaced(parsed.fleet, name, place());
      return problems.length > 0 ? { valid: false, problems } : { valid: true, fleet: parsed.fleet };
    },
    policy,
    declaredKinds,
  };
}

/** What refuses the file; warnings are for whoever validates it. */
function refusals(problems: readonly Problem[], body: string): readonly string[] {
  return problems.filter(({ severity }) => severity === "error").map((problem) => problemRecord(problem, body));
}

/** A file that is sound in itself, and speaks of another fleet, region or account than this one. */
function misplaced(fleet: Fleet, name: string, { region, accountId }: Place): readonly string[] {
  const { metadata, spec } = fleet;
  const problems: string[] = [];
  if (metadata.name !== name) {
    problems.push(`metadata.name: the file names ${metadata.name}, and was given for ${name}`);
  }
  if (spec.region !== region) {
    problems.push(`spec.region: the file is for ${spec.region}, and this reconciler works in ${region}`);
  }
  if (spec.accountId !== undefined && accountId !== undefined && spec.accountId !== accountId) {
    problems.push(`spec.accountId: the file is for account ${spec.accountId}, and the credentials are of ${accountId}`);
  }
  return problems;
}

function policy(fleet: Fleet, now: number): Policy {
  const { mode, suspend, maintenance } = fleet.spec;
  return { mode, window: maintenanceAt(maintenance, now), ...(suspend === undefined ? {} : { suspend }) };
}

function declaredKinds({ spec }: Fleet): readonly string[] {
  const declared = Object.entries(kindsOfSection).flatMap(([section, kinds]) =>
    spec[section as keyof typeof kindsOfSection] === undefined ? [] : kinds,
  );
  return ["iam", ...declared];
}
