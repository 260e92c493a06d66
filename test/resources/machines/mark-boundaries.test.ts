import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/resources/machines/companions.ts";
import { blowFuse } from "../../../shared/resources/machines/fuse.ts";
import { emptyLedger, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import type { Look } from "../../../shared/resources/machines/look.ts";
import { approve, markTagValue, recordLook } from "../../../shared/resources/machines/mark.ts";
import { type CollectionPolicy, defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { mayDelete, objectionsOf, planSweep, type SweepContext } from "../../../shared/resources/machines/sweep.ts";
import { emptySweepRecord, sweepRecordFormat } from "../../../shared/resources/machines/sweep-record.ts";
import type { Verdict } from "../../../shared/resources/machines/verdict.ts";
import { decode, encode } from "../../../shared/store/format.ts";
import { minute, noon } from "./scene.ts";

const policy: CollectionPolicy = { ...defaultPolicy, mode: "collect", gracePeriod: 15 * minute };
const suspect: Verdict = { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] };
const known: Verdict = { verdict: "known", reasons: [{ code: "in-flight", manager: "i-0host" }] };
const unknown: Verdict = { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] };
const gone: Verdict = { verdict: "gone", reasons: [{ code: "terminated" }] };
const foreign: Verdict = { verdict: "foreign", reasons: [{ code: "nothing-of-ours" }] };
const guarded: Verdict = { verdict: "protected", reasons: [{ code: "keep-tag" }] };

const found = (id: string, verdict: Verdict, fields: Partial<Finding> = {}): Finding => ({
  subject: `instance/${id}`,
  born: 1,
  verdict,
  ...fields,
});
const look = (at: number, ...findings: readonly Finding[]): Look => ({
  at,
  findings,
  complete: new Set(["instance", "key-pair", "spot-request"]),
});
const looks = (ledger: Ledger, ...each: readonly Look[]) =>
  each.reduce((before, one) => recordLook(before, one, policy), ledger);
const empty = emptyLedger("acme");
const one = looks(empty, look(noon, found("a", suspect, { name: "runner-a" })));

describe("a mark", () => {
  it("says what it is of, since when, by which name, and how often it was seen", () => {
    expect(one.marks).toEqual({
      "instance/a": { born: 1, verdict: "suspect", since: noon, sightings: 1, last: noon, name: "runner-a" },
    });
    expect(looks(empty, look(noon, found("a", suspect))).marks["instance/a"]).not.toHaveProperty("name");
    const mark = one.marks["instance/a"];
    expect(mark === undefined ? "" : markTagValue(mark)).toBe("suspect since 2026-11-24T12:00:00.000Z");
  });

  it("is not advanced by a look of the same millisecond", () => {
    expect(looks(one, look(noon, found("a", suspect))).marks["instance/a"]?.sightings).toBe(1);
    expect(looks(one, look(noon + 1, found("a", suspect))).marks["instance/a"]?.sightings).toBe(2);
  });

  it("of another start of the same machine is another one, and its approval goes", () => {
    const approved = approve(one, ["instance/a"], "jo", noon);
    expect(approved.approvals).toEqual({ "instance/a": { born: 1, at: noon, by: "jo" } });
    const restarted = looks(approved, look(noon + 1, found("a", suspect, { born: 2 })));
    expect(restarted.marks["instance/a"]).toMatchObject({ born: 2, sightings: 1, since: noon + 1 });
    expect(restarted.approvals).toEqual({});
    expect(approve(empty, ["instance/a"], "jo", noon).approvals).toEqual({});
  });

  it("keeps its approval while nobody can tell, and loses it to whatever speaks for the machine", () => {
    const approved = approve(one, ["instance/a"], "jo", noon);
    expect(looks(approved, look(noon + 1, found("a", suspect))).approvals).toHaveProperty("instance/a");
    expect(looks(approved, look(noon + 1, found("a", unknown))).approvals).toHaveProperty("instance/a");
    expect(looks(approved, look(noon + 1, found("a", known))).approvals).toEqual({});
  });

  it("is broken from the newest moment at which it was, and begins anew after it", () => {
    const broken = looks(one, look(noon + 5, found("a", unknown)), look(noon + 3, found("a", unknown)));
    expect(broken.marks["instance/a"]?.brokenAt).toBe(noon + 5);
    const again = recordLook(broken, look(noon + 5, found("a", suspect)), policy);
    expect(again.marks["instance/a"]?.sightings).toBe(1);
    expect(again.marks["instance/a"]?.since).toBe(noon);
    const after = looks(broken, look(noon + 6, found("a", suspect, { name: "runner-a" })));
    expect(after.marks["instance/a"]).toEqual({
      born: 1,
      verdict: "suspect",
      since: noon + 6,
      sightings: 1,
      last: noon + 6,
      name: "runner-a",
    });
  });

  it("is broken by an objection that isn't older than it, by the newest of all", () => {
    const told = (at: number, before: Ledger = one) =>
      recordLook(before, look(noon + 10, found("a", unknown)), policy, { "instance/a": { at, verdict: "known" } });
    const alone = (at: number) =>
      recordLook(one, look(noon + 1, found("a", suspect)), policy, { "instance/a": { at, verdict: "known" } }).marks[
        "instance/a"
      ];
    expect(alone(noon - 1)).toMatchObject({ sightings: 2 });
    expect(alone(noon)).toMatchObject({ sightings: 1, since: noon + 1 });
    expect(alone(noon + 7)).toMatchObject({ sightings: 1, brokenAt: noon + 7, since: noon });
    expect(told(noon + 20).marks["instance/a"]?.brokenAt).toBe(noon + 20);
    const broken = looks(one, look(noon + 30, found("a", unknown)));
    expect(
      recordLook(
        broken,
        look(noon + 31, found("a", suspect)),
        { ...policy, mode: "report" },
        { "instance/a": { at: noon + 5, verdict: "known" } },
      ).marks["instance/a"]?.brokenAt,
    ).toBe(noon + 30);
  });

  it("isn't made, and nothing is written, by a look that finds nothing to follow", () => {
    expect(recordLook(empty, look(noon, found("a", known)), policy)).toBe(empty);
    expect(recordLook(empty, look(0, found("a", suspect)), policy)).toBe(empty);
    const puzzled = looks(empty, look(noon, found("a", unknown)));
    expect(puzzled.unknownSince).toEqual({ "instance/a": noon });
    expect(recordLook(puzzled, look(noon + 1, found("a", unknown)), policy)).toBe(puzzled);
    const another = looks(puzzled, look(noon + 1, found("b", unknown)));
    expect(another.unknownSince).toEqual({ "instance/b": noon + 1 });
    expect(looks(puzzled, look(noon + 1, found("a", unknown), found("b", unknown))).unknownSince).toEqual({
      "instance/a": noon,
      "instance/b": noon + 1,
    });
    expect(looks(puzzled, look(noon + 1, found("a", known))).unknownSince).toEqual({});
  });
});

describe("the fuse", () => {
  const fuse = (count: number, ...others: readonly Verdict[]) =>
    blowFuse(
      empty,
      look(
        noon,
        ...Array.from({ length: count }, (_, at) => found(`i-${at}`, suspect)),
        ...others.map((verdict, at) => found(`o-${at}`, verdict)),
      ),
      policy,
    );
  const living = (count: number) => Array.from({ length: count }, () => known);

  it("counts machines that live and are ours, and nothing else", () => {
    expect(fuse(5).state).toBe("closed");
    expect(fuse(6)).toEqual({
      state: "blown",
      at: noon,
      condemned: 6,
      fleet: 6,
      held: [0, 1, 2, 3, 4, 5].map((at) => `instance/i-${at}`),
    });
    expect(fuse(6, ...living(6)).state).toBe("closed");
    expect(fuse(7, ...living(6)).state).toBe("blown");
    for (const verdict of [gone, foreign, guarded])
      expect(fuse(6, ...Array.from({ length: 9 }, () => verdict)).state).toBe("blown");
    const keys = Array.from({ length: 9 }, (_, at) => found("x", suspect, { subject: `key-pair/${at}` }));
    expect(blowFuse(empty, look(noon, ...keys), policy).state).toBe("closed");
  });

  it("keeps what it said when it blew, holds who joins, and lets go of whom nobody condemns any more", () => {
    const blown = { ...empty, fuse: fuse(6) };
    const later = blowFuse(
      blown,
      look(noon + 9, found("i-0", suspect), found("z", suspect), found("i-1", unknown)),
      policy,
    );
    expect(later).toEqual({
      state: "blown",
      at: noon,
      condemned: 6,
      fleet: 6,
      held: ["instance/i-0", "instance/i-1", "instance/z"],
    });
    expect(blowFuse(blown, look(noon + 9, found("i-0", known)), policy)).toEqual({ state: "closed" });
    const partial: Look = { ...look(noon + 9), complete: new Set(["key-pair"]) };
    expect(blowFuse(blown, partial, policy)).toMatchObject({
      state: "blown",
      held: blown.fuse.state === "blown" ? blown.fuse.held : [],
    });
  });
});

describe("a sweep", () => {
  const subjects = ["c", "a", "b"].map((id) => found(id, suspect));
  const proven = looks(empty, ...[0, 8, 16].map((after) => look(noon + after * minute, ...subjects)));
  const contextOf = (fields: Partial<SweepContext> = {}): SweepContext => {
    const fresh = look(proven.lookedAt + minute, ...subjects);
    return { ledger: proven, policy, look: fresh, objections: {}, tagged: () => true, now: fresh.at, ...fields };
  };
  const holds = (fields: Partial<SweepContext>) => {
    const permission = mayDelete(found("a", suspect), contextOf(fields));
    return permission.allowed ? [] : permission.holds;
  };

  it("goes by the mark's age, then the machine's, then its name", () => {
    expect(planSweep(contextOf()).deletions.map(({ subject }) => subject)).toEqual([
      "instance/a",
      "instance/b",
      "instance/c",
    ]);
    const aged = [found("c", suspect, { born: 0 }), found("a", suspect), found("b", suspect)];
    const ledger = looks(empty, ...[0, 8, 16].map((after) => look(noon + after * minute, ...aged)));
    const fresh = look(ledger.lookedAt + minute, ...aged);
    expect(
      planSweep(contextOf({ ledger, look: fresh, now: fresh.at })).deletions.map(({ subject }) => subject),
    ).toEqual(["instance/c", "instance/a", "instance/b"]);
  });

  it("says by how much a look is too old or too new, to the millisecond", () => {
    const { look: fresh } = contextOf();
    const stale = (age: number) => holds({ now: fresh.at + age }).filter(({ code }) => code === "look-stale");
    let most = 0;
    while (stale(most + 60_000).length === 0) most += 60_000;
    expect(stale(most)).toEqual([]);
    expect(stale(most + 60_000)).toEqual([{ code: "look-stale", age: most + 60_000 }]);
    expect(stale(most + 1)).toHaveLength(1);
    let least = 0;
    while (stale(least - 1_000).length === 0) least -= 1_000;
    expect(stale(least)).toEqual([]);
    expect(stale(least - 1)).toHaveLength(1);
  });

  it("is held by an objection that isn't older than the mark", () => {
    const since = proven.marks["instance/a"]?.since ?? 0;
    const said = (at: number) => holds({ objections: { "instance/a": { at, verdict: "busy" } } });
    expect(said(since - 1)).toEqual([]);
    expect(said(since)).toEqual([{ code: "spoken-for", at: since, verdict: "busy" }]);
  });

  it("keeps what speaks for marked machines, the newest of it, and nothing of others", () => {
    const at = proven.lookedAt + minute;
    const told = (objectionAt: number) =>
      objectionsOf(
        contextOf({
          look: look(at, found("a", known), found("b", suspect), found("z", known)),
          objections: { "instance/a": { at: objectionAt, verdict: "busy" }, "instance/z": { at: 1, verdict: "busy" } },
        }),
      );
    expect(told(at - 1)).toEqual({ "instance/a": { at, verdict: "known" } });
    expect(told(at)).toEqual({ "instance/a": { at, verdict: "busy" } });
    expect(objectionsOf(contextOf({ look: look(at, found("a", known)) }))).toEqual({
      "instance/a": { at, verdict: "known" },
    });
  });

  it("writes a record that is read again, and refuses what is none", () => {
    const record = { ...emptySweepRecord("acme"), deletions: [{ subject: "instance/a" as const, at: 1 }] };
    const object = (body: string) => ({ key: "k", body, etag: "e", metadata: {} });
    expect(emptySweepRecord("acme")).toEqual({ fleet: "acme", objections: {}, deletions: [] });
    expect(decode(sweepRecordFormat, object(encode(sweepRecordFormat, record)))).toEqual(record);
    for (const bad of [
      {},
      { ...record, deletions: [{}] },
      { ...record, objections: { a: {} } },
      { ...record, deletions: [{ subject: 1, at: 1 }] },
    ]) {
      expect(() => decode(sweepRecordFormat, object(encode(sweepRecordFormat, bad as typeof record)))).toThrow(
        "damaged",
      );
    }
  });
});
