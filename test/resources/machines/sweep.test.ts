import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/resources/machines/companions.ts";
import { emptyLedger, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import type { Look } from "../../../shared/resources/machines/look.ts";
import { approve, recordLook } from "../../../shared/resources/machines/mark.ts";
import { type CollectionPolicy, defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import {
  collectionBound,
  mayDelete,
  objectionsOf,
  planSweep,
  type SweepContext,
} from "../../../shared/resources/machines/sweep.ts";
import type { Verdict } from "../../../shared/resources/machines/verdict.ts";
import { hour, minute, noon } from "./scene.ts";

const policy: CollectionPolicy = { ...defaultPolicy, mode: "collect", gracePeriod: 15 * minute };
const born = noon - 5 * hour;
const suspect: Verdict = { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] };
const stranded: Verdict = {
  verdict: "stranded",
  reasons: [{ code: "section-not-loaded", manager: "i-0host", template: "runner-a-%s" }],
};
const known: Verdict = { verdict: "known", reasons: [{ code: "in-flight", manager: "i-0host" }] };
const unknown: Verdict = { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] };

function found(id: string, verdict: Verdict, fields: Partial<Finding> = {}): Finding {
  return { subject: `instance/${id}`, born, verdict, ...fields };
}

function look(at: number, ...findings: readonly Finding[]): Look {
  return { at, findings, complete: new Set(["instance", "key-pair", "spot-request"]) };
}

/** What the ledger says after one machine was looked at so often, a look every so many minutes. */
function seen(verdicts: readonly Verdict[], every = 8): Ledger {
  return verdicts.reduce(
    (ledger, verdict, index) => recordLook(ledger, look(noon + index * every * minute, found("i-1", verdict)), policy),
    emptyLedger("acme"),
  );
}

function context(ledger: Ledger, fields: Partial<SweepContext> = {}): SweepContext {
  const at = ledger.lookedAt + minute;
  const fresh = fields.look ?? look(at, found("i-1", suspect));
  return { ledger, policy, look: fresh, objections: {}, tagged: () => true, now: fresh.at + 30_000, ...fields };
}

function holds(ledger: Ledger, fields: Partial<SweepContext> = {}, finding = found("i-1", suspect)): string {
  const permission = mayDelete(finding, context(ledger, fields));
  return permission.allowed ? "allowed" : permission.holds.map(({ code }) => code).join(", ");
}

const proven = seen([suspect, suspect, suspect]);

describe("a machine may be deleted", () => {
  it("after three sightings over the grace period, when a fresh look still condemns it", () => {
    expect(holds(proven)).toBe("allowed");
  });

  it("also where suspect and stranded took turns", () => {
    expect(holds(seen([suspect, stranded, suspect]))).toBe("allowed");
  });
});

describe("a machine may not be deleted", () => {
  it("without a mark, or with the mark of an earlier start of it", () => {
    expect(holds(emptyLedger("acme"))).toContain("unmarked");
    expect(holds(proven, {}, found("i-1", suspect, { born: born + 1 }))).toBe("mark-of-another");
  });

  it("after two sightings, however far apart", () => {
    expect(holds(seen([suspect, suspect], 600))).toBe("sightings");
  });

  it("before the grace period is over, however often it was seen (11: two manual runs in a row were two phases)", () => {
    expect(holds(seen(Array(30).fill(suspect), 0.4))).toBe("grace");
  });

  it("if the last look spoke for it (15: busy was checked, then deleted: the job came in between)", () => {
    const busy: Verdict = { verdict: "busy", reasons: [{ code: "job-container", containers: 1 }] };
    expect(holds(proven, { look: look(proven.lookedAt + minute, found("i-1", busy)) }, found("i-1", busy))).toBe(
      "not-condemned",
    );
  });

  it("by a look that is old, from the future, or not newer than the mark", () => {
    const at = proven.lookedAt + minute;
    expect(holds(proven, { now: at + 11 * minute })).toBe("look-stale");
    expect(holds(proven, { now: at - 11 * minute })).toBe("look-stale");
    expect(holds(proven, { look: look(proven.lookedAt, found("i-1", suspect)) })).toBe("look-before-mark");
  });

  it("while the mark's tag isn't on it, and in mode report", () => {
    expect(holds(proven, { tagged: () => false })).toBe("tag-missing");
    expect(holds(proven, { policy: { ...policy, mode: "report" } })).toBe("report-mode");
  });

  it("after a sweeper's look spoke for it, until the marks start over", () => {
    const objecting = context(proven, { look: look(proven.lookedAt + minute, found("i-1", known)) });
    const objections = objectionsOf(objecting);
    expect(holds(proven, { objections })).toBe("spoken-for");
    const again = recordLook(proven, look(proven.lookedAt + 2 * minute, found("i-1", suspect)), policy, objections);
    expect(holds(again, { objections })).toBe("sightings, grace");
  });
});

describe("marks", () => {
  it("are taken away by anything that speaks for the machine", () => {
    expect(seen([suspect, suspect, known]).marks).toEqual({});
    expect(holds(seen([suspect, suspect, known, suspect]))).toBe("sightings, grace");
  });

  it("stay where nobody can tell, are no further for it, and start over", () => {
    const marked = seen([suspect, suspect]).marks["instance/i-1"];
    const blind = seen([suspect, suspect, unknown]);
    expect(blind.marks["instance/i-1"]).toMatchObject({ sightings: marked?.sightings, last: marked?.last });
    expect(blind.unknownSince["instance/i-1"]).toBe(noon + 16 * minute);
    expect(holds(blind)).toContain("mark-broken");
    expect(holds(seen([suspect, suspect, unknown, suspect, suspect, suspect]))).toBe("allowed");
  });

  it("are not made in mode report", () => {
    const ledger = recordLook(emptyLedger("acme"), look(noon, found("i-1", suspect)), defaultPolicy);
    expect(ledger.marks).toEqual({});
  });

  it("are not advanced by a look that is recorded late", () => {
    const late = recordLook(proven, look(noon + minute, found("i-1", suspect), found("i-2", suspect)), policy);
    expect(late.marks).toEqual(proven.marks);
    expect(recordLook(proven, look(noon + minute, found("i-1", known)), policy).marks).toEqual({});
  });

  it("are untouched by a gathering whose listing failed", () => {
    expect(recordLook(proven, { at: 0, findings: [], complete: new Set() }, policy)).toBe(proven);
  });

  it("go when their machine is gone from a complete listing only", () => {
    const at = proven.lookedAt + minute;
    expect(recordLook(proven, look(at), policy).marks).toEqual({});
    expect(recordLook(proven, { at, findings: [], complete: new Set() }, policy).marks).toEqual(proven.marks);
  });
});

describe("the fuse", () => {
  const many = (count: number, verdict: Verdict, from = 0) =>
    Array.from({ length: count }, (_, index) => found(`i-${from + index}`, verdict));
  const grown = (...findings: readonly Finding[]) =>
    [0, 8, 16].reduce(
      (ledger, after) => recordLook(ledger, look(noon + after * minute, ...findings), policy),
      emptyLedger("acme"),
    );
  const sweep = (ledger: Ledger, findings: readonly Finding[]) =>
    planSweep(context(ledger, { look: look(ledger.lookedAt + minute, ...findings) }));

  it("is whole up to five, and up to half of the fleet (12: no maximum, no fuse)", () => {
    const five = many(5, suspect);
    expect(sweep(grown(...five), five).deletions).toHaveLength(5);
    const half = [...many(6, suspect), ...many(6, known, 6)];
    expect(sweep(grown(...half), half).deletions).toHaveLength(6);
  });

  it("blows above both, and then nobody is deleted", () => {
    const leak = many(200, suspect);
    const { deletions, held, fuse } = sweep(grown(...leak), leak);
    expect(deletions).toEqual([]);
    expect(held).toHaveLength(200);
    expect(fuse).toMatchObject({ state: "blown", condemned: 200, fleet: 200 });
  });

  it("releases exactly the machines that a person named, and the others don't slip under the limit after them", () => {
    const machines = [...many(12, suspect), ...many(10, known, 12)];
    const ledger = approve(grown(...machines), ["instance/i-3", "instance/i-4"], "alice", noon);
    const { deletions } = sweep(ledger, machines);
    expect(deletions.map(({ subject }) => subject)).toEqual(["instance/i-3", "instance/i-4"]);
    const left = machines.filter(({ subject }) => subject !== "instance/i-3" && subject !== "instance/i-4");
    const after = recordLook(ledger, look(ledger.lookedAt + 8 * minute, ...left), policy);
    expect(after.approvals).toEqual({});
    expect(sweep(after, left).deletions).toEqual([]);
  });

  it("closes by itself where nobody is condemned any more", () => {
    const ledger = grown(...many(12, suspect));
    expect(ledger.fuse.state).toBe("blown");
    const spared = many(12, known);
    expect(recordLook(ledger, look(ledger.lookedAt + minute, ...spared), policy).fuse).toEqual({ state: "closed" });
  });

  it("an approval is of one machine: another start of it needs another (19: an approval that leaked to another action)", () => {
    const machines = many(12, suspect);
    const ledger = approve(grown(...machines), ["instance/i-3"], "alice", noon);
    const restarted = machines.map((one) => (one.subject === "instance/i-3" ? { ...one, born: born + 1 } : one));
    expect(sweep(ledger, restarted).deletions).toEqual([]);
    expect(recordLook(ledger, look(ledger.lookedAt + minute, ...restarted), policy).approvals).toEqual({});
  });
});

describe("a sweep", () => {
  it("takes the oldest marks first and at most the per-run maximum of each sort (12: no maximum)", () => {
    const machines = Array.from({ length: 40 }, (_, index) => found(`i-${index}`, index % 2 === 0 ? suspect : known));
    const first = machines.map((one) => (one.subject === "instance/i-8" ? one : { ...one, verdict: known }));
    const ledger = [0, 8, 16, 24].reduce(
      (ledger, after) => recordLook(ledger, look(noon + after * minute, ...(after === 0 ? first : machines)), policy),
      emptyLedger("acme"),
    );
    const calm = { ...policy, fuse: { count: 100, share: 1 } };
    const plan = planSweep({ ...context(ledger), look: look(ledger.lookedAt + minute, ...machines), policy: calm });
    expect(plan.deletions).toHaveLength(10);
    expect(plan.deletions[0]?.subject).toBe("instance/i-8");
    expect(plan.held.flatMap(({ holds }) => holds).every(({ code }) => code === "per-run-maximum")).toBe(true);
  });

  it("cancels open spot requests first, and then looks again: an open one may still start a machine", () => {
    const request: Finding = {
      subject: "spot-request/sir-1",
      born,
      verdict: { verdict: "suspect", reasons: [{ code: "request-open" }] },
    };
    const findings = [found("i-1", suspect), request];
    const ledger = [0, 8, 16].reduce(
      (ledger, after) => recordLook(ledger, look(noon + after * minute, ...findings), policy),
      emptyLedger("acme"),
    );
    const plan = planSweep(context(ledger, { look: look(ledger.lookedAt + minute, ...findings) }));
    expect(plan.lookAgain).toBe(true);
    expect(plan.deletions.map(({ subject }) => subject)).toEqual(["spot-request/sir-1"]);
    expect(plan.held).toMatchObject([{ holds: [{ code: "after", sort: "spot-request" }] }]);
  });

  it("states its bound: proof, age, three sightings over the grace period, and pacing", () => {
    expect(collectionBound(policy, 5 * minute, 1)).toBe((2 + 3 + 4 + 1) * 5 * minute);
    expect(collectionBound(policy, 5 * minute, 100)).toBe((2 + 3 + 4 + 10) * 5 * minute);
    expect(collectionBound(policy, hour, 1)).toBe((2 + 1 + 3 + 1) * hour);
  });
});
