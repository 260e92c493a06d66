import { describe, expect, it } from "vitest";
import { classify } from "../../../shared/resources/machines/classify.ts";
import type { Evidence, MachineDirectory } from "../../../shared/resources/machines/evidence.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, host, hour, machine, manager, noon, spans, template } = scene;
const name = scene.nameAt(2 * hour);
const second = "i-0second";

const judged = (fields: Partial<Evidence>) => classify(machine(), evidence([machine()], fields), noon);

/** A second manager, with its own disk. */
function beside(machines: readonly MachineDirectory[], sections: readonly string[] = [template]) {
  const disk = answered(spans.disk, scene.reading(machines, { instance: second }));
  return manager([], { id: second, disk, sections: answered(spans.disk, sections) });
}

describe("a directory without config.json", () => {
  it("doesn't make its machine known, though its section is loaded: the manager can neither use nor remove it", () => {
    expect(judged({ managers: [manager([{ name, broken: true }])] })).toEqual({
      verdict: "stranded",
      reasons: [{ code: "directory-broken", manager: host }],
    });
  });

  it("takes nothing from a whole one of the same machine on another disk", () => {
    const managers = [manager([{ name, broken: true }]), beside([{ name, instanceId: "i-0machine" }])];
    expect(judged({ managers })).toEqual({
      verdict: "known",
      reasons: [{ code: "on-disk", manager: second, section: template }],
    });
  });
});

describe("a machine with more than one directory is known by any of them", () => {
  it("of one name on two disks, whichever of the managers has loaded its section", () => {
    const loads = { verdict: "known", reasons: [{ code: "on-disk", manager: host, section: template }] };
    expect(judged({ managers: [manager([{ name }]), beside([{ name }], [])] })).toEqual(loads);
    const asleep = manager([{ name }], { sections: answered(spans.disk, []) });
    expect(judged({ managers: [asleep, beside([{ name }])] })).toMatchObject({
      reasons: [{ code: "on-disk", manager: second }],
    });
  });

  it("of its name in a section that is gone, and of its instance in one that is loaded", () => {
    const renamed = { name: scene.nameAt(3 * hour, "runner-t9wkyjhg-new-%s"), instanceId: "i-0machine" };
    const sections = answered(spans.disk, ["runner-t9wkyjhg-new-%s"]);
    expect(judged({ managers: [manager([{ name }, renamed], { sections })] })).toEqual({
      verdict: "known",
      reasons: [{ code: "on-disk", manager: host, section: "runner-t9wkyjhg-new-%s" }],
    });
  });
});

describe("what couldn't be heard is told once, and nothing is made of it", () => {
  it("a disk that counts for nothing hasn't been read, so that its volume may know any machine", () => {
    const disk = answered(spans.disk, scene.reading([], { ended: false }));
    const dataVolumes = answered(spans.listing, ["vol-0data"]);
    const { reasons } = judged({ managers: [manager([], { disk })], dataVolumes });
    expect(reasons).toMatchObject([
      { code: "disk-untrusted", manager: host },
      { code: "data-volume-unread", volume: "vol-0data" },
    ]);
  });

  it("hosts that nobody could list are no hosts that weren't asked", () => {
    expect(judged({ hosts: unanswered("denied") }).reasons).toEqual([{ code: "hosts-unknown", why: "denied" }]);
  });
});

describe("a manager whose successor was read", () => {
  it("may have handed its machines on: their jobs are asked for, whenever the machine was launched", () => {
    const proof = {
      how: "successor-read",
      terminatedSeenAt: noon - hour / 2,
      successor: second,
      readAt: noon,
    } as const;
    const managers = [{ state: "ended", id: host, proof } as const, beside([])];
    const hosts = answered(spans.listing, [second]);
    expect(judged({ hosts, managers, traces: unanswered("GitLab is down") })).toEqual({
      verdict: "unknown",
      reasons: [{ code: "jobs-unknown", witness: "traces", why: "GitLab is down" }],
    });
    expect(judged({ hosts, managers })).toEqual({
      verdict: "suspect",
      reasons: [{ code: "manager-ended", manager: host }],
    });
  });
});
