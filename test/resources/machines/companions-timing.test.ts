import { describe, expect, it } from "vitest";
import { managerRowGrace } from "../../../shared/resources/machines/companions.ts";
import { nameTolerance } from "../../../shared/resources/machines/rules.ts";
import { answered } from "../../../shared/resources/machines/span.ts";
import { interfaceOf, keyPairOf, listed, requestOf, silent, tags, verdict, volumeOf } from "./companion-scene.ts";
import * as scene from "./scene.ts";

const { grace, host, hour, manager, noon, spans } = scene;
const asked = spans.listing.from;

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
