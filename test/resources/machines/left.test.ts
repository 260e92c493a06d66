import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/resources/machines/companions.ts";
import { reasonText } from "../../../shared/resources/machines/explanation-text.ts";
import { emptyLedger, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import { leftOf } from "../../../shared/resources/machines/left.ts";
import { defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import type { Verdict } from "../../../shared/resources/machines/verdict.ts";
import { hour, minute, nameAt, noon } from "./scene.ts";

const policy = { ...defaultPolicy, mode: "collect" as const, gracePeriod: 15 * minute };
const born = noon - 2 * hour;
const name = nameAt(2 * hour);

const suspect: Verdict = { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] };
const kept: Verdict = { verdict: "protected", reasons: [{ code: "keep-tag" }] };
const guarded: Verdict = { verdict: "protected", reasons: [{ code: "termination-protection" }] };
const foreign: Verdict = { verdict: "foreign", reasons: [{ code: "other-fleet", fleet: "tiny" }] };
const unknown: Verdict = { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] };
const busy: Verdict = { verdict: "busy", reasons: [{ code: "job-container", containers: 1 }] };
const gone: Verdict = { verdict: "gone", reasons: [{ code: "shutting-down" }] };
const young = (age: number): Verdict => ({ verdict: "young", reasons: [{ code: "launched-recently", age }] });

const machine = (verdict: Verdict, id = "i-1"): Finding => ({ subject: `instance/${id}`, born, verdict });
const usedBy = (by: string): Verdict => ({ verdict: "known", reasons: [{ code: "in-use", by }] });
const keyPair = (verdict: Verdict): Finding => ({ subject: `key-pair/${name}`, born, verdict, name });
const request = (verdict: Verdict): Finding => ({ subject: "spot-request/sir-1", born, verdict });
const volume = (verdict: Verdict): Finding => ({ subject: "volume/vol-1", born, verdict });

function left(findings: readonly Finding[], fields: Partial<Ledger> = {}, mode: "collect" | "report" = "collect") {
  const look = { at: noon, findings, complete: new Set<string>() };
  return leftOf({ look, ledger: { ...emptyLedger("acme"), ...fields }, policy: { ...policy, mode } });
}

const marked = (since: number, sightings = 2) => ({
  marks: { "instance/i-1": { born, verdict: "suspect" as const, since, sightings, last: noon } },
});
const blown: Pick<Ledger, "fuse"> = {
  fuse: { state: "blown", at: noon, condemned: 1, fleet: 1, held: ["instance/i-1"] },
};

describe("what is left of a fleet's machines before its host may go", () => {
  it.each([
    ["one that a person keeps", kept, {}, "fleetkeeper unkeep i-1"],
    ["one protected from termination", guarded, {}, "--no-disable-api-termination --instance-id i-1"],
    ["one that a blown fuse holds", suspect, blown, "fleetkeeper gc --approve i-1"],
  ])("%s is a person's turn, and so is all that it uses", (_, verdict, fields, typed) => {
    const uses = [keyPair(usedBy("i-1")), request(usedBy("i-1")), volume(usedBy("i-1"))];
    const { waiting, unknown: untold, stuck } = left([machine(verdict), ...uses], fields);
    expect({ waiting, untold }).toEqual({ waiting: [], untold: [] });
    expect(stuck).toEqual([expect.stringContaining(typed)]);
  });

  it("where only finding out is allowed, what is lost stays", () => {
    expect(left([machine(suspect)], {}, "report").stuck).toEqual([expect.stringContaining("mode is report")]);
  });

  it("a machine of which nobody can tell makes its key pair no more certain", () => {
    const { waiting, unknown: untold, stuck } = left([machine(unknown), keyPair(usedBy("i-1"))]);
    expect({ waiting, untold: untold.length, stuck }).toEqual({ waiting: [], untold: 1, stuck: [] });
  });

  it("a kept volume is let go by its tag, for keep and unkeep know machines only", () => {
    expect(left([volume(kept)]).stuck).toEqual([expect.stringContaining("take its tag fleetkeeper:keep off")]);
  });

  it("a key pair of ours that a stranger's machine was launched with is told, the stranger isn't", () => {
    const { waiting, stuck } = left([machine(foreign), keyPair(usedBy("i-1"))]);
    expect(waiting).toEqual([]);
    expect(stuck).toEqual([expect.stringMatching(/key-pair.* in use by i-1, which isn't this fleet's/)]);
  });

  it("strangers' machines, ended ones and the host itself hold nothing", () => {
    const host: Verdict = { verdict: "protected", reasons: [{ code: "declared-host" }] };
    expect(left([machine(foreign), machine(gone, "i-2"), machine(host, "i-3")])).toEqual({
      waiting: [],
      unknown: [],
      stuck: [],
      ripeIn: 0,
    });
  });

  it("what a machine used, whose end has been seen, waits for its own", () => {
    expect(left([machine(gone), volume(usedBy("i-1"))]).waiting).toHaveLength(1);
    expect(left([keyPair(usedBy("directory on i-0host"))]).waiting).toHaveLength(1);
  });

  it("says after what time it is worth looking again, where nothing but time is missing", () => {
    expect(left([machine(young(4 * minute))]).ripeIn).toBe(11 * minute);
    expect(left([machine(suspect)], marked(noon - 5 * minute)).ripeIn).toBe(10 * minute);
    expect(left([machine(suspect)], marked(noon - 20 * minute)).ripeIn).toBe(0);
    expect(left([machine(young(4 * minute)), machine(busy, "i-2")]).ripeIn, "a job ends at any time").toBe(0);
  });
});

describe("what is told of each, to the word", () => {
  it("what it is, by its name where it has one, and why", () => {
    const named = { ...machine(suspect), name };
    const { waiting } = left([named, machine(suspect, "i-2"), keyPair(suspect)], marked(noon - minute));
    const [first, second, third] = waiting;
    const why = reasonText(suspect.reasons[0]);
    expect(first).toBe(`instance/i-1 (${name}) is suspect: ${why}; seen so 2 times`);
    expect(second).toBe(`instance/i-2 is suspect: ${why}; seen so 0 times`);
    expect(third).toBe(`key-pair/${name} is suspect: ${why}; seen so 0 times`);
    expect(left([machine(busy)]).waiting).toEqual([`instance/i-1 is busy: ${reasonText(busy.reasons[0])}`]);
    expect(left([machine(unknown)]).unknown).toEqual([`instance/i-1 is unknown: ${reasonText(unknown.reasons[0])}`]);
    const stranded: Verdict = { verdict: "stranded", reasons: [{ code: "directory-broken", manager: "i-0host" }] };
    expect(left([machine(stranded)]).waiting).toEqual([
      expect.stringMatching(/^instance\/i-1 is stranded: .*; seen so 0/),
    ]);
  });

  it("how a person lets it go, by each thing that holds it", () => {
    const both: Verdict = {
      verdict: "protected",
      reasons: [{ code: "keep-tag" }, { code: "other-kind", kind: "stack" }, { code: "termination-protection" }],
    };
    const [line] = left([machine(both)]).stuck;
    expect(line).toMatch(
      /; to let it go: fleetkeeper unkeep i-1, then aws ec2 modify-instance-attribute --no-disable-api-termination --instance-id i-1$/,
    );
    expect(left([machine(suspect)], {}, "report").stuck).toEqual([
      expect.stringMatching(/, and garbageCollection.mode is report$/),
    ]);
    expect(left([machine(suspect)], blown).stuck).toEqual([
      expect.stringMatching(/, and the fuse is blown: fleetkeeper gc --approve i-1$/),
    ]);
    expect(left([machine(foreign), volume(usedBy("i-1"))]).stuck).toEqual([
      expect.stringMatching(/, which isn't this fleet's: it can go once that is gone$/),
    ]);
  });

  it("the fuse holds what it held, until a person approves this very start of it", () => {
    const approved = (of: number) => ({ ...blown, approvals: { "instance/i-1": { born: of, at: noon, by: "jo" } } });
    expect(left([machine(suspect)], approved(born))).toMatchObject({ stuck: [], waiting: [expect.any(String)] });
    expect(left([machine(suspect)], approved(born - 1)).stuck).toHaveLength(1);
    expect(left([machine(suspect, "i-2")], blown)).toMatchObject({ stuck: [], waiting: [expect.any(String)] });
  });

  it.each<readonly [string, Verdict]>([
    ["young", young(minute)],
    ["suspect", suspect],
    ["known", usedBy("directory on i-0host")],
    ["unknown", unknown],
    ["kept", kept],
  ])("what a machine uses that is %s isn't told beside it", (_, verdict) => {
    const { waiting, unknown: untold, stuck } = left([machine(verdict), keyPair(usedBy("i-1")), volume(usedBy("i-1"))]);
    expect([...waiting, ...untold, ...stuck]).toHaveLength(1);
    expect([...waiting, ...untold, ...stuck][0]).toMatch(/^instance\/i-1 /);
  });

  it("but what a machine uses that nobody can let go is told instead of it", () => {
    const host: Verdict = { verdict: "protected", reasons: [{ code: "declared-host" }] };
    expect(left([machine(host), keyPair(usedBy("i-1"))])).toMatchObject({
      ...{ waiting: [], unknown: [], stuck: [expect.stringMatching(/^key-pair.*which isn't this fleet's/)] },
    });
  });

  it("nor is what hangs on that, link by link", () => {
    const { waiting } = left([machine(busy), request(usedBy("i-1")), keyPair(usedBy("sir-1"))]);
    expect(waiting.map((line) => line.split(" ")[0])).toEqual(["instance/i-1"]);
  });

  it("directories and rows in GitLab are none of it: they go with the host and the runner", () => {
    const of = (subject: Finding["subject"]): Finding => ({ subject, born, verdict: suspect });
    const none = { waiting: [], unknown: [], stuck: [], ripeIn: 0 };
    expect(left([of(`directory/i-0host/${name}`), of("manager-row/7/r_1")])).toEqual(none);
    expect(left([of("network-interface/eni-1")]).waiting).toHaveLength(1);
  });

  it("the time that is missing at least, and none where a machine starts, or is over its time", () => {
    expect(left([machine(young(4 * minute)), machine(young(10 * minute), "i-2")]).ripeIn).toBe(5 * minute);
    const twice: Verdict = {
      verdict: "young",
      reasons: [
        { code: "launched-recently", age: 6 * minute },
        { code: "named-recently", age: 3 * minute },
      ],
    };
    expect(left([machine(twice)]).ripeIn).toBe(12 * minute);
    const starting: Verdict = {
      verdict: "young",
      reasons: [{ code: "pending" }, { code: "launched-recently", age: minute }],
    };
    expect(left([machine(starting)]).ripeIn).toBe(0);
    expect(left([machine(suspect)]).ripeIn).toBe(0);
    expect(left([machine(kept)]).ripeIn).toBe(0);
  });
});
