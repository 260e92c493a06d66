import { describe, expect, it } from "vitest";
import { collectionMetrics } from "../../../functions/common/collection-metrics.ts";
import { collectionText } from "../../../shared/report/collection-text.ts";
import { collectionStatus } from "../../../shared/resources/machines/collection-status.ts";
import { emptyLedger, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import { summarize } from "../../../shared/resources/machines/summary.ts";
import { emptySweepRecord } from "../../../shared/resources/machines/sweep-record.ts";
import { hour, minute, noon } from "./scene.ts";

const mark = (verdict: "suspect" | "stranded", age: number) => ({
  born: noon - 2 * age,
  verdict,
  since: noon - age,
  sightings: 2,
  last: noon,
});
const ledger: Ledger = {
  ...emptyLedger("acme"),
  managers: { "i-0host": { generation: 1, firstSeenAt: 0 } },
  marks: {
    "instance/i-1": mark("suspect", 10 * minute),
    "instance/i-2": mark("stranded", 3 * hour),
    "key-pair/runner-1": mark("suspect", 50 * hour),
  },
  unknownSince: { "instance/i-3": noon - 2 * hour, "instance/i-4": noon - minute },
  fuse: { state: "blown", at: noon, condemned: 7, fleet: 8, held: ["instance/i-1"] },
};

describe("what `status` says of collection", () => {
  it("is orphans by verdict and by age, what is unknown for over an hour, the fuse, and what was collected", () => {
    const sweeps = {
      ...emptySweepRecord("acme"),
      deletions: [
        { subject: "instance/i-0" as const, at: noon - hour },
        { subject: "volume/vol-1" as const, at: noon - minute, failure: "throttled" },
      ],
    };
    const status = collectionStatus(ledger, sweeps, noon) ?? expect.fail("nothing is on record");
    expect(status).toEqual({
      suspect: 1,
      stranded: 1,
      leftovers: 1,
      byAge: { underAnHour: 1, underADay: 1, older: 1 },
      unknown: 2,
      unknownLong: 1,
      fuse: "blown",
      approved: 0,
      collected: 1,
      failed: 1,
      lastCollectedAt: noon - hour,
    });
    expect(collectionText(status)).toContain("2 unknown, 1 of them for over an hour; fuse blown");
  });

  it("is nothing for a fleet that never had a runner", () => {
    expect(collectionStatus(emptyLedger("acme"), emptySweepRecord("acme"), noon)).toBeUndefined();
  });
});

describe("the metrics of a look", () => {
  it("count machines by verdict and those that nobody could tell about for over an hour", () => {
    const unknown = { verdict: "unknown", reasons: [{ code: "no-manager-on-record" }] } as const;
    const stranded = { verdict: "stranded", reasons: [{ code: "directory-broken", manager: "i-0host" }] } as const;
    const findings = [
      { subject: "instance/i-2" as const, born: 0, verdict: stranded },
      { subject: "instance/i-3" as const, born: 0, verdict: unknown },
      { subject: "instance/i-4" as const, born: 0, verdict: unknown },
    ];
    const look = { at: noon, findings, complete: new Set(["instance"]) };
    expect(collectionMetrics(summarize(look, ledger))).toMatchObject({
      MachinesUnknown: 2,
      MachinesUnknownLong: 1,
      MachinesSuspect: 0,
      MachinesStranded: 1,
      OldestOrphan: 3 * 3600,
    });
  });

  it("are none where EC2 didn't list every instance: no number would be true", () => {
    expect(collectionMetrics(summarize({ at: 0, findings: [], complete: new Set() }, ledger))).toEqual({});
  });
});
