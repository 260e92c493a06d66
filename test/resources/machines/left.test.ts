import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/resources/machines/companions.ts";
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
