import { expect } from "vitest";
import type { Judgement } from "../../sandbox/iam-enforcement/enforcement.ts";
import { unusedActions, unusedStatements } from "./unused-actions.ts";

/** What IAM refused, as one line each. */
export function refusals(judgements: readonly Judgement[]): readonly string[] {
  return judgements
    .filter(({ decision }) => !decision.allowed)
    .map(({ role, action, resource }) => `${role} ${action} ${resource}`);
}

/** The actions that were refused until now, for a suite that expects them; they count no more. */
export function takeRefused(judgements: Judgement[]): readonly string[] {
  const refused = judgements.filter(({ decision }) => !decision.allowed).map(({ action }) => action);
  judgements.splice(0, judgements.length, ...judgements.filter(({ decision }) => decision.allowed));
  return [...new Set(refused)].sort();
}

/** One use of a statement by one of the installation's own roles. */
export interface Use {
  readonly role: string;
  readonly action: string;
  /** The policy's area and the statement: `host/LaunchHost`. */
  readonly statement: string;
}

/** Everything that the installation's own roles were allowed, by each statement that allowed it, as lines of a proof. */
export function usesOf(judgements: readonly Judgement[]): readonly string[] {
  const lines = new Set<string>();
  for (const { role, action, decision } of judgements) {
    if (!decision.allowed || !role.startsWith("fleetkeeper-")) continue;
    for (const by of decision.by) lines.add(`${role} ${action} ${by.replace(`${role}-`, "")}`);
  }
  return [...lines].sort();
}

export function parseUse(line: string): Use {
  const [role = "", action = "", statement = ""] = line.split(" ");
  return { role, action, statement };
}

/**
 * Holds a judged suite to its part of the proof: nothing was refused, nothing that is listed as unused was used, and what was
 * used is what stands in `proofs/NAME.txt`, which least-privilege.test.ts takes together. `-u` writes it anew.
 */
export async function expectProof(name: string, judgements: readonly Judgement[]): Promise<void> {
  expect(refusals(judgements)).toEqual([]);
  const lines = usesOf(judgements);
  const listed = lines
    .map(parseUse)
    .filter(({ role, action, statement }) => action in unusedActions || `${role} ${statement}` in unusedStatements);
  expect(listed, "take it off the lists of unused-actions.ts").toEqual([]);
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`./proofs/${name}.txt`);
}
