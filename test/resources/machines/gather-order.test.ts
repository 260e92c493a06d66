import { describe, expect, it } from "vitest";
import type { Evidence } from "../../../shared/resources/machines/evidence.ts";
import {
  clockTolerance,
  freshness,
  inOrder,
  jobsNotBefore,
  listingProblems,
} from "../../../shared/resources/machines/gather-order.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, host, manager, minute, noon, reading, spans } = scene;

describe("the listing's own time", () => {
  const problems = (from: number, to: number) =>
    listingProblems({ ...evidence([]), listing: answered({ from: noon + from, to: noon + to }, []) }, noon);

  it("is fresh for ten minutes to the millisecond", () => {
    expect(problems(-freshness, 0)).toEqual([]);
    expect(problems(-freshness - 1, 0)).toEqual([{ code: "evidence-stale", age: freshness + 1 }]);
    expect(freshness).toBe(10 * minute);
  });

  it("may be ahead of our clock by two minutes, and not by more", () => {
    expect(problems(0, clockTolerance)).toEqual([]);
    expect(problems(0, clockTolerance + 1)).toEqual([{ code: "evidence-from-the-future", by: clockTolerance + 1 }]);
    expect(clockTolerance).toBe(2 * minute);
  });

  it("runs forward, and is known", () => {
    expect(problems(0, 0)).toEqual([]);
    const why = "it ended before it began: a clock is wrong";
    expect(problems(1, 0)).toEqual([{ code: "listing-incomplete", why }]);
    expect(problems(Number.NaN, 0)).toEqual([{ code: "listing-incomplete", why }]);
    expect(listingProblems({ ...evidence([]), listing: unanswered("a page was throttled") }, noon)).toEqual([
      { code: "listing-incomplete", why: "a page was throttled" },
    ]);
  });
});

describe("an answer whose time doesn't prove the order is none", () => {
  const { to } = spans.listing;
  const early = { from: to - 1, to: noon };
  const backward = { from: noon, to: noon - 1 };
  const future = { from: noon, to: noon + clockTolerance + 1 };
  const before = unanswered("it was asked before the instances were all listed");
  const impossible = unanswered("its time is impossible: a clock is wrong");

  it.each(["disk", "sections", "processes"] as const)("of a manager's %s", (witness) => {
    const value = witness === "disk" ? reading([]) : [];
    const of = (span: { readonly from: number; readonly to: number }) => {
      const [only] = inOrder(
        evidence([], { managers: [manager([], { [witness]: answered(span, value) })] }),
        noon,
      ).managers;
      return only?.state === "active" ? only[witness] : undefined;
    };
    expect(of({ from: to, to: noon })).toEqual(answered({ from: to, to: noon }, value));
    expect(of({ from: noon, to: noon + clockTolerance })).toMatchObject({ state: "answered" });
    expect(of({ from: noon, to: noon })).toMatchObject({ state: "answered" });
    expect(of(early)).toEqual(before);
    expect(of(backward)).toEqual(impossible);
    expect(of(future)).toEqual(impossible);
    expect(of({ from: Number.NaN, to: noon })).toEqual(before);
    expect(of({ from: noon, to: Number.NaN })).toEqual(impossible);
  });

  it("of jobs' traces, which have to be asked for after every disk was read", () => {
    const of = (from: number, fields: Partial<Evidence> = {}) =>
      inOrder(evidence([], { traces: answered({ from, to: noon }, []), ...fields }), noon).traces;
    expect(of(spans.disk.to)).toMatchObject({ state: "answered" });
    expect(of(spans.disk.to - 1)).toEqual(unanswered("it was asked before the disks were read"));
    expect(inOrder(evidence([], { traces: { state: "not-asked" } }), noon).traces).toEqual({ state: "not-asked" });
    const down = unanswered("GitLab is down");
    expect(inOrder(evidence([], { traces: down }), noon).traces).toEqual(down);
  });

  it("but silence stays what it was, and a manager that isn't asked has no answers to lose", () => {
    const disk = unanswered("no agent");
    const missing = { state: "missing", id: "i-0gone", missing: "nobody knows" } as const;
    const seen = evidence([], { managers: [manager([], { disk }), missing] });
    expect(inOrder(seen, noon).managers).toEqual(seen.managers);
    const unlisted = { ...seen, listing: unanswered("throttled") };
    expect(inOrder(unlisted, noon)).toBe(unlisted);
  });
});

it("jobs are asked for after the listing and the last disk that was read", () => {
  const disk = answered({ from: noon, to: noon + 5 }, reading([], { instance: "i-0two" }));
  const two = manager([], { id: "i-0two", disk });
  expect(jobsNotBefore(evidence([]))).toBe(spans.disk.to);
  expect(jobsNotBefore(evidence([], { managers: [two, manager()] }))).toBe(noon + 5);
  expect(jobsNotBefore(evidence([], { managers: [manager([], { disk: unanswered("no agent") })] }))).toBe(
    spans.listing.to,
  );
  const proof = { how: "attested", by: "jo", at: noon } as const;
  expect(jobsNotBefore(evidence([], { managers: [{ state: "ended", id: host, proof }] }))).toBe(spans.listing.to);
  expect(jobsNotBefore({ ...evidence([]), listing: unanswered("throttled") })).toBe(Number.POSITIVE_INFINITY);
});
