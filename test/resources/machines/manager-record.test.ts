import { describe, expect, it } from "vitest";
import type { ManagerEvidence } from "../../../shared/resources/machines/evidence.ts";
import { emptyLedger, type Ledger } from "../../../shared/resources/machines/ledger.ts";
import { attestEnd, type Census, recordManagers } from "../../../shared/resources/machines/manager-record.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, machine, manager, minute, untagged } = scene;

function census(after: number, state: "running" | "terminated" | undefined, volumes: readonly string[]): Census {
  const at = scene.span(after * 60, after * 60);
  return {
    instances: answered(at, state === undefined ? {} : { [scene.host]: state }),
    volumes: answered(at, { "vol-0data": volumes.includes("vol-0data") }),
  };
}

function record(ledger: Ledger, managers: readonly ManagerEvidence[], seen: Census): Ledger {
  return recordManagers(ledger, evidence([], { managers }), seen);
}

const missing: ManagerEvidence = {
  state: "missing",
  id: scene.host,
  missing: "its instance was never seen terminated",
};
const read = record(emptyLedger("acme"), [manager()], census(0, "running", ["vol-0data"]));
const endOf = (ledger: Ledger) => ledger.managers[scene.host]?.ended;

describe("a manager has ended", () => {
  it("once its instance was seen terminated and its data volume is gone from two complete listings", () => {
    const terminated = record(read, [missing], census(5, "terminated", []));
    expect(endOf(terminated)).toBeUndefined();
    const later = record(terminated, [missing], census(11, undefined, []));
    expect(endOf(later)).toMatchObject({ how: "volume-gone" });
  });

  it("once its instance was seen terminated and a successor on its volume has been read", () => {
    const terminated = record(read, [missing], census(-2, "terminated", ["vol-0data"]));
    const disk = answered(scene.spans.disk, scene.reading([], { instance: "i-0next" }));
    const next = manager([], { id: "i-0next", disk });
    expect(endOf(record(terminated, [missing, next], census(0, undefined, ["vol-0data"])))).toMatchObject({
      how: "successor-read",
      successor: "i-0next",
    });
  });

  it("if a person vouches for it, also for one that no run ever recorded", () => {
    expect(endOf(attestEnd(read, scene.host, "alice", 1))).toEqual({ how: "attested", by: "alice", at: 1 });
    expect(attestEnd(read, "i-0ghost", "alice", 1).managers["i-0ghost"]?.ended).toBeDefined();
  });
});

describe("a manager has not ended", () => {
  const gone = (ledger: Ledger, ...seen: readonly Census[]) =>
    seen.reduce((ledger, census) => record(ledger, [missing], census), ledger);

  it("while its instance is merely not found, or stopping, though its volume is gone", () => {
    expect(
      endOf(gone(read, census(5, undefined, []), census(60, undefined, []), census(600, undefined, []))),
    ).toBeUndefined();
  });

  it("by a census that didn't ask for its volume", () => {
    const nobodyAsked = (after: number) => ({
      ...census(after, "terminated", []),
      volumes: answered(scene.spans.jobs, {}),
    });
    expect(endOf(gone(read, nobodyAsked(5), nobodyAsked(60)))).toBeUndefined();
  });

  it("where its volume was never known: what can't be named can't be gone", () => {
    const { volume: _, ...expected } = scene.expected;
    const unnamed = record(emptyLedger("acme"), [manager([], { expected })], census(0, "running", []));
    expect(unnamed.managers[scene.host]?.volume).toBeUndefined();
    expect(endOf(gone(unnamed, census(5, "terminated", []), census(60, undefined, [])))).toBeUndefined();
    const named = record(unnamed, [manager()], census(6, "running", ["vol-0data"]));
    expect(named.managers[scene.host]?.volume).toBe("vol-0data");
  });

  it("while its volume exists, or came back, or couldn't be listed completely", () => {
    const kept = ["vol-0data"];
    expect(endOf(gone(read, census(5, "terminated", kept), census(60, undefined, kept)))).toBeUndefined();
    const back = gone(read, census(5, "terminated", []), census(6, undefined, kept), census(12, undefined, []));
    expect(endOf(back)).toBeUndefined();
    const partial = { ...census(60, undefined, []), volumes: unanswered("a page was throttled") };
    expect(endOf(gone(read, census(5, "terminated", []), partial))).toBeUndefined();
  });

  it("by a successor's reading that doesn't count, or that was taken before the end", () => {
    const terminated = record(read, [missing], census(-2, "terminated", ["vol-0data"]));
    const cut = answered(scene.spans.disk, scene.reading([], { instance: "i-0next", ended: false }));
    expect(
      endOf(record(terminated, [manager([], { id: "i-0next", disk: cut })], census(0, undefined, ["vol-0data"]))),
    ).toBeUndefined();
    const late = record(read, [missing], census(1, "terminated", ["vol-0data"]));
    const disk = answered(scene.spans.disk, scene.reading([], { instance: "i-0next" }));
    expect(
      endOf(record(late, [manager([], { id: "i-0next", disk })], census(2, undefined, ["vol-0data"]))),
    ).toBeUndefined();
  });
});

describe("what a fleet's machines are recognised by is learned and never forgotten", () => {
  it("from loaded sections, from directories on a disk that counts, from machines that are ours", () => {
    const old = scene.nameAt(60 * minute, "runner-oldtoken1-acme-%s");
    const made = machine({ keyName: scene.nameAt(60 * minute, "runner-older-acme-%s") });
    const foreign = untagged({
      id: "i-2",
      keyName: scene.nameAt(60 * minute, "runner-x-acme-eu-%s"),
      profileArn: "other",
    });
    const seen = evidence([made, foreign], { managers: [manager([{ name: old }])] });
    const { identity } = recordManagers(
      emptyLedger("acme"),
      { ...seen, fleet: { ...seen.fleet, templates: [] } },
      census(0, "running", []),
    );
    expect(identity.templates).toEqual(["runner-older-acme-%s", "runner-oldtoken1-acme-%s", scene.template].sort());
    const next = recordManagers(
      { ...emptyLedger("acme"), identity },
      evidence([], { managers: [missing] }),
      census(9, undefined, []),
    );
    expect(next.identity.templates).toEqual(identity.templates);
  });

  it("a volume that was ever a host's stays protected", () => {
    expect(read.identity.hostVolumes).toEqual(["vol-0data"]);
  });
});
