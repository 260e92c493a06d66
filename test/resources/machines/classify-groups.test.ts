import { describe, expect, it } from "vitest";
import { classify } from "../../../shared/resources/machines/classify.ts";
import type { Evidence, ManagerEvidence } from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, host, hour, machine, noon, spans } = scene;
const group = "acme-pool";
const pooled = { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "pool", "aws:autoscaling:groupName": group };

/** An instance of a group, which has no key pair. */
function instance(tags: Machine["tags"] = pooled): Machine {
  const { keyName: _, ...bare } = machine({ tags });
  return bare;
}

const gone = { how: "volume-gone", terminatedSeenAt: noon - hour, volumeGoneAt: noon } as const;
const over = (id: string): ManagerEvidence => ({ state: "ended", id, proof: gone });
const live = answered(spans.listing, [group]);
/** Every manager has ended, nobody can be asked about jobs any more, and the group is still there. */
const nobody = {
  hosts: answered(spans.listing, []),
  managers: [over(host)],
  traces: unanswered("GitLab is down"),
  scalingGroups: live,
} as const satisfies Partial<Evidence>;

const judged = (subject: Machine, fields: Partial<Evidence> = {}) => {
  const { verdict, reasons } = classify(subject, evidence([subject], fields), noon);
  return `${verdict}: ${reasons.map(({ code }) => code).join(", ")}`;
};

describe("instances of a group that exists", () => {
  it("are nobody's to touch while any manager may live, or none was ever on record", () => {
    expect(judged(instance(), { scalingGroups: live })).toBe("protected: scaling-group");
    expect(judged(instance(), { ...nobody, managers: [over("i-0first"), scene.manager()] })).toBe(
      "protected: scaling-group",
    );
    const missing = { state: "missing", id: "i-0second", missing: "its instance was never seen terminated" } as const;
    expect(judged(instance(), { ...nobody, managers: [over(host), missing] })).toBe("protected: scaling-group");
    expect(judged(instance(), { ...nobody, managers: [] })).toBe("protected: scaling-group");
  });

  it("are suspects once every manager is gone for good, and are told by their group", () => {
    expect(classify(instance(), evidence([instance()], nobody), noon)).toEqual({
      verdict: "suspect",
      reasons: [{ code: "group-abandoned", group }],
    });
    expect(judged(instance(), { ...nobody, managers: [over(host), over("i-0second")] })).toBe(
      "suspect: group-abandoned",
    );
  });

  it("stay the group's where this fleet didn't make the group", () => {
    const { "fleetkeeper:kind": _, ...unkinded } = pooled;
    expect(judged(instance(unkinded), nobody)).toBe("protected: scaling-group");
    expect(judged(instance({ ...pooled, "fleetkeeper:kind": "machine" }), nobody)).toBe("protected: scaling-group");
    expect(judged(instance({ ...pooled, "fleetkeeper:fleet": "acme-eu" }), nobody)).toBe("protected: scaling-group");
  });

  it("stay the group's while nobody can tell whether it exists, also when every manager is gone", () => {
    expect(judged(instance(), { ...nobody, scalingGroups: unanswered("throttled") })).toBe("protected: scaling-group");
  });
});

describe("a machine of no group", () => {
  it("isn't a group's where nobody can tell which groups exist", () => {
    expect(judged(machine(), { scalingGroups: unanswered("throttled") })).toBe("suspect: on-no-disk");
  });

  it("isn't told by a group when every manager is gone", () => {
    const { "aws:autoscaling:groupName": _, ...grouped } = pooled;
    expect(judged(instance(grouped), nobody)).toBe("suspect: on-no-disk");
    // What a group dropped that this fleet didn't make is judged as any machine.
    const dropped = { "fleetkeeper:fleet": "acme", "aws:autoscaling:groupName": "theirs" };
    expect(judged(instance(dropped), nobody)).toBe("suspect: on-no-disk");
    expect(judged(instance({ ...pooled, "aws:autoscaling:groupName": "dropped" }))).toBe("suspect: on-no-disk");
  });
});
