import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/resources/machines/companions.ts";
import { blowFuse } from "../../../shared/resources/machines/fuse.ts";
import { emptyLedger, type Fuse, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import type { Look } from "../../../shared/resources/machines/look.ts";
import { approve, recordLook } from "../../../shared/resources/machines/mark.ts";
import { type CollectionPolicy, defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { planSweep, type SweepContext } from "../../../shared/resources/machines/sweep.ts";
import type { Verdict } from "../../../shared/resources/machines/verdict.ts";
import { minute, noon } from "./scene.ts";

const policy: CollectionPolicy = { ...defaultPolicy, mode: "collect", gracePeriod: 15 * minute };
const suspect: Verdict = { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] };
const known: Verdict = { verdict: "known", reasons: [{ code: "in-flight", manager: "i-0host" }] };

const found = (id: string, verdict: Verdict = suspect, subject: Finding["subject"] = `instance/${id}`): Finding => ({
  ...{ subject, born: 1, verdict },
});
const look = (at: number, findings: readonly Finding[], complete = ["instance", "key-pair", "spot-request"]): Look => ({
  ...{ at, findings, complete: new Set(complete) },
});
const ids = ["f", "e", "d", "c", "b", "a"];
const many = ids.map((id) => found(id));
const subjects = ids.map((id) => `instance/${id}` as const);
const empty = emptyLedger("acme");
const marked = recordLook(empty, look(noon, many), policy);
const held = [...subjects].sort();
const blown: Fuse = { state: "blown", at: noon, condemned: 6, fleet: 6, held };

describe("the fuse", () => {
  it("holds everything that was condemned when it blew, in one order", () => {
    expect(marked.fuse).toEqual(blown);
  });

  it("doesn't blow for machines that a person has named already", () => {
    const approved = { ...approve(marked, subjects, "jo", noon), fuse: empty.fuse };
    expect(blowFuse(approved, look(noon + 1, many), policy)).toEqual({ state: "closed" });
  });

  it("is whole again once each that it held is approved, gone, or spoken for by a whole look", () => {
    const approved = approve(marked, subjects, "jo", noon);
    expect(blowFuse(approved, look(noon + 1, many), policy)).toEqual({ state: "closed" });
    const allButOne = approve(marked, subjects.slice(1), "jo", noon);
    expect(blowFuse(allButOne, look(noon + 1, many), policy)).toEqual(blown);
    expect(blowFuse(marked, look(noon + 1, []), policy)).toEqual({ state: "closed" });
    expect(blowFuse(marked, look(noon + 1, [], []), policy)).toEqual(blown);
    expect(recordLook({ ...empty, fuse: blown }, look(noon + 1, [found("a", known)]), policy).fuse).toEqual({
      state: "closed",
    });
  });

  it("that is whole isn't blown by a look that is not", () => {
    expect(blowFuse(empty, look(noon, [found("a")], []), policy)).toEqual({ state: "closed" });
  });
});

describe("an approval", () => {
  it("leaves the others as they are", () => {
    const first = approve(marked, ["instance/a"], "jo", noon);
    expect(approve(first, ["instance/b"], "al", noon + 1).approvals).toEqual({
      "instance/a": { born: 1, at: noon, by: "jo" },
      "instance/b": { born: 1, at: noon + 1, by: "al" },
    });
  });

  it("goes with what spoke for its machine, also where nothing else is followed", () => {
    const { approvals } = approve(marked, ["instance/a"], "jo", noon);
    expect(recordLook({ ...empty, approvals }, look(noon + 1, [found("a", known)]), policy).approvals).toEqual({});
  });
});

describe("an objection", () => {
  const objection = (at: number) => ({ "instance/a": { at, verdict: "busy" } as const });

  it("against what isn't marked is none", () => {
    const next = recordLook(empty, look(noon, [found("a")]), policy, objection(noon));
    expect(next.marks["instance/a"]).toEqual({
      ...{ born: 1, verdict: "suspect", since: noon, sightings: 1, last: noon },
    });
  });

  it("of the very moment of a look counts more than the look", () => {
    const first = recordLook(empty, look(noon, [found("a")]), policy);
    const same = recordLook(first, look(noon + 5, [found("a")]), policy, objection(noon + 5));
    expect(same.marks["instance/a"]).toMatchObject({ since: noon, sightings: 1, brokenAt: noon + 5 });
    const later = recordLook(first, look(noon + 6, [found("a")]), policy, objection(noon + 5));
    expect(later.marks["instance/a"]).toEqual({
      ...{ born: 1, verdict: "suspect", since: noon + 6, sightings: 1, last: noon + 6 },
    });
  });
});

describe("a sweep tells why it deletes what it doesn't", () => {
  const mark = { born: 1, verdict: "suspect" as const, since: noon - 60 * minute, sightings: 9, last: noon };
  const plan = (findings: readonly Finding[], fields: Partial<SweepContext> = {}) => {
    const ledger: Ledger = { ...empty, marks: Object.fromEntries(findings.map(({ subject }) => [subject, mark])) };
    const fresh = look(noon + 1, findings);
    return planSweep({ ledger, policy, look: fresh, objections: {}, tagged: () => true, now: noon + 2, ...fields });
  };
  const told = (held: ReturnType<typeof plan>["held"]) =>
    held.map(({ finding, holds }) => [finding.subject, ...holds.map(({ code, ...rest }) => ({ code, ...rest }))]);

  it("by the mode, and by what is missing", () => {
    const { deletions, held } = plan([found("a")], { policy: { ...policy, mode: "report" }, tagged: () => false });
    expect(deletions).toEqual([]);
    expect(told(held)).toEqual([["instance/a", { code: "report-mode" }, { code: "tag-missing" }]]);
  });

  it("by the fuse, with its numbers", () => {
    const { deletions, held } = plan(many);
    expect(deletions).toEqual([]);
    expect(told(held).slice(0, 1)).toEqual([["instance/f", { code: "fuse-blown", condemned: 6, fleet: 6 }]]);
    expect(held).toHaveLength(6);
  });

  it("by the most that one run deletes of a sort", () => {
    const pair = (id: string) => found(id, suspect, `key-pair/${id}`);
    const { deletions, held } = plan([pair("b"), pair("a"), found("a")], { policy: { ...policy, perRunMaximum: 1 } });
    expect(deletions.map(({ subject }) => subject)).toEqual(["instance/a", "key-pair/a"]);
    expect(told(held)).toEqual([["key-pair/b", { code: "per-run-maximum", maximum: 1 }]]);
  });

  it("by a spot request that has to go first", () => {
    const request = found("sir-1", suspect, "spot-request/sir-1");
    const { deletions, held, lookAgain } = plan([found("a"), request, found("b")]);
    expect(lookAgain).toBe(true);
    expect(deletions.map(({ subject }) => subject)).toEqual(["spot-request/sir-1"]);
    expect(told(held)).toEqual([
      ["instance/a", { code: "after", sort: "spot-request" }],
      ["instance/b", { code: "after", sort: "spot-request" }],
    ]);
  });
});
