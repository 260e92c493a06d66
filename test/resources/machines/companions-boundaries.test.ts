import { describe, expect, it } from "vitest";
import { classifyFleet } from "../../../shared/resources/machines/classify.ts";
import type { CompanionEvidence } from "../../../shared/resources/machines/companion.ts";
import { judgeCompanions, managerRowGrace } from "../../../shared/resources/machines/companions.ts";
import type { Evidence } from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { nameTolerance } from "../../../shared/resources/machines/rules.ts";
import { type Answer, answered, unanswered } from "../../../shared/resources/machines/span.ts";
import { hear } from "../../../shared/resources/machines/witnesses.ts";
import * as scene from "./scene.ts";

const { grace, group, host, hour, machine, manager, noon, profile, spans } = scene;
const listed = scene.span(-50, -45);
const asked = spans.listing.from;
const made = noon - 2 * hour;
const name = scene.nameAt(2 * hour);
const tags = { "fleetkeeper:fleet": "acme", Name: name };
const silent = [manager([], { disk: unanswered("no agent") })];
const making = [manager([], { processes: answered(spans.disk, [name]) })];

function found(
  companions: Partial<CompanionEvidence>,
  fields: Partial<Evidence> = {},
  machines: readonly Machine[] = [],
) {
  const none = answered(listed, []);
  const all = { requests: none, keyPairs: none, volumes: none, interfaces: none, managerRows: none, systemIds: none };
  const seen = scene.evidence(machines, fields);
  return judgeCompanions({ ...all, ...companions }, hear(seen, noon), classifyFleet(seen, noon));
}

/** The verdict on the first thing found, and everything that it rests on. */
const verdict = (...input: Parameters<typeof found>) => found(...input)[0]?.verdict;
const known = (by: string) => ({ verdict: "known", reasons: [{ code: "in-use", by }] });
const inFlight = { verdict: "known", reasons: [{ code: "in-flight", manager: host }] };

const requestOf = (fields: object = {}): Pick<CompanionEvidence, "requests"> => {
  const plain = { id: "sir-1", state: "open", type: "one-time", createdAt: made, keyName: name } as const;
  return { requests: answered(listed, [{ ...plain, profileArn: profile, groupIds: [group], tags: {}, ...fields }]) };
};
const keyPairOf = (keyName = name, createdAt = made): Pick<CompanionEvidence, "keyPairs"> => ({
  keyPairs: answered(listed, [{ name: keyName, createdAt }]),
});
const volumeOf = (fields: object = {}, span = listed): Pick<CompanionEvidence, "volumes"> => {
  const plain = { id: "vol-1", state: "available", createdAt: made, attachedTo: [], endsWithInstance: false } as const;
  return { volumes: answered(span, [{ ...plain, tags, ...fields }]) };
};
const interfaceOf = (fields: object = {}, span = listed): Pick<CompanionEvidence, "interfaces"> => {
  const plain = { id: "eni-1", state: "available", createdAt: made, requesterManaged: false, groupIds: [] } as const;
  return { interfaces: answered(span, [{ ...plain, tags, ...fields }]) };
};

describe("what is found is told by what it is, when it came to be, and its name where it has one", () => {
  it("for the mark to know it again", () => {
    expect(found(requestOf())[0]).toMatchObject({ subject: "spot-request/sir-1", born: made, name });
    expect(found(requestOf({ keyName: undefined }))[0]).not.toHaveProperty("name");
    expect(found(keyPairOf())[0]).toMatchObject({ subject: `key-pair/${name}`, born: made, name });
    expect(found(volumeOf())[0]).toMatchObject({ subject: "volume/vol-1", born: made });
    expect(found(interfaceOf())[0]).toMatchObject({ subject: "network-interface/eni-1", born: made });
    const row = { runnerId: 7, systemId: "r_1", createdAt: 5, active: false };
    expect(found({ managerRows: answered(listed, [row]) })[0]).toMatchObject({ subject: "manager-row/7/r_1", born: 5 });
  });

  it("a directory by its manager, the time in its name and the instance in its config.json", () => {
    const namedAt = noon - 2 * hour;
    const subject = `directory/${host}/${name}`;
    const [bare] = found({}, { managers: [manager([{ name }])] });
    expect(bare).toMatchObject({ subject, born: namedAt, name });
    expect(bare).not.toHaveProperty("instanceId");
    const [full] = found({}, { managers: [manager([{ name, instanceId: "i-0gone" }])] });
    expect(full).toMatchObject({ subject, born: namedAt, name, instanceId: "i-0gone" });
    expect(found({}, { managers: [manager([{ name: "dummy" }])] })[0]).toMatchObject({ born: 0, name: "dummy" });
  });
});

describe("a spot request that is active", () => {
  const active = { state: "active", instanceId: "i-0machine", type: "persistent" };

  it("goes with its instance, whatever that is: only a persistent one of a condemned machine goes before", () => {
    const subject = machine();
    expect(verdict(requestOf({ ...active, type: "one-time" }), {}, [subject])).toEqual(known(subject.id));
    expect(verdict(requestOf(active), {}, [subject])).toMatchObject({ verdict: "suspect" });
    expect(verdict(requestOf(active), { managers: [manager([{ name, instanceId: subject.id }])] }, [subject])).toEqual(
      known(subject.id),
    );
  });

  it("whose instance nobody listed is in use where it is for once, and is what would start another where it persists", () => {
    expect(verdict(requestOf({ ...active, type: "one-time" }))).toEqual(known("i-0machine"));
    expect(verdict(requestOf(active))).toMatchObject({ verdict: "suspect" });
    expect(verdict(requestOf({ ...active, instanceId: undefined }))).toMatchObject({ verdict: "suspect" });
    // Of one that is only open, no instance is asked about.
    expect(verdict(requestOf({ ...active, state: "open", type: "one-time" }))).toMatchObject({ verdict: "suspect" });
  });

  it("is as unknown as its instance", () => {
    const subject = machine();
    const closeLooks = { [subject.id]: scene.closeLook({ containers: unanswered("slow") }) };
    expect(verdict(requestOf(active), { closeLooks }, [subject])).toEqual({
      verdict: "unknown",
      reasons: [{ code: "jobs-unknown", witness: "worker", why: "slow" }],
    });
  });

  it.each(["closed", "cancelled", "failed"])("or was: %s is gone", (state) => {
    expect(verdict(requestOf({ state }))).toEqual({ verdict: "gone", reasons: [{ code: "deleted" }] });
  });
});

describe("a key pair", () => {
  it("is in use by what has it: a machine, a request that may still be met, a directory", () => {
    expect(verdict(keyPairOf(), {}, [machine()])).toEqual(known("i-0machine"));
    const of = (state: string) => found({ ...keyPairOf(), ...requestOf({ state }) })[1]?.verdict;
    expect(of("open")).toEqual(known("sir-1"));
    expect(of("disabled")).toEqual(known("sir-1"));
    // An active request has its instance, and that was listed or is gone.
    for (const state of ["active", "closed", "failed"]) expect(of(state)).toMatchObject({ verdict: "suspect" });
    expect(verdict(keyPairOf(), { managers: [manager([{ name }])] })).toEqual(known(`directory on ${host}`));
  });

  it.each(["shutting-down", "terminated"] as const)("of a machine that is %s is nobody's", (state) => {
    expect(verdict(keyPairOf(), {}, [machine({ state })])).toMatchObject({ verdict: "suspect" });
  });

  it("without a section that was ever ours is somebody else's, and says its name", () => {
    const keyName = scene.nameAt(2 * hour, "runner-zzzzzzzzz-acme-%s");
    expect(verdict(keyPairOf(keyName))).toEqual({
      verdict: "foreign",
      reasons: [{ code: "other-key-pair", keyName }],
    });
  });

  it("isn't told apart from one in use where requests couldn't be listed, and says why", () => {
    expect(verdict({ ...keyPairOf(), requests: unanswered("throttled") })).toEqual({
      verdict: "unknown",
      reasons: [{ code: "listing-incomplete", why: "spot requests: throttled" }],
    });
  });
});

describe("volumes and interfaces", () => {
  const both = [
    ["a volume", (fields: object, more: Partial<Evidence> = {}) => verdict(volumeOf(fields), more)],
    ["an interface", (fields: object, more: Partial<Evidence> = {}) => verdict(interfaceOf(fields), more)],
  ] as const;

  it.each(both)("%s is judged by each tag, and says by which", (_what, of) => {
    const foreign = (reason: object) => ({ verdict: "foreign", reasons: [reason] });
    const shielded = (reason: object) => ({ verdict: "protected", reasons: [reason] });
    expect(of({ tags: { ...tags, "fleetkeeper:keep": "" } })).toEqual(shielded({ code: "keep-tag" }));
    expect(of({ tags: { ...tags, "fleetkeeper:kind": "host" } })).toEqual(
      shielded({ code: "other-kind", kind: "host" }),
    );
    expect(of({ tags: { ...tags, "fleetkeeper:kind": "machine" } })).toMatchObject({ verdict: "suspect" });
    expect(of({ tags: { Name: name } })).toEqual(foreign({ code: "nothing-of-ours" }));
    expect(of({ tags: { ...tags, "fleetkeeper:fleet": "acme-eu" } })).toEqual(
      foreign({ code: "other-fleet", fleet: "acme-eu" }),
    );
    expect(of({ tags: { ...tags, Name: "x" } })).toEqual(foreign({ code: "not-a-machine" }));
    expect(of({ tags: { "fleetkeeper:fleet": "acme" } })).toEqual(foreign({ code: "not-a-machine" }));
  });

  it.each(both)(
    "%s is known while it is in use or its machine is being made, unknown while a manager is silent",
    (_, of) => {
      expect(of({ state: "in-use" })).toEqual(known("in-use"));
      expect(of({}, { managers: making })).toEqual(inFlight);
      expect(of({}, { managers: silent })).toMatchObject({ verdict: "unknown" });
      expect(of({})).toEqual({ verdict: "suspect", reasons: [{ code: "unattached" }] });
    },
  );

  it.each(["deleting", "deleted"])("a volume that is %s is gone", (state) => {
    expect(verdict(volumeOf({ state }))).toEqual({ verdict: "gone", reasons: [{ code: "deleted" }] });
  });

  it("the volume of a host says of which, or that the host is an earlier one", () => {
    const of = (id: string, more: Partial<Evidence> = {}) => verdict(volumeOf({ id }), more)?.reasons;
    expect(of("vol-0data")).toEqual([{ code: "host-volume", manager: host }]);
    const ended = [{ state: "ended", id: host, proof: { how: "attested", by: "jo", at: noon }, volume: "x" }] as const;
    expect(of("vol-0data", { managers: ended })).toEqual([{ code: "host-volume", manager: "an earlier host" }]);
    expect(of("vol-1")).toEqual([{ code: "unattached" }]);
  });

  it("an interface that AWS manages is AWS's", () => {
    expect(verdict(interfaceOf({ requesterManaged: true }))).toEqual({
      verdict: "protected",
      reasons: [{ code: "aws-managed" }],
    });
  });
});

describe("the very millisecond counts", () => {
  const old = scene.nameAt(5 * hour);

  it("everything is young until the grace period has passed, and says how old it is", () => {
    const of = (age: number) => [
      verdict(requestOf({ createdAt: asked - age, keyName: old })),
      verdict(keyPairOf(old, asked - age)),
      verdict(volumeOf({ createdAt: asked - age, tags: { ...tags, Name: old } })),
      verdict(interfaceOf({ createdAt: asked - age, tags: { ...tags, Name: old } })),
    ];
    const young = { verdict: "young", reasons: [{ code: "launched-recently", age: grace - 1 }] };
    expect(of(grace - 1)).toEqual([young, young, young, young]);
    for (const verdicts of of(grace)) expect(verdicts).toMatchObject({ verdict: "suspect" });
  });

  it("and by the time in its name, unless that is later than a clock may be off", () => {
    const edge = asked - grace;
    const of = (namedAt: number, createdAt = edge) => {
      const named = { createdAt, tags: { ...tags, Name: scene.nameAt(noon - namedAt) } };
      return [verdict(volumeOf(named)), verdict(interfaceOf(named))];
    };
    const young = { verdict: "young", reasons: [{ code: "named-recently", age: grace - nameTolerance }] };
    const suspect = { verdict: "suspect", reasons: [{ code: "unattached" }] };
    expect(of(edge)).toEqual([suspect, suspect]);
    expect(of(edge + nameTolerance)).toEqual([young, young]);
    expect(of(edge + nameTolerance + 1000)).toEqual([suspect, suspect]);
    // When an interface was made, EC2 doesn't say.
    expect(of(edge + nameTolerance, 0)).toEqual([suspect, suspect]);
  });

  it("a directory is dated by its name, but not by one that is further ahead than a clock may be off", () => {
    const at = (time: number) => verdict({}, { managers: [manager([{ name: scene.nameAt(noon - time) }])] });
    expect(at(asked + nameTolerance)).toMatchObject({ verdict: "young" });
    expect(at(asked + nameTolerance + 1000)).toMatchObject({ verdict: "suspect" });
    expect(at(asked - grace)).toMatchObject({ verdict: "suspect" });
    expect(at(asked - grace + 1000)).toEqual({
      verdict: "young",
      reasons: [{ code: "launched-recently", age: grace - 1000 }],
    });
  });

  it("a manager's row is young for a day after its last contact, or after it was made", () => {
    const of = (fields: object) => {
      const row = { runnerId: 7, systemId: "r_1", createdAt: 0, active: false, ...fields };
      return verdict({ managerRows: answered(listed, [row]) });
    };
    const stale = { verdict: "suspect", reasons: [{ code: "manager-row-stale" }] };
    const young = { verdict: "young", reasons: [{ code: "launched-recently", age: managerRowGrace - 1 }] };
    expect(of({ createdAt: asked - managerRowGrace })).toEqual(stale);
    expect(of({ createdAt: asked - managerRowGrace + 1 })).toEqual(young);
    expect(of({ contactedAt: asked - managerRowGrace })).toEqual(stale);
    expect(of({ contactedAt: asked - managerRowGrace + 1 })).toEqual(young);
    expect(managerRowGrace).toBe(24 * hour);
  });
});

describe("a manager's row", () => {
  const of = (fields: object, systemIds: Answer<readonly string[]>, more: Partial<Evidence> = {}) => {
    const row = { runnerId: 7, systemId: "r_1", createdAt: 0, active: false, ...fields };
    return verdict({ managerRows: answered(listed, [row]), systemIds }, more);
  };

  it("is in use by the manager that runs, busy with a job, and unknown where no manager says its id", () => {
    expect(of({}, answered(listed, ["r_1"]))).toEqual(known("the running manager"));
    expect(of({ active: true }, answered(listed, ["r_2"]))).toEqual({
      verdict: "busy",
      reasons: [{ code: "job-trace" }],
    });
    expect(of({}, unanswered("no file"))).toEqual({
      verdict: "unknown",
      reasons: [{ code: "listing-incomplete", why: "system ids: no file" }],
    });
    expect(of({}, answered(listed, []), { managers: silent })).toMatchObject({ verdict: "unknown" });
  });
});

describe("a directory", () => {
  it("is in use by a machine or a request with its key pair, or by the machine that it names", () => {
    const managers = [manager([{ name, instanceId: "i-0other" }])];
    expect(verdict({}, { managers }, [machine()])).toEqual(known("i-0machine"));
    const keyName = scene.nameAt(3 * hour);
    expect(verdict({}, { managers }, [machine({ id: "i-0other", keyName })])).toEqual(known("i-0other"));
    expect(verdict({}, { managers }, [machine({ keyName })])).toMatchObject({ verdict: "suspect" });
    const [, directory] = found(requestOf(), { managers });
    expect(directory?.verdict).toEqual(known("sir-1"));
  });

  it("is known while its machine is being made, and unknown while a witness is missing", () => {
    const processes = answered(spans.disk, [name]);
    expect(verdict({}, { managers: [manager([{ name }], { processes })] })).toEqual(inFlight);
    expect(verdict({}, { managers: [manager([{ name }])], hosts: unanswered("denied") })).toMatchObject({
      verdict: "unknown",
    });
  });
});

describe("what is listed after a disk was read may have been made since", () => {
  const ending = (seconds: number) => scene.span(-55, seconds);
  const reasons = [{ code: "out-of-order", first: "what machines leave behind", second: "disks" }];
  const late = { verdict: "unknown", reasons };

  it("so it has to be listed whole before the first disk is asked for", () => {
    const { from } = spans.disk;
    const end = (from - noon) / 1000;
    expect(verdict(volumeOf({}, ending(end)))).toMatchObject({ verdict: "suspect" });
    expect(verdict(volumeOf({}, ending(end + 1)))).toEqual(late);
    expect(verdict(interfaceOf({}, ending(end + 1)))).toEqual(late);
    const { requests } = requestOf();
    if (requests.state !== "answered") throw new Error("it is answered");
    expect(verdict({ requests: { ...requests, span: ending(end + 1) } })).toEqual(late);
  });

  it("or after every disk of several; a manager that ended or is silent was asked for none", () => {
    const lateVolume = volumeOf({}, ending(-35));
    const hosts = answered(spans.listing, ["i-0two"]);
    const second = manager([], {
      id: "i-0two",
      disk: answered(scene.span(-34, -30), scene.reading([], { instance: "i-0two" })),
    });
    expect(verdict(lateVolume, { hosts, managers: [second] })).toMatchObject({ verdict: "suspect" });
    expect(verdict(lateVolume, { hosts, managers: [second, manager()] })).toEqual(late);
    const proof = { how: "attested", by: "jo", at: noon - hour } as const;
    expect(verdict(lateVolume, { hosts, managers: [{ state: "ended", id: host, proof }, second] })).toMatchObject({
      verdict: "suspect",
    });
    const problems = verdict(lateVolume, { managers: silent })?.reasons.map(({ code }) => code);
    expect(problems).not.toContain("out-of-order");
  });
});
