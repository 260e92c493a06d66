import { expect } from "vitest";
import type { Judgement } from "../../sandbox/iam-enforcement/enforcement.ts";
import { unusedActions } from "./unused-actions.ts";

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

/** `role action` of everything that the installation's own roles were allowed, each once. */
export function usedActions(judgements: readonly Judgement[]): readonly string[] {
  const used = judgements
    .filter(({ role, decision }) => decision.allowed && role.startsWith("fleetkeeper-"))
    .map(({ role, action }) => `${role} ${action}`);
  return [...new Set(used)].sort();
}

/**
 * Holds a judged suite to its part of the proof: nothing was refused, nothing that is listed as unused was used, and what was
 * used is what stands in `proofs/NAME.txt`, which least-privilege.test.ts takes together. `-u` writes it anew.
 */
export async function expectProof(name: string, judgements: readonly Judgement[]): Promise<void> {
  expect(refusals(judgements)).toEqual([]);
  const used = usedActions(judgements);
  const listed = used.filter((line) => line.slice(line.indexOf(" ") + 1) in unusedActions);
  expect(listed, "take it off the list of unused-actions.ts").toEqual([]);
  await expect(`${used.join("\n")}\n`).toMatchFileSnapshot(`./proofs/${name}.txt`);
}
