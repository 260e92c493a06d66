import { describe, expect, it } from "vitest";
import { candidates, classify, classifyFleet } from "../../../shared/resources/machines/classify.ts";
import type { Evidence, ManagerEvidence } from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { parseMachineName } from "../../../shared/resources/machines/machine-name.ts";
import { foreignness } from "../../../shared/resources/machines/ownership.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import { hear } from "../../../shared/resources/machines/witnesses.ts";
import * as scene from "./scene.ts";

const { closeLook, evidence, group, host, hour, machine, manager, minute, noon, profile, spans, template, untagged } =
  scene;
const entry = { name: scene.nameAt(2 * hour), instanceId: "i-0machine" };

function judged(subject: Machine, fields: Partial<Evidence> = {}) {
  return classify(subject, evidence([subject], fields), noon);
}

describe("every reason is told with what it rests on", () => {
  it("another part of the fleet, a group whose life nobody can tell", () => {
    const tags = { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "stack", "aws:autoscaling:groupName": "g" };
    expect(judged(machine({ tags }), { scalingGroups: unanswered("denied") })).toEqual({
      verdict: "protected",
      reasons: [
        { code: "other-kind", kind: "stack" },
        { code: "scaling-group", group: "g", live: "unknown" },
      ],
    });
    const pooled = machine({ tags: { ...tags, "fleetkeeper:kind": "pool" } });
    expect(judged(pooled, { scalingGroups: answered(spans.listing, ["g"]) }).reasons).toEqual([
      { code: "scaling-group", group: "g", live: true },
    ]);
    expect(judged(pooled, { scalingGroups: answered(spans.listing, []) }).verdict).not.toBe("protected");
  });

  it.each(["machine", "machines", "pool"])("a machine that says it is a %s isn't another part", (kind) => {
    expect(judged(machine({ tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": kind } })).verdict).toBe(
      "suspect",
    );
  });

  it("a directory on the disk, and the section that it is of", () => {
    expect(judged(machine(), { managers: [manager([entry])] })).toEqual({
      verdict: "known",
      reasons: [{ code: "on-disk", manager: host, section: template }],
    });
    const sections = answered(spans.disk, ["runner-other-%s"]);
    expect(judged(machine(), { managers: [manager([entry], { sections })] })).toEqual({
      verdict: "stranded",
      reasons: [{ code: "section-not-loaded", manager: host, template }],
    });
    const odd = { name: "no-machines-name", instanceId: "i-0machine" };
    expect(judged(machine(), { managers: [manager([odd], { sections })] }).reasons).toEqual([
      { code: "section-not-loaded", manager: host, template: "no-machines-name" },
    ]);
  });

  it("sections that aren't known, but not of what a process is making", () => {
    const sections = unanswered("it doesn't run");
    expect(judged(machine(), { managers: [manager([entry], { sections })] }).reasons).toEqual([
      { code: "sections-unknown", manager: host, why: "it doesn't run" },
    ]);
    const processes = answered(spans.disk, [entry.name]);
    expect(judged(machine(), { managers: [manager([entry], { sections, processes })] }).reasons).toEqual([
      { code: "in-flight", manager: host },
    ]);
    expect(judged(machine(), { managers: [manager([], { sections })] }).verdict).toBe("suspect");
  });

  it("who the manager was, or how many were read", () => {
    expect(judged(untagged()).reasons).toEqual([{ code: "on-no-disk", managersRead: 1 }]);
    const second = "i-0second";
    const disk = answered(spans.disk, scene.reading([], { instance: second }));
    const two = [manager(), manager([], { id: second, disk })];
    expect(judged(untagged(), { managers: two }).reasons).toEqual([{ code: "on-no-disk", managersRead: 2 }]);
  });

  it("a manager that is silent, and one that nobody recorded", () => {
    const silent = manager([], { disk: unanswered("no agent"), processes: unanswered("no agent") });
    expect(judged(machine(), { managers: [silent] }).reasons).toEqual(
      expect.arrayContaining([
        { code: "manager-silent", manager: host, witness: "disk", why: "no agent" },
        { code: "manager-silent", manager: host, witness: "processes", why: "no agent" },
      ]),
    );
    expect(hear(evidence([], { managers: [silent] }), noon).managersRead).toBe(0);
    const tags = { "fleetkeeper:fleet": "acme", "fleetkeeper:manager": "i-0ghost" };
    expect(judged(machine({ tags })).reasons).toEqual([{ code: "names-unrecorded-manager", manager: "i-0ghost" }]);
    expect(judged(machine(), { hosts: unanswered("denied") }).reasons).toContainEqual({
      code: "hosts-unknown",
      why: "denied",
    });
  });

  it("jobs of which the worker, the traces, or neither can tell", () => {
    const of = (fields: Parameters<typeof closeLook>[0], more: Partial<Evidence> = {}, subject = machine()) =>
      judged(subject, { closeLooks: { [subject.id]: closeLook(fields) }, ...more }).reasons;
    expect(of({ containers: answered(spans.jobs, 2) })).toEqual([{ code: "job-container", containers: 2 }]);
    expect(of({ containers: unanswered("slow") })).toEqual([{ code: "jobs-unknown", witness: "worker", why: "slow" }]);
    expect(of({}, { traces: unanswered("down") })).toEqual([{ code: "jobs-unknown", witness: "traces", why: "down" }]);
    const early = answered(scene.span(-45, -44), 0);
    expect(of({ containers: early })).toEqual([
      { code: "jobs-unknown", witness: "worker", why: "it was asked before the disks" },
    ]);
    expect(of({ terminationProtection: unanswered("denied") })).toEqual([
      { code: "not-looked-at-closely", why: "denied" },
    ]);
    expect(of({ terminationProtection: answered(scene.span(-45, -44), false) })).toEqual([
      { code: "not-looked-at-closely", why: "it was asked before the disks" },
    ]);
    expect(judged(machine(), { closeLooks: {} }).reasons).toEqual([
      { code: "not-looked-at-closely", why: "it wasn't asked about" },
    ]);
    const { keyName: _, ...nameless } = machine({ tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "pool" } });
    expect(of({ containers: { state: "no-agent", span: spans.jobs } }, {}, nameless)).toEqual([
      { code: "jobs-unknown", witness: "both", why: "neither can be asked" },
    ]);
    expect(of({ containers: { state: "no-agent", span: spans.jobs } }, {}, machine())[0]?.code).toBe("on-no-disk");
    // What was asked in the very moment in which the disks had been read is late enough.
    const from = Math.max(spans.disk.to, spans.listing.to);
    const justThen = { from, to: from + 1 };
    expect(of({ containers: answered(justThen, 0), terminationProtection: answered(justThen, false) })[0]?.code).toBe(
      "on-no-disk",
    );
  });
});

describe("the very millisecond counts", () => {
  const launched = (launchTime: number, keyName = scene.nameAt(2 * hour)) =>
    judged(machine({ launchTime, keyName })).verdict;
  const asked = spans.listing.from;

  it("a machine is young until the grace period has passed since its launch, when EC2 was asked", () => {
    expect(launched(asked - scene.grace + 1)).toBe("young");
    expect(launched(asked - scene.grace)).toBe("suspect");
    expect(judged(machine({ launchTime: asked - 1, state: "pending" })).reasons).toMatchObject([
      { code: "pending" },
      { code: "launched-recently", age: 1 },
    ]);
  });

  it("and since the time in its name, unless that is later than a clock may be off", () => {
    const named = (age: number, launchTime: number) =>
      judged(machine({ launchTime, keyName: scene.nameAt(age) })).verdict;
    const seconds = (noon - asked) / 1000;
    const young = (15 * 60 + seconds - 1) * 1000;
    expect(named(young, noon - 2 * hour)).toBe("suspect");
    expect(named(young, asked - scene.grace)).toBe("young");
    expect(named((15 * 60 + seconds) * 1000, asked - scene.grace)).toBe("suspect");
    // Named five minutes after its launch is still believed, a second later isn't.
    const launch = asked - scene.grace;
    const at = (time: number) => scene.nameAt(noon - time);
    expect(judged(machine({ launchTime: launch, keyName: at(launch + 5 * minute) })).verdict).toBe("young");
    expect(judged(machine({ launchTime: launch, keyName: at(launch + 5 * minute + 1000) })).verdict).toBe("suspect");
  });

  it("a machine that was launched when its manager ended is still its own, one launched later isn't", () => {
    const silence = { hosts: answered(spans.listing, []), traces: unanswered("down") } as const;
    const second = "i-0second";
    const disk = answered(spans.disk, scene.reading([], { instance: second }));
    const proofs: readonly Extract<ManagerEvidence, { state: "ended" }>["proof"][] = [
      { how: "volume-gone", terminatedSeenAt: noon - hour, volumeGoneAt: noon - hour / 2 },
      { how: "attested", by: "jo", at: noon - hour },
    ];
    for (const proof of proofs) {
      const managers: readonly ManagerEvidence[] = [
        { state: "ended", id: host, proof },
        manager([], { id: second, disk }),
      ];
      const at = (launchTime: number) => judged(machine({ launchTime }), { ...silence, managers }).verdict;
      expect(at(noon - hour)).toBe("suspect");
      expect(at(noon - hour + 1)).toBe("unknown");
    }
  });
});

describe("a person's word about a lost manager", () => {
  const silence = { hosts: answered(spans.listing, []), traces: unanswered("down") } as const;
  const attested = { how: "attested", by: "jo", at: noon - hour } as const;
  const gone = { how: "volume-gone", terminatedSeenAt: noon - hour, volumeGoneAt: noon } as const;

  it("is a word about its data volume too; what EC2 told of its end is not", () => {
    const dataVolumes = answered(spans.listing, ["vol-0left"]);
    const of = (proof: typeof attested | typeof gone, volume: string | undefined) =>
      judged(machine(), {
        ...silence,
        dataVolumes,
        managers: [{ state: "ended", id: host, proof, ...(volume === undefined ? {} : { volume }) }],
      }).verdict;
    expect(of(attested, "vol-0left")).toBe("suspect");
    expect(of(attested, "vol-0other")).toBe("unknown");
    expect(of(attested, undefined)).toBe("unknown");
    expect(of(gone, "vol-0left")).toBe("unknown");
  });
});

describe("a whole fleet", () => {
  const two = [machine(), machine({ id: "i-0two", keyName: scene.nameAt(3 * hour), launchTime: noon - 3 * hour })];

  it("has a verdict for each of its machines, and none where the listing is incomplete", () => {
    expect([...classifyFleet(evidence(two), noon)].map(([id, { verdict }]) => `${id} ${verdict}`)).toEqual([
      "i-0machine suspect",
      "i-0two suspect",
    ]);
    expect(classifyFleet({ ...evidence(two), listing: unanswered("throttled") }, noon).size).toBe(0);
  });

  it("asks closely only about machines that nothing else speaks for, and about none while a witness is missing", () => {
    const ids = (fields: Partial<Evidence>) =>
      candidates({ ...evidence(two), closeLooks: {}, ...fields }, noon).map(({ id }) => id);
    expect(ids({})).toEqual(["i-0machine", "i-0two"]);
    expect(ids({ managers: [manager([entry])] })).toEqual(["i-0two"]);
    expect(ids({ closeLooks: { "i-0two": closeLook({ containers: unanswered("slow") }) } })).toEqual(["i-0machine"]);
    expect(ids({ hosts: unanswered("denied") })).toEqual([]);
    expect(ids({ listing: unanswered("throttled") })).toEqual([]);
  });
});

describe("whose a machine is, by each thing alone", () => {
  const fleet = { name: "acme", profileArns: [profile], groupIds: [group], templates: new Set([template]) };
  const keyName = scene.nameAt(hour);
  const other = scene.nameAt(hour, "runner-zzzzzzzz-x-%s");
  const bare = { tags: {}, groupIds: [] as readonly string[] };

  it("one thing of ours is enough, and none isn't", () => {
    expect(foreignness({ ...bare, keyName }, fleet)).toBeUndefined();
    expect(foreignness({ ...bare, keyName: other }, fleet)).toEqual({ code: "nothing-of-ours" });
    expect(foreignness({ ...bare, keyName: other, groupIds: ["sg-0x", group] }, fleet)).toBeUndefined();
    expect(foreignness({ ...bare, keyName: other, groupIds: ["sg-0x"] }, fleet)).toEqual({ code: "nothing-of-ours" });
    expect(foreignness({ ...bare, keyName: other, profileArn: profile }, fleet)).toBeUndefined();
    expect(
      foreignness({ ...bare, keyName: other, requestTags: { "fleetkeeper:fleet": "acme" } }, fleet),
    ).toBeUndefined();
  });

  it("one thing of others' is too much", () => {
    expect(foreignness({ ...bare, keyName, profileArn: "arn:x" }, fleet)).toEqual({
      code: "other-profile",
      profile: "arn:x",
    });
    expect(foreignness({ ...bare, keyName: "laptop" }, fleet)).toEqual({ code: "other-key-pair", keyName: "laptop" });
    expect(foreignness({ ...bare, keyName, requestTags: { "fleetkeeper:fleet": "acme-eu" } }, fleet)).toEqual({
      code: "other-fleet",
      fleet: "acme-eu",
    });
  });

  it("without a key pair it must be a group's, tagged, and have our profile", () => {
    const tags = { "fleetkeeper:fleet": "acme" };
    const pool = { ...tags, "fleetkeeper:kind": "pool" };
    const grouped = { ...tags, "aws:autoscaling:groupName": "g" };
    const of = (fields: object) => foreignness({ ...bare, ...fields }, fleet)?.code;
    expect(of({ tags: pool, profileArn: profile })).toBeUndefined();
    expect(of({ tags: grouped, profileArn: profile })).toBeUndefined();
    expect(of({ tags: pool })).toBe("not-a-machine");
    expect(of({ tags, profileArn: profile })).toBe("not-a-machine");
    expect(of({ tags: { "fleetkeeper:kind": "pool" }, profileArn: profile })).toBe("not-a-machine");
  });
});

describe("a machine's name", () => {
  it.each([
    ["runner-t9wkyjhg-acme-1764000000-1a2b3c4d", "runner-t9wkyjhg-acme-%s"],
    ["runner-1764000000-1a2b3c4d", "runner-%s"],
    ["runner-a-1764000000-1a2b3c4d-x.y", "runner-a-%s-x.y"],
    ["runner-a-1764000000-1a2b3c4d", "runner-a-%s"],
  ])("%s is of the section %s", (name, section) => {
    expect(parseMachineName(name)).toEqual({ template: section, namedAt: 1_764_000_000_000 });
  });

  it.each([
    ...["xrunner-a-1764000000-1a2b3c4d", "runner-a-1764000000-1a2b3c4", "runner-a-176400000-1a2b3c4d"],
    ...["runner-a-1764000000-1A2B3C4D", "runner-a-1764000000-1a2b3c4d_", "runner-a_b-1764000000-1a2b3c4d"],
    ...["runner-a-abcdefghij-1a2b3c4d", "runner-a1764000000-1a2b3c4d", "my-runner-a-1764000000-1a2b3c4d", ""],
  ])("%s is none", (name) => {
    expect(parseMachineName(name)).toBeUndefined();
  });
});
