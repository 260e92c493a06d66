import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classify } from "../../../shared/resources/machines/classify.ts";
import type { CloseLook, Evidence, ManagerEvidence } from "../../../shared/resources/machines/evidence.ts";
import { explain } from "../../../shared/resources/machines/explain.ts";
import { explanationText } from "../../../shared/resources/machines/explanation-text.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { type Answer, answered, type Span, unanswered } from "../../../shared/resources/machines/span.ts";
import { isCondemned } from "../../../shared/resources/machines/verdict.ts";
import * as scene from "./scene.ts";

const { hour, minute, noon } = scene;

const often = <T>(value: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });
const maybe = <T>(at: Span, value: fc.Arbitrary<T>): fc.Arbitrary<Answer<T>> =>
  fc.oneof(
    { weight: 8, arbitrary: value.map((it) => answered(at, it)) },
    { weight: 1, arbitrary: fc.constant<Answer<T>>(unanswered("it failed")) },
    { weight: 1, arbitrary: fc.tuple(value, spans).map(([it, at]) => answered(at, it)) },
  );
const spans: fc.Arbitrary<Span> = fc
  .tuple(fc.integer({ min: -900, max: 300 }), fc.integer({ min: -5, max: 60 }))
  .map(([from, length]) => scene.span(from, from + length));

const names = fc.constantFrom(
  scene.nameAt(2 * hour),
  scene.nameAt(2 * hour, "runner-oldtoken1-acme-%s"),
  scene.nameAt(2 * hour, "runner-t9wkyjhg-acme-eu-%s"),
  scene.nameAt(5 * minute),
  scene.nameAt(-90 * hour),
  "alice",
);
const ids = fc.constantFrom("i-0machine", "i-0other", scene.host);
const templates = fc.subarray([scene.template, "runner-oldtoken1-acme-%s", "runner-t9wkyjhg-acme-eu-%s"]);

const machines: fc.Arbitrary<Machine> = fc.record(
  {
    id: often("i-0machine", ids),
    state: often("running", fc.constantFrom("pending", "stopped", "stopping", "shutting-down", "terminated")),
    launchTime: often(noon - 2 * hour, fc.integer({ min: noon - 900 * hour, max: noon + hour })),
    keyName: often(scene.nameAt(2 * hour), names),
    profileArn: often(scene.profile, fc.constant(`${scene.profile}-eu`)),
    groupIds: fc.subarray([scene.group, "sg-0other"]),
    tags: fc.dictionary(
      fc.constantFrom(
        "fleetkeeper:fleet",
        "fleetkeeper:manager",
        "fleetkeeper:keep",
        "fleetkeeper:kind",
        "aws:autoscaling:groupName",
        "Name",
        "fleetkeeper:orphan",
      ),
      fc.constantFrom("acme", "acme-eu", scene.host, "pool", scene.nameAt(2 * hour)),
      { maxKeys: 3 },
    ),
    requestTags: fc.dictionary(fc.constant("fleetkeeper:fleet"), fc.constantFrom("acme", "acme-eu")),
  },
  { requiredKeys: ["id", "state", "launchTime", "groupIds", "tags"] },
);

const managers: fc.Arbitrary<ManagerEvidence> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      state: fc.constant("active" as const),
      id: often(scene.host, fc.constant("i-0second")),
      expected: fc.constant(scene.expected),
      disk: maybe(
        scene.spans.disk,
        fc
          .tuple(
            fc.subarray([
              scene.nameAt(2 * hour),
              scene.nameAt(2 * hour, "runner-oldtoken1-acme-%s"),
              scene.nameAt(3 * hour),
            ]),
            fc.boolean(),
            ids,
            fc.constantFrom({}, {}, {}, { ended: false }, { mount: "/" }, { count: 7 }),
          )
          .map(([directories, known, instanceId, broken]) =>
            scene.reading(
              directories.map((name) => (known ? { name, instanceId } : { name })),
              { instance: scene.host, ...broken },
            ),
          ),
      ),
      sections: maybe<readonly string[]>(scene.spans.disk, templates),
      processes: maybe<readonly string[]>(
        scene.spans.disk,
        fc.subarray([scene.nameAt(2 * hour), scene.nameAt(5 * minute)], { maxLength: 1 }),
      ),
    }),
  },
  fc.constant<ManagerEvidence>({ state: "missing", id: scene.host, missing: "its end" }),
  fc.constant<ManagerEvidence>({
    state: "ended",
    id: scene.host,
    proof: { how: "volume-gone", terminatedSeenAt: 1, volumeGoneAt: 2 },
  }),
  fc.constant<ManagerEvidence>({
    state: "ended",
    id: "i-0second",
    proof: { how: "successor-read", terminatedSeenAt: 1, successor: scene.host, readAt: 2 },
  }),
);

const closeLooks: fc.Arbitrary<CloseLook> = fc.record({
  terminationProtection: maybe(scene.spans.jobs, often(false, fc.constant(true))),
  containers: fc.oneof(
    { weight: 4, arbitrary: maybe(scene.spans.jobs, often(0, fc.constant(2))) },
    { weight: 1, arbitrary: fc.constant<CloseLook["containers"]>({ state: "no-agent", span: scene.spans.jobs }) },
  ),
});

const evidences: fc.Arbitrary<Evidence> = fc.record({
  fleet: fc.record({
    name: fc.constant("acme"),
    profileArns: fc.constant([scene.profile]),
    groupIds: fc.constant([scene.group]),
    hostVolumes: fc.constant(["vol-0data"]),
    templates,
    gracePeriod: fc.constant(scene.grace),
  }),
  listing: maybe(scene.spans.listing, fc.constant<readonly Machine[]>([])),
  hosts: maybe<readonly string[]>(scene.spans.listing, fc.subarray([scene.host])),
  dataVolumes: maybe<readonly string[]>(
    scene.spans.listing,
    often<readonly string[]>([], fc.constant([scene.expected.volume])),
  ),
  scalingGroups: maybe<readonly string[]>(scene.spans.listing, fc.subarray(["acme", "pool"])),
  managers: fc.uniqueArray(managers, { selector: ({ id }) => id, maxLength: 2 }),
  traces: fc.oneof(
    { weight: 4, arbitrary: maybe<readonly string[]>(scene.spans.jobs, fc.subarray([scene.nameAt(2 * hour)])) },
    { weight: 1, arbitrary: fc.constant<Evidence["traces"]>({ state: "not-asked" }) },
  ),
  closeLooks: fc.dictionary(ids, closeLooks),
});

const nows = often(noon, fc.integer({ min: noon - hour, max: noon + hour }));

/** Every way of taking one answer out of the evidence: a witness that says nothing instead of what it said. */
function silenced(evidence: Evidence): readonly Evidence[] {
  const silent = unanswered("silenced");
  const one = (change: (manager: Extract<ManagerEvidence, { state: "active" }>) => ManagerEvidence) =>
    evidence.managers.flatMap((manager, index) =>
      manager.state === "active" ? [{ ...evidence, managers: evidence.managers.with(index, change(manager)) }] : [],
    );
  return [
    { ...evidence, listing: silent },
    { ...evidence, hosts: silent },
    { ...evidence, dataVolumes: silent },
    { ...evidence, scalingGroups: silent },
    { ...evidence, traces: silent },
    { ...evidence, closeLooks: {} },
    ...Object.entries(evidence.closeLooks).flatMap(([id, look]) => [
      { ...evidence, closeLooks: { ...evidence.closeLooks, [id]: { ...look, containers: silent } } },
      { ...evidence, closeLooks: { ...evidence.closeLooks, [id]: { ...look, terminationProtection: silent } } },
    ]),
    ...one((manager) => ({ ...manager, disk: silent })),
    ...one((manager) => ({ ...manager, sections: silent })),
    ...one((manager) => ({ ...manager, processes: silent })),
    ...one((manager) => ({ ...manager, disk: silent, sections: silent, processes: silent })),
    ...one(({ id }) => ({ state: "missing", id, missing: "anything" })),
    ...evidence.managers.map((manager, index): Evidence => {
      const missing: ManagerEvidence = { state: "missing", id: manager.id, missing: "its end" };
      return { ...evidence, managers: evidence.managers.with(index, missing) };
    }),
  ];
}

describe("whatever the machine and the evidence", () => {
  it("there is exactly one verdict, with at least one reason, and the same one every time", () => {
    fc.assert(
      fc.property(machines, evidences, nows, (machine, evidence, now) => {
        const before = JSON.stringify([machine, evidence]);
        const verdict = classify(machine, evidence, now);
        expect(verdict.reasons.length).toBeGreaterThan(0);
        expect(classify(machine, evidence, now)).toEqual(verdict);
        expect(JSON.stringify([machine, evidence])).toBe(before);
      }),
      { numRuns: 3000 },
    );
  });

  it("evidence that is replaced by unknown never makes a suspect (property 11)", () => {
    fc.assert(
      fc.property(machines, evidences, nows, (machine, evidence, now) => {
        fc.pre(!isCondemned(classify(machine, evidence, now)));
        for (const less of silenced(evidence)) expect(isCondemned(classify(machine, less, now))).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it("the arbitrary machines are condemned and spared by every rule often enough to mean something", () => {
    const verdicts = fc
      .sample(fc.tuple(machines, evidences), { numRuns: 12_000, seed: 11 })
      .map(([machine, evidence]) => classify(machine, evidence, noon).verdict);
    for (const name of [
      "gone",
      "protected",
      "foreign",
      "young",
      "unknown",
      "known",
      "busy",
      "stranded",
      "suspect",
    ] as const) {
      expect(verdicts.filter((verdict) => verdict === name).length, name).toBeGreaterThan(3);
    }
  });

  it("an explanation ends with the same verdict, and can be read", () => {
    fc.assert(
      fc.property(machines, evidences, nows, (machine, evidence, now) => {
        const explanation = explain(machine, evidence, now);
        expect(explanation.verdict).toEqual(classify(machine, evidence, now));
        const text = explanationText(explanation);
        expect(text).toMatch(/^i-0/);
        expect(text).not.toMatch(/undefined|\[object|NaN/);
      }),
      { numRuns: 1000 },
    );
  });
});
