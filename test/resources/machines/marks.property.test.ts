import fc from "fast-check";
import { expect, it } from "vitest";
import { emptyLedger } from "../../../shared/resources/machines/ledger.ts";
import { recordLook } from "../../../shared/resources/machines/mark.ts";
import { defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { mayDelete } from "../../../shared/resources/machines/sweep.ts";
import type { Verdict } from "../../../shared/resources/machines/verdict.ts";
import { minute, noon } from "./scene.ts";

const policy = { ...defaultPolicy, mode: "collect", fuse: { count: 100, share: 1 } } as const;
const verdicts = {
  suspect: { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] },
  stranded: { verdict: "stranded", reasons: [{ code: "section-not-loaded", manager: "i-0host", template: "t" }] },
  unknown: { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] },
  known: { verdict: "known", reasons: [{ code: "in-flight", manager: "i-0host" }] },
  young: { verdict: "young", reasons: [{ code: "pending" }] },
} as const satisfies Record<string, Verdict>;

type Name = keyof typeof verdicts;
const looks = fc.array(
  fc.record({
    verdict: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<Name>("suspect", "stranded") },
      { weight: 1, arbitrary: fc.constantFrom<Name>("unknown", "known", "young") },
    ),
    wait: fc.integer({ min: 1, max: 12 }),
    born: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
  }),
  { minLength: 1, maxLength: 12 },
);

it("a machine may be deleted exactly when the last looks, three at least and without a break, condemned it over the grace period", () => {
  let allowed = 0;
  fc.assert(
    fc.property(looks, (sequence) => {
      let ledger = emptyLedger("acme");
      let at = noon;
      let run: { at: number; born: number }[] = [];
      for (const { verdict, wait, born } of sequence) {
        at += wait * minute;
        const findings = [{ subject: "instance/i-1", born, verdict: verdicts[verdict] } as const];
        ledger = recordLook(ledger, { at, findings, complete: new Set(["instance"]) }, policy);
        // The rule in its plainest form: what spoke for it, or couldn't tell, or was another machine ends the run.
        const condemned = verdict === "suspect" || verdict === "stranded";
        run = condemned ? [...run.filter((sighting) => sighting.born === born), { at, born }] : [];
      }
      const born = sequence.at(-1)?.born ?? 1;
      const finding = { subject: "instance/i-1", born, verdict: verdicts.suspect } as const;
      const look = { at: at + minute, findings: [finding], complete: new Set(["instance"]) };
      const context = { ledger, policy, look, objections: {}, tagged: () => true, now: look.at };
      const [first, last] = [run.at(0)?.at ?? 0, run.at(-1)?.at ?? 0];
      const expected = run.length >= 3 && last - first >= policy.gracePeriod;
      if (expected) allowed += 1;
      expect(mayDelete(finding, context).allowed).toBe(expected);
    }),
    { numRuns: 3000 },
  );
  expect(allowed).toBeGreaterThan(300);
});
