import { describe, expect, it } from "vitest";
import { classify } from "../../../shared/resources/machines/classify.ts";
import type { Evidence } from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import * as scene from "./scene.ts";

const { evidence, hour, machine, manager, minute, noon, template, untagged } = scene;

function verdictOf(subject: Machine, fields: Partial<Evidence> = {}) {
  const verdict = classify(subject, evidence([subject], fields), noon);
  return `${verdict.verdict}: ${verdict.reasons.map(({ code }) => code).join(", ")}`;
}

const entry = { name: scene.nameAt(2 * hour), instanceId: "i-0machine" };

describe("what is certainly left alone", () => {
  it.each(["shutting-down", "terminated"] as const)("a machine that is %s is gone", (state) => {
    expect(verdictOf(machine({ state }))).toBe(`gone: ${state}`);
  });

  it("a machine that a person tagged keep is protected, whatever the tag's value", () => {
    expect(verdictOf(machine({ tags: { "fleetkeeper:keep": "" } }))).toBe("protected: keep-tag");
  });

  it("a declared host is protected, and so is a manager that the file no longer declares", () => {
    expect(verdictOf(machine({ id: scene.host }))).toBe("protected: declared-host");
    expect(verdictOf(machine({ id: scene.host }), { hosts: answered(scene.spans.listing, []) })).toBe(
      "protected: manager",
    );
  });

  it("a machine with termination protection is protected", () => {
    const terminationProtection = answered(scene.spans.jobs, true);
    expect(verdictOf(machine(), { closeLooks: { "i-0machine": scene.closeLook({ terminationProtection }) } })).toBe(
      "protected: termination-protection",
    );
  });

  it("an Auto Scaling group owns its instances, also while nobody can tell whether the group exists", () => {
    const { keyName: _, ...owned } = machine({
      tags: { "aws:autoscaling:groupName": "acme-pool", "fleetkeeper:fleet": "acme" },
    });
    expect(verdictOf(owned, { scalingGroups: answered(scene.spans.listing, ["acme-pool"]) })).toBe(
      "protected: scaling-group",
    );
    expect(verdictOf(owned, { scalingGroups: unanswered("throttled") })).toBe("protected: scaling-group");
    expect(verdictOf(owned)).toMatch(/^suspect/);
  });

  it("a machine is young by its launch time, and by the time in its name", () => {
    expect(verdictOf(machine({ age: 14 * minute }))).toBe("young: launched-recently, named-recently");
    expect(verdictOf(machine({ launchTime: noon - minute }))).toBe("young: launched-recently");
    expect(verdictOf(machine({ state: "pending" }))).toBe("young: pending");
  });

  it("a manager's clock that ran ahead doesn't keep its machines young for ever", () => {
    expect(verdictOf(machine({ launchTime: noon - 2 * hour, keyName: scene.nameAt(-300 * 24 * hour) }))).toMatch(
      /^suspect/,
    );
  });
});

describe("whose a machine is", () => {
  it("is told by equality: fleet acme-eu is not fleet acme (9: a prefix matched where equality was meant)", () => {
    expect(verdictOf(machine({ tags: { "fleetkeeper:fleet": "acme-eu" } }))).toBe("foreign: other-fleet");
    const eu = { profileArn: scene.profile.replace("acme-machine", "acme-machine-eu") };
    expect(verdictOf(untagged(eu))).toBe("foreign: other-profile");
    const other = untagged({ groupIds: [], keyName: scene.nameAt(2 * hour, "runner-t9wkyjhg-acme-eu-%s") });
    const { profileArn: _, ...bare } = other;
    expect(verdictOf(bare)).toBe("foreign: nothing-of-ours");
  });

  it("without a key pair it is nobody's docker-machine: only an Auto Scaling group's may be ours", () => {
    const { keyName: _, ...bare } = machine();
    expect(verdictOf(bare)).toBe("foreign: not-a-machine");
    const tags = { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "pool" };
    expect(verdictOf({ ...bare, tags })).toMatch(/^suspect/);
  });

  it("with our tag but a foreign profile or key pair is foreign", () => {
    expect(verdictOf(machine({ profileArn: "arn:aws:iam::123456789012:instance-profile/admin" }))).toBe(
      "foreign: other-profile",
    );
    expect(verdictOf(machine({ keyName: "alice-laptop" }))).toBe("foreign: other-key-pair");
  });

  it("can be told without any tag: by profile, by group, by key pair (13: only tagged instances seen)", () => {
    expect(verdictOf(untagged({ groupIds: [] }))).toMatch(/^suspect/);
    const { profileArn: _, ...bare } = untagged();
    expect(verdictOf(bare)).toMatch(/^suspect/);
    expect(verdictOf({ ...bare, groupIds: [] })).toMatch(/^suspect/);
  });

  it("can be told by the tags of its spot request, where some versions of docker-machine put them alone", () => {
    const { profileArn: _, ...bare } = untagged({ groupIds: [], requestTags: { "fleetkeeper:fleet": "acme" } });
    expect(verdictOf({ ...bare, keyName: scene.nameAt(2 * hour, "runner-zzzzzzzzz-acme-%s") })).toMatch(/^suspect/);
    expect(verdictOf({ ...bare, requestTags: { "fleetkeeper:fleet": "beta" } })).toBe("foreign: other-fleet");
  });
});

describe("what its manager says", () => {
  it("on the disk and of a loaded section: known", () => {
    expect(verdictOf(machine(), { managers: [manager([entry])] })).toBe("known: on-disk");
  });

  it("on the disk without its instance id, as while docker-machine creates it: known by its key pair's name", () => {
    expect(verdictOf(machine(), { managers: [manager([{ name: entry.name }])] })).toBe("known: on-disk");
  });

  it("named by a docker-machine process in flight: known, on no disk and of no section", () => {
    const processes = answered(scene.spans.disk, [entry.name]);
    expect(verdictOf(machine(), { managers: [manager([], { processes })] })).toBe("known: in-flight");
  });

  it("on the disk, of a section that isn't loaded: stranded", () => {
    const sections = answered(scene.spans.disk, ["runner-newtoken1-acme-%s"]);
    expect(verdictOf(machine(), { managers: [manager([entry], { sections })] })).toBe("stranded: section-not-loaded");
  });

  it("on the disk while the loaded sections are unknown, as when the runner doesn't run: unknown", () => {
    const sections = unanswered("the runner isn't running");
    expect(verdictOf(machine(), { managers: [manager([entry], { sections })] })).toBe("unknown: sections-unknown");
    expect(verdictOf(machine(), { managers: [manager([], { sections })] })).toMatch(/^suspect/);
  });

  it("on a completely read and rightly empty disk: suspect", () => {
    expect(verdictOf(machine())).toBe("suspect: on-no-disk");
  });

  it("on the disk of a second manager: known, whichever manager its tag names", () => {
    const second = "i-0second";
    const disk = answered(scene.spans.disk, scene.reading([entry], { instance: second }));
    expect(verdictOf(machine(), { managers: [manager(), manager([], { id: second, disk })] })).toBe("known: on-disk");
  });

  it.each([
    ["another nonce", { nonce: "old" }],
    ["another instance", { instance: "i-0other" }],
    ["another path", { path: "/root/.docker/machine/machines" }],
    ["another mount", { mount: "/" }],
    ["another volume's sentinel", { sentinel: { volume: "vol-0old", generation: 1 } }],
    ["an older generation", { sentinel: { volume: "vol-0data", generation: 0 } }],
    ["no end mark", { ended: false }],
    ["a wrong count", { count: 1 }],
    ["a wrong hash", { hash: "0".repeat(64) }],
  ])("a disk reading with %s counts for nothing: unknown", (_, fields) => {
    const disk = answered(scene.spans.disk, scene.reading([], fields));
    expect(verdictOf(machine(), { managers: [manager([], { disk })] })).toBe("unknown: disk-untrusted");
  });

  it("a missing or empty directory without its sentinel counts for nothing: unknown", () => {
    const { sentinel: _, ...reading } = scene.reading([]);
    const disk = answered(scene.spans.disk, reading);
    expect(verdictOf(machine(), { managers: [manager([], { disk })] })).toBe("unknown: disk-untrusted");
  });

  it("a machine that shows no name is matched by its instance id", () => {
    const sections = answered(scene.spans.disk, [template]);
    const shared = machine({ keyName: scene.nameAt(3 * hour) });
    expect(verdictOf(shared, { managers: [manager([entry], { sections })] })).toBe("known: on-disk");
  });
});

describe("what jobs say", () => {
  const look = (fields: Parameters<typeof scene.closeLook>[0]) => ({ "i-0machine": scene.closeLook(fields) });

  it("a job's container on the worker: busy", () => {
    expect(verdictOf(machine(), { closeLooks: look({ containers: answered(scene.spans.jobs, 2) }) })).toBe(
      "busy: job-container",
    );
  });

  it("a running job's trace names it: busy, although no container runs yet", () => {
    expect(verdictOf(machine(), { traces: answered(scene.spans.jobs, [entry.name]) })).toBe("busy: job-trace");
  });

  it("the worker can't be asked (it has no agent): the traces decide; without them: unknown", () => {
    const closeLooks = look({ containers: { state: "no-agent", span: scene.spans.jobs } });
    expect(verdictOf(machine(), { closeLooks })).toMatch(/^suspect/);
    expect(verdictOf(machine(), { closeLooks, traces: { state: "not-asked" } })).toBe("unknown: jobs-unknown");
  });

  it("no API token is configured: the worker decides", () => {
    expect(verdictOf(machine(), { traces: { state: "not-asked" } })).toMatch(/^suspect/);
  });

  it("a witness that was asked and failed: unknown", () => {
    expect(verdictOf(machine(), { closeLooks: look({ containers: unanswered("timed out") }) })).toBe(
      "unknown: jobs-unknown",
    );
    expect(verdictOf(machine(), { traces: unanswered("502") })).toBe("unknown: jobs-unknown");
    expect(verdictOf(machine(), { closeLooks: {} })).toBe("unknown: not-looked-at-closely");
  });

  it("a stranded machine with a job is busy", () => {
    const sections = answered(scene.spans.disk, []);
    const closeLooks = look({ containers: answered(scene.spans.jobs, 1) });
    expect(verdictOf(machine(), { managers: [manager([entry], { sections })], closeLooks })).toMatch(/^busy/);
  });
});

describe("a lost manager", () => {
  const ended = (how: "volume-gone" | "successor-read") =>
    how === "volume-gone"
      ? ({
          state: "ended",
          id: scene.host,
          proof: { how, terminatedSeenAt: noon - hour, volumeGoneAt: noon - hour / 2 },
        } as const)
      : ({
          state: "ended",
          id: scene.host,
          proof: { how, terminatedSeenAt: 1, successor: "i-0next", readAt: 2 },
        } as const);
  const silence = { hosts: answered(scene.spans.listing, []), traces: unanswered("GitLab is down") } as const;

  it("seen terminated and its volume gone: its machines are suspect, though disk and jobs are silent for ever", () => {
    const containers = unanswered("nobody asks");
    const closeLooks = { "i-0machine": scene.closeLook({ containers }) };
    expect(verdictOf(machine(), { ...silence, managers: [ended("volume-gone")], closeLooks })).toBe(
      "suspect: manager-ended",
    );
    expect(verdictOf(untagged(), { ...silence, managers: [ended("volume-gone")], closeLooks })).toBe(
      "suspect: on-no-disk",
    );
  });

  it("launched it? not after its end: then its tag was copied, and the jobs of the living managers decide", () => {
    const late = machine({ launchTime: noon - hour / 2 });
    const second = "i-0second";
    const disk = answered(scene.spans.disk, scene.reading([], { instance: second }));
    const managers = [ended("volume-gone"), manager([], { id: second, disk })];
    expect(verdictOf(machine(), { ...silence, managers })).toBe("suspect: manager-ended");
    expect(verdictOf(late, { ...silence, managers })).toBe("unknown: jobs-unknown");
  });

  it("not proven to have ended: unknown", () => {
    const missing = { state: "missing", id: scene.host, missing: "its instance was never seen terminated" } as const;
    expect(verdictOf(machine(), { ...silence, managers: [missing] })).toBe("unknown: manager-end-unproven");
  });

  it("its successor on the same volume has been read: that disk and the jobs decide", () => {
    const disk = answered(scene.spans.disk, scene.reading([entry], { instance: "i-0next" }));
    const next = manager([], { id: "i-0next", disk });
    const managers = [ended("successor-read"), next];
    expect(verdictOf(machine(), { ...silence, managers })).toBe("known: on-disk");
    const empty = { ...next, disk: answered(scene.spans.disk, scene.reading([], { instance: "i-0next" })) };
    expect(verdictOf(machine(), { ...silence, managers: [ended("successor-read"), empty] })).toBe(
      "unknown: jobs-unknown",
    );
  });

  it("a machine whose tag names a manager that nobody knows is unknown", () => {
    expect(verdictOf(machine({ tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:manager": "i-0ghost" } }))).toBe(
      "unknown: names-unrecorded-manager",
    );
  });

  it("a data volume of the fleet that nobody read may know any machine, though no manager on it is on record", () => {
    const dataVolumes = answered(scene.spans.listing, ["vol-0data", "vol-0kept"]);
    expect(verdictOf(machine(), { dataVolumes })).toBe("unknown: data-volume-unread");
    expect(verdictOf(machine(), { dataVolumes: unanswered("throttled") })).toBe("unknown: data-volumes-unknown");
  });

  it("no manager on record at all, or a declared host that wasn't asked: unknown", () => {
    expect(verdictOf(machine({ tags: {} }), { managers: [], hosts: answered(scene.spans.listing, []) })).toBe(
      "unknown: no-manager-on-record",
    );
    expect(verdictOf(machine(), { hosts: answered(scene.spans.listing, [scene.host, "i-0new"]) })).toBe(
      "unknown: manager-not-asked",
    );
  });
});

describe("evidence in the wrong order, or of the wrong time, makes unknown", () => {
  it("a disk that was read before the last page of instances", () => {
    const managers = [manager([], { disk: answered(scene.span(-55, -45), scene.reading([])) })];
    expect(verdictOf(machine(), { managers })).toBe("unknown: manager-silent");
  });

  it("jobs that were asked before the disk", () => {
    expect(verdictOf(machine(), { traces: answered(scene.span(-45, -44), []) })).toBe("unknown: jobs-unknown");
    const containers = answered(scene.span(-45, -44), 0);
    expect(verdictOf(machine(), { closeLooks: { "i-0machine": scene.closeLook({ containers }) } })).toBe(
      "unknown: jobs-unknown",
    );
  });

  it("evidence that is older than ten minutes, or from the future", () => {
    const subject = machine();
    const old = classify(subject, evidence([subject]), noon + 11 * minute);
    expect(old).toMatchObject({ verdict: "unknown", reasons: [{ code: "evidence-stale" }] });
    const early = classify(subject, evidence([subject]), noon - 10 * minute);
    expect(early).toMatchObject({ verdict: "unknown" });
    expect(early.reasons[0]).toMatchObject({ code: "evidence-from-the-future", by: 10 * minute - 50_000 });
  });
});
