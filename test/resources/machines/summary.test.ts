import { describe, expect, it } from "vitest";
import type { Finding } from "../../../shared/resources/machines/companions.ts";
import { emptyLedger, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import { recordLook } from "../../../shared/resources/machines/mark.ts";
import { defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { conditionVerdict, summarize } from "../../../shared/resources/machines/summary.ts";
import type { Verdict } from "../../../shared/resources/machines/verdict.ts";
import { CollectedWorld } from "./collected-world.ts";
import { hour, minute, noon } from "./scene.ts";

const policy = { ...defaultPolicy, mode: "collect" } as const;
const suspect: Verdict = { verdict: "suspect", reasons: [{ code: "on-no-disk", managersRead: 1 }] };
const unknown: Verdict = { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] };
const known: Verdict = { verdict: "known", reasons: [{ code: "in-flight", manager: "i-0host" }] };
const foreign: Verdict = { verdict: "foreign", reasons: [{ code: "nothing-of-ours" }] };

const found = (id: string, verdict: Verdict): Finding => ({ subject: `instance/${id}`, born: noon - hour, verdict });

function summaryOf(ledger: Ledger, at: number, ...findings: readonly Finding[]) {
  const look = { at, findings, complete: new Set(["instance"]) };
  return summarize(look, recordLook(ledger, look, policy));
}

describe("the summary of a look", () => {
  it("counts machines by verdict, lists ours with age, reasons and mark, and others' only as a number", () => {
    const summary = summaryOf(
      emptyLedger("acme"),
      noon,
      found("i-1", suspect),
      found("i-2", known),
      found("i-3", foreign),
    );
    expect(summary.machines).toMatchObject({ suspect: 1, known: 1, foreign: 1, unknown: 0 });
    expect(summary.rows).toEqual([
      {
        subject: "instance/i-1",
        verdict: "suspect",
        reasons: ["on-no-disk"],
        age: hour,
        marked: { since: noon, sightings: 1 },
        approved: false,
      },
      { subject: "instance/i-2", verdict: "known", reasons: ["in-flight"], age: hour, approved: false },
    ]);
  });

  it("says how many have been unknown for over an hour: an alarm of its own", () => {
    const first = recordLook(
      emptyLedger("acme"),
      { at: noon, findings: [found("i-1", unknown)], complete: new Set(["instance"]) },
      policy,
    );
    expect(summaryOf(first, noon + 59 * minute, found("i-1", unknown)).unknownTooLong).toBe(0);
    const late = summaryOf(first, noon + 61 * minute, found("i-1", unknown));
    expect(late.unknownTooLong).toBe(1);
    expect(conditionVerdict(late)).toEqual({
      reason: "EvidenceUnknown",
      message: "nobody can tell about 1 machine, 1 of them for over an hour",
    });
  });
});

describe("the condition GarbageCollected", () => {
  const reasonOf = (...findings: readonly Finding[]) =>
    conditionVerdict(summaryOf(emptyLedger("acme"), noon, ...findings)).reason;

  it("gives the worst news first", () => {
    expect(reasonOf(found("i-1", known))).toBe("NoOrphans");
    expect(reasonOf(found("i-1", known), found("i-2", suspect))).toBe("OrphansFound");
    expect(reasonOf(found("i-1", unknown), found("i-2", suspect))).toBe("EvidenceUnknown");
    const many = Array.from({ length: 6 }, (_, index) => found(`i-${index}`, suspect));
    expect(reasonOf(...many, found("i-9", unknown))).toBe("FuseBlown");
    expect(conditionVerdict(summarize({ at: 0, findings: [], complete: new Set() }, emptyLedger("acme"))).reason).toBe(
      "EvidenceUnknown",
    );
  });

  it("is reported by a whole pass on the embedded EC2", async () => {
    const world = await CollectedWorld.open();
    const host = await world.addHost();
    const id = await world.createMachine(host);
    await world.world.clock.advance(20 * minute);
    const condition = async () => {
      const { marking } = await world.run();
      return conditionVerdict(summarize(marking.look, marking.ledger)).reason;
    };
    expect(await condition()).toBe("NoOrphans");
    world.drop(host, id);
    expect(await condition()).toBe("OrphansFound");
    world.silent.add(host);
    expect(await condition()).toBe("EvidenceUnknown");
  });
});
