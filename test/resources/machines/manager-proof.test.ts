import { describe, expect, it } from "vitest";
import { diskHash, diskProblem } from "../../../shared/resources/machines/disk.ts";
import type { EndProof, Evidence, ManagerEvidence } from "../../../shared/resources/machines/evidence.ts";
import { emptyLedger, type Ledger, type ManagerRecord } from "../../../shared/resources/machines/ledger.ts";
import {
  attestEnd,
  type Census,
  missingProof,
  recordManagers,
  volumeGoneAfter,
} from "../../../shared/resources/machines/manager-record.ts";
import { type Answer, answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, expected, host, hour, machine, manager, noon, reading, spans } = scene;
const volume = expected.volume;
const silent: ManagerEvidence = { state: "missing", id: host, missing: "nobody knows" };
const at = (from: number, to = from) => ({ from: noon + from, to: noon + to });

function ledgerOf(record: Partial<ManagerRecord>): Ledger {
  return { ...emptyLedger("acme"), managers: { [host]: { generation: 1, firstSeenAt: 5, volume, ...record } } };
}
function census(instances: Census["instances"], volumes: Census["volumes"]): Census {
  return { instances, volumes };
}
const nobody = answered(at(0), {});
const exists = (is: boolean, span = at(0)): Answer<Record<string, boolean>> => answered(span, { [volume]: is });

function recorded(record: Partial<ManagerRecord>, seen: Census, managers: readonly ManagerEvidence[] = [silent]) {
  return recordManagers(ledgerOf(record), evidence([], { managers }), seen).managers[host];
}

describe("the proof that a manager has ended", () => {
  it("by its volume says when each half was seen, and takes five minutes to the millisecond", () => {
    const half = { terminatedSeenAt: 3, volumeMissingSince: noon - volumeGoneAfter };
    expect(recorded(half, census(nobody, exists(false)))?.ended).toEqual({
      ...{ how: "volume-gone", terminatedSeenAt: 3, volumeGoneAt: noon },
    });
    const early = { ...half, volumeMissingSince: noon - volumeGoneAfter + 1 };
    expect(recorded(early, census(nobody, exists(false)))).toEqual({ generation: 1, firstSeenAt: 5, volume, ...early });
    expect(volumeGoneAfter).toBe(5 * 60_000);
  });

  it("is kept in halves: the end as it was first seen, and the volume missing since the first listing without it", () => {
    const terminated = answered(at(10, 20), { [host]: "terminated" as const });
    const first = recorded({}, census(terminated, exists(false, at(30, 40))));
    expect(first).toMatchObject({ terminatedSeenAt: noon + 20, volumeMissingSince: noon + 30 });
    const later = answered(at(90), { [host]: "terminated" as const });
    const again = recorded({ ...first }, census(later, exists(false, at(99))));
    expect(again).toMatchObject({ terminatedSeenAt: noon + 20, volumeMissingSince: noon + 30 });
    expect(recorded({}, census(terminated, exists(true)))).not.toHaveProperty("volumeMissingSince");
    expect(recorded({ volumeMissingSince: 1 }, census(nobody, exists(true)))).not.toHaveProperty("volumeMissingSince");
    expect(recorded({ volumeMissingSince: 1 }, census(nobody, unanswered("throttled")))?.volumeMissingSince).toBe(1);
    expect(recorded({ volumeMissingSince: 1 }, census(nobody, nobody as never))?.volumeMissingSince).toBe(1);
    expect(recorded({}, census(nobody, nobody as never))).not.toHaveProperty("volumeMissingSince");
    expect(recorded({}, census(nobody, unanswered("throttled")))).not.toHaveProperty("volumeMissingSince");
  });

  it.each(["pending", "running", "shutting-down", "stopping", "stopped"] as const)(
    "isn't an instance that is %s, nor one that nobody could list",
    (state) => {
      const seen = census(answered(at(0), { [host]: state }), exists(false));
      expect(recorded({ volumeMissingSince: 1 }, seen)).not.toHaveProperty("terminatedSeenAt");
      const unlisted = census(unanswered("throttled"), exists(false));
      expect(recorded({ volumeMissingSince: 1 }, unlisted)).not.toHaveProperty("ended");
    },
  );

  it("isn't a volume of which the listing says nothing now, however long it was missing", () => {
    const half = { terminatedSeenAt: 3, volumeMissingSince: 4 };
    expect(recorded(half, census(nobody, unanswered("throttled")))).not.toHaveProperty("ended");
    expect(recorded(half, census(nobody, nobody as never))).not.toHaveProperty("ended");
    const { volume: _, ...nameless } = ledgerOf(half).managers[host] as ManagerRecord;
    const ledger: Ledger = { ...emptyLedger("acme"), managers: { [host]: nameless } };
    const volumes = answered(at(0), { "": false });
    const next = recordManagers(ledger, evidence([], { managers: [silent] }), census(nobody, volumes));
    expect(next.managers[host]).not.toHaveProperty("ended");
  });

  const next = (instance: string, fields: Partial<scene.Active> = {}) =>
    manager([], { id: instance, disk: answered(spans.disk, reading([], { instance })), ...fields });

  it("by a successor says which and when, and its disk has to be asked for after the end was seen", () => {
    const by = (terminatedSeenAt: number, ...managers: readonly ManagerEvidence[]) =>
      recorded({ terminatedSeenAt }, census(nobody, exists(true)), [silent, ...managers])?.ended;
    const { from } = spans.disk;
    const proof: EndProof = {
      ...{ how: "successor-read", successor: "i-0next", readAt: from, terminatedSeenAt: from - 1 },
    };
    expect(by(from - 1, next("i-0next"))).toEqual(proof);
    expect(by(from, next("i-0next"))).toBeUndefined();
    const other = { volume: "vol-0other", generation: 1 };
    const elsewhere = {
      expected: { ...expected, volume: "vol-0other" },
      disk: answered(spans.disk, reading([], { instance: "i-0other", sentinel: other })),
    };
    expect(by(from - 1, next("i-0other", elsewhere))).toBeUndefined();
    expect(by(from - 1, next("i-0other", elsewhere), next("i-0next"))).toEqual(proof);
    expect(by(from - 1, next("i-0next", { disk: unanswered("no agent") }))).toBeUndefined();
  });

  it("is never the manager's own disk", () => {
    const own = recorded({ terminatedSeenAt: 3 }, census(nobody, exists(true)), [manager()]);
    expect(own).not.toHaveProperty("ended");
  });

  it("stands, once there is one, and a person's word leaves the rest of the record as it is", () => {
    const ended: EndProof = { how: "attested", by: "jo", at: 7 };
    const still = recorded({ ended }, census(answered(at(0), { [host]: "terminated" as const }), exists(false)));
    expect(still).toEqual({ generation: 1, firstSeenAt: 5, volume, ended });
    expect(attestEnd(ledgerOf({ generation: 4 }), host, "jo", 7).managers[host]).toEqual({
      ...{ generation: 4, firstSeenAt: 5, volume, ended },
    });
    expect(attestEnd(emptyLedger("acme"), host, "jo", 7).managers).toEqual({
      [host]: { generation: 0, firstSeenAt: 7, ended },
    });
  });

  it("is missing in words for a person", () => {
    expect(missingProof({ generation: 1, firstSeenAt: 1 })).toBe("its instance was never seen terminated");
    expect(missingProof({ generation: 1, firstSeenAt: 1, terminatedSeenAt: 2 })).toBe(
      "its data volume still exists and no successor on it has been read",
    );
  });
});

describe("a manager that lives is recorded", () => {
  const record = (fields: Partial<scene.Active>, before = emptyLedger("acme"), more: Partial<Evidence> = {}) =>
    recordManagers(before, evidence([], { managers: [manager([], fields)], ...more }), census(nobody, exists(true)))
      .managers[host];
  const read = (sentinel: { readonly volume: string; readonly generation: number }) =>
    answered(spans.disk, reading([], { sentinel }));

  it("with the time of its first look, its volume and the newest generation of its disk", () => {
    expect(record({})).toEqual({ generation: 1, firstSeenAt: spans.listing.from, volume });
    expect(record({ disk: read({ volume, generation: 7 }) })?.generation).toBe(7);
    expect(record({ disk: read({ volume, generation: 7 }) }, ledgerOf({ generation: 9 }))?.generation).toBe(9);
    expect(record({}, ledgerOf({}))?.firstSeenAt).toBe(5);
    expect(record({}, emptyLedger("acme"), { listing: unanswered("throttled") })?.firstSeenAt).toBe(0);
  });

  it("by what it is expected to have while its disk can't be read, and nothing is learned of one that doesn't count", () => {
    expect(record({ disk: unanswered("no agent") })).toEqual({
      generation: 1,
      firstSeenAt: spans.listing.from,
      volume,
    });
    const cut = answered(spans.disk, reading([], { ended: false, sentinel: { volume, generation: 7 } }));
    expect(record({ disk: cut })?.generation).toBe(1);
    const moved = { ...expected, volume: "vol-0new" };
    expect(record({ disk: unanswered("no agent"), expected: moved }, ledgerOf({}))?.volume).toBe(volume);
    const disk = read({ volume: "vol-0new", generation: 1 });
    expect(record({ expected: moved, disk }, ledgerOf({}))?.volume).toBe("vol-0new");
  });

  it("with every system id that it ever had, in order and once", () => {
    expect(record({})).not.toHaveProperty("systemIds");
    expect(record({ systemId: "r_b" })?.systemIds).toEqual(["r_b"]);
    const before = ledgerOf({ systemIds: ["r_b", "r_c"] });
    expect(record({ systemId: "r_a" }, before)?.systemIds).toEqual(["r_a", "r_b", "r_c"]);
    expect(record({ systemId: "r_c" }, before)?.systemIds).toEqual(["r_b", "r_c"]);
  });
});

describe("what the fleet's machines are recognised by", () => {
  const identity = (
    managers: readonly ManagerEvidence[],
    more: Partial<Evidence> = {},
    before = emptyLedger("acme"),
  ) => {
    const seen = evidence([], { managers, ...more });
    const bare = { ...seen, fleet: { ...seen.fleet, templates: [] } };
    return recordManagers(before, bare, census(nobody, exists(true))).identity;
  };
  const template = "runner-old-acme-%s";
  const name = scene.nameAt(hour, template);
  const none = answered(spans.disk, []);

  it("is everything that was ever seen, once and in order", () => {
    const before: Ledger = {
      ...emptyLedger("acme"),
      identity: { templates: ["z", "a"], profileArns: ["p"], groupIds: ["z", scene.group], hostVolumes: ["vol-9"] },
    };
    expect(identity([manager()], {}, before)).toEqual({
      templates: ["a", scene.template, "z"],
      profileArns: [scene.profile, "p"],
      groupIds: [scene.group, "z"],
      hostVolumes: ["vol-0data", "vol-9"],
    });
    const second = manager([], { id: "i-0two", expected: { ...expected, volume: "vol-0two" } });
    expect(identity([second]).hostVolumes).toEqual(["vol-0data", "vol-0two"]);
    const { volume: _, ...nameless } = expected;
    const unread = manager([], { id: "i-0two", expected: nameless, disk: unanswered("no agent") });
    expect(identity([unread]).hostVolumes).toEqual(["vol-0data"]);
  });

  it("is learned of sections that were told, and of a disk that counts", () => {
    const sections = none;
    expect(identity([manager([{ name }], { sections })]).templates).toEqual([template]);
    expect(identity([manager([{ name: "odd" }], { sections })]).templates).toEqual([]);
    const untold = { sections: unanswered("it doesn't run") };
    expect(identity([manager([], untold)]).templates).toEqual([]);
    const cut = answered(spans.disk, reading([{ name }], { count: 9 }));
    expect(identity([manager([], { sections, disk: cut })]).templates).toEqual([]);
    expect(identity([manager([], { sections, disk: unanswered("no agent") })]).templates).toEqual([]);
    expect(identity([silent]).templates).toEqual([]);
  });

  it("is learned of machines that are ours, by a listing that is whole", () => {
    const of = (listing: Evidence["listing"]) => identity([silent], { listing }).templates;
    const ours = machine({ keyName: name });
    const { keyName: _, ...keyless } = ours;
    const pooled = { ...keyless, tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "pool" } };
    const theirs = machine({ keyName: name, tags: { "fleetkeeper:fleet": "acme-eu" } });
    expect(of(answered(spans.listing, [ours, pooled]))).toEqual([template]);
    expect(of(answered(spans.listing, [theirs, pooled]))).toEqual([]);
    expect(of(unanswered("throttled"))).toEqual([]);
  });
});

it.each<readonly [string, Parameters<typeof reading>[1] & object]>([
  ["nonce-differs", { nonce: "old", ended: false }],
  ["end-mark-missing", { ended: false, instance: "i-0other" }],
  ["instance-differs", { instance: "i-0other", path: "/x" }],
  ["path-differs", { path: "/x", mount: "/" }],
  ["mount-differs", { mount: "/", sentinel: { volume: "vol-9", generation: 0 } }],
  ["sentinel-of-other-volume", { sentinel: { volume: "vol-9", generation: 0 } }],
  ["sentinel-of-older-generation", { sentinel: { volume, generation: 0 }, count: 1 }],
  ["count-differs", { count: 1, hash: "x" }],
  ["hash-differs", { hash: "x" }],
])("a disk's reading doesn't count, and the first reason is told: %s", (problem, fields) => {
  expect(diskProblem(host, expected, reading([], fields))).toBe(problem);
  const { sentinel: _, ...bare } = reading([]);
  expect(diskProblem(host, expected, bare)).toBe("sentinel-missing");
  const both = [{ name: "a", instanceId: "i-1" }, { name: "b" }];
  expect(diskProblem(host, expected, reading(both))).toBeUndefined();
  expect(diskProblem(host, expected, reading([...both].reverse(), { sentinel: { volume, generation: 2 } }))).toBe(
    undefined,
  );
});

it("a disk's hash is the one that sort and sha256sum give on the host, whatever the order of the list", () => {
  // printf 'a\ti-1\nb\t\n' | sha256sum
  const hash = "9cdfe78e08c96660988abc820c21316d5dae7624cd5f411e8b032d7e967443eb";
  expect(diskHash([{ name: "a", instanceId: "i-1" }, { name: "b" }])).toBe(hash);
  expect(diskHash([{ name: "b" }, { name: "a", instanceId: "i-1" }])).toBe(hash);
  expect(diskHash([{ name: "a", instanceId: "i-2" }, { name: "b" }])).not.toBe(hash);
});
