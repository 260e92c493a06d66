import { describe, expect, it } from "vitest";
import { classifyFleet } from "../../../shared/resources/machines/classify.ts";
import type { CompanionEvidence } from "../../../shared/resources/machines/companion.ts";
import { judgeCompanions } from "../../../shared/resources/machines/companions.ts";
import type { Evidence } from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { answered, unanswered } from "../../../shared/resources/machines/span.ts";
import { hear } from "../../../shared/resources/machines/witnesses.ts";
import * as scene from "./scene.ts";

const { hour, machine, manager, noon } = scene;
const listed = scene.span(-50, -45);
const name = scene.nameAt(2 * hour);
const ours = { "fleetkeeper:fleet": "acme", Name: name };
const request = {
  id: "sir-1",
  state: "open",
  type: "one-time",
  createdAt: noon - 2 * hour,
  keyName: name,
  profileArn: scene.profile,
  groupIds: [scene.group],
  tags: {},
} as const;
const volume = {
  id: "vol-1",
  state: "available",
  createdAt: noon - 2 * hour,
  attachedTo: [],
  endsWithInstance: false,
  tags: ours,
} as const;
const item = {
  id: "eni-1",
  state: "available",
  createdAt: 0,
  requesterManaged: false,
  groupIds: [],
  tags: ours,
} as const;
const row = { runnerId: 7, systemId: "r_gone00000000", createdAt: noon - 90 * hour, active: false };

function verdicts(
  companions: Partial<CompanionEvidence>,
  fields: Partial<Evidence> = {},
  machines: readonly Machine[] = [],
): readonly string[] {
  const none = answered(listed, []);
  const all = { requests: none, keyPairs: none, volumes: none, interfaces: none, managerRows: none, systemIds: none };
  const seen = scene.evidence(machines, fields);
  const found = judgeCompanions({ ...all, ...companions }, hear(seen, noon), classifyFleet(seen, noon));
  return found.map(({ verdict }) => `${verdict.verdict}: ${verdict.reasons.map(({ code }) => code).join(", ")}`);
}

describe("a spot request", () => {
  const of = (fields: object, more: Partial<Evidence> = {}, machines: readonly Machine[] = []) =>
    verdicts({ requests: answered(listed, [{ ...request, ...fields }]) }, more, machines);

  it("that is open and no docker-machine waits for: suspect", () => {
    expect(of({})).toEqual(["suspect: request-open"]);
  });

  it("that a process waits for is known; that is young, foreign, kept or closed is left alone", () => {
    const processes = answered(scene.spans.disk, [name]);
    expect(of({}, { managers: [manager([], { processes })] })).toEqual(["known: in-flight"]);
    expect(of({ createdAt: noon - 60_000 })).toEqual(["young: launched-recently"]);
    expect(of({ profileArn: "arn:aws:iam::1:instance-profile/x" })).toEqual(["foreign: other-profile"]);
    expect(of({ tags: { "fleetkeeper:keep": "" } })).toEqual(["protected: keep-tag"]);
    expect(of({ state: "cancelled" })).toEqual(["gone: deleted"]);
  });

  it("that is active goes with its machine; only a persistent one is cancelled before, for it would start another", () => {
    const subject = machine();
    const active = { state: "active", instanceId: subject.id };
    expect(of(active, {}, [subject])).toEqual(["known: in-use"]);
    expect(of({ ...active, type: "persistent" }, {}, [subject])).toEqual(["suspect: request-open"]);
    const kept = machine({ tags: { "fleetkeeper:keep": "" } });
    expect(of({ ...active, type: "persistent" }, {}, [kept])).toEqual(["known: in-use"]);
  });

  it("is unknown while a manager is silent", () => {
    const disk = unanswered("silent");
    expect(of({}, { managers: [manager([], { disk })] })[0]).toMatch(/^unknown/);
  });
});

describe("a key pair", () => {
  const of = (keyName: string, more: Partial<Evidence> = {}, machines: readonly Machine[] = [], age = 2 * hour) =>
    verdicts({ keyPairs: answered(listed, [{ name: keyName, createdAt: noon - age }]) }, more, machines)[0];

  it("without machine, request, directory or process is suspect once it is old enough", () => {
    expect(of(name)).toBe("suspect: no-instance");
    expect(of(name, {}, [], 60_000)).toBe("young: launched-recently");
  });

  it("of a machine, of a directory, of a machine being made is known: it is imported before the launch", () => {
    expect(of(name, {}, [machine()])).toBe("known: in-use");
    expect(of(name, { managers: [manager([{ name }])] })).toBe("known: in-use");
    expect(of(name, { managers: [manager([], { processes: answered(scene.spans.disk, [name]) })] })).toBe(
      "known: in-flight",
    );
  });

  it("of another fleet whose name starts like ours is foreign (9: a prefix matched where equality was meant)", () => {
    expect(of(scene.nameAt(2 * hour, "runner-t9wkyjhg-acme-eu-%s"))).toBe("foreign: other-key-pair");
    expect(of(scene.nameAt(2 * hour, "runner-zzzzzzzzz-acme-%s"))).toBe("foreign: other-key-pair");
    expect(of("runner-laptop")).toBe("foreign: not-a-machine");
  });

  it("is unknown where the spot requests couldn't be listed (3: a failed look-up read as: nothing refers to it)", () => {
    const keyPairs = answered(listed, [{ name, createdAt: noon - 2 * hour }]);
    expect(verdicts({ keyPairs, requests: unanswered("throttled") })).toEqual(["unknown: listing-incomplete"]);
  });

  it("is unknown where it was listed after the disks: its machine may have been made since", () => {
    const keyPairs = answered(scene.span(-35, -25), [{ name, createdAt: noon - 2 * hour }]);
    expect(verdicts({ keyPairs })).toEqual(["unknown: out-of-order"]);
  });
});

describe("a volume, an interface", () => {
  it("that is left behind, tagged as a machine's, is suspect", () => {
    expect(verdicts({ volumes: answered(listed, [volume]) })).toEqual(["suspect: unattached"]);
    expect(verdicts({ interfaces: answered(listed, [item]) })).toEqual(["suspect: unattached"]);
  });

  it("that is a host's data volume is protected, whatever its tags say", () => {
    expect(verdicts({ volumes: answered(listed, [{ ...volume, id: "vol-0data" }]) })).toEqual([
      "protected: host-volume",
    ]);
    const dataVolumes = answered(scene.spans.listing, []);
    expect(
      verdicts({ volumes: answered(listed, [{ ...volume, id: "vol-0data" }]) }, { dataVolumes, managers: [] }),
    ).toEqual(["protected: host-volume"]);
  });

  it("without a machine's name is foreign: data of people is never taken for a left-over", () => {
    const tags = { "fleetkeeper:fleet": "acme", Name: "gitlab-backup" };
    expect(verdicts({ volumes: answered(listed, [{ ...volume, tags }]) })).toEqual(["foreign: not-a-machine"]);
    expect(verdicts({ volumes: answered(listed, [{ ...volume, tags: {} }]) })).toEqual(["foreign: nothing-of-ours"]);
    const host = { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "host", Name: name };
    expect(verdicts({ volumes: answered(listed, [{ ...volume, tags: host }]) })).toEqual(["protected: other-kind"]);
  });

  it("that is in use, or that AWS manages, is left alone", () => {
    expect(verdicts({ volumes: answered(listed, [{ ...volume, state: "in-use" }]) })).toEqual(["known: in-use"]);
    expect(verdicts({ interfaces: answered(listed, [{ ...item, requesterManaged: true }]) })).toEqual([
      "protected: aws-managed",
    ]);
  });
});

describe("a directory", () => {
  const of = (fields: Partial<Evidence>, machines: readonly Machine[] = []) => verdicts({}, fields, machines);

  it("whose machine is gone is suspect: a spot interruption leaves it behind", () => {
    expect(of({ managers: [manager([{ name, instanceId: "i-0gone" }])] })).toEqual(["suspect: no-instance"]);
  });

  it("whose machine lives, by key pair or by id, is known", () => {
    expect(of({ managers: [manager([{ name }])] }, [machine()])).toEqual(["known: in-use"]);
    const other = machine({ keyName: scene.nameAt(3 * hour) });
    expect(of({ managers: [manager([{ name, instanceId: other.id }])] }, [other])).toEqual(["known: in-use"]);
  });

  it("whose machine is being made is known or young", () => {
    const processes = answered(scene.spans.disk, [name]);
    expect(of({ managers: [manager([{ name }], { processes })] })).toEqual(["known: in-flight"]);
    expect(of({ managers: [manager([{ name: scene.nameAt(60_000) }])] })).toEqual(["young: launched-recently"]);
  });

  it("that isn't a machine's is left alone: the dummy machine made the certificates", () => {
    expect(of({ managers: [manager([{ name: "dummy-machine" }])] })).toEqual(["foreign: not-a-machine"]);
  });
});

describe("a manager row in GitLab", () => {
  const of = (fields: object, systemIds: CompanionEvidence["systemIds"] = answered(listed, ["r_now000000000"])) =>
    verdicts({ managerRows: answered(listed, [{ ...row, ...fields }]), systemIds });

  it("whose system id no manager has any more is suspect after a day of silence", () => {
    expect(of({})).toEqual(["suspect: manager-row-stale"]);
    expect(of({ contactedAt: noon - 2 * hour })).toEqual(["young: launched-recently"]);
  });

  it("of the running manager, or with a job, is left alone; unknown while no manager can say its id", () => {
    expect(of({ systemId: "r_now000000000" })).toEqual(["known: in-use"]);
    expect(of({ active: true })).toEqual(["busy: job-trace"]);
    expect(of({}, unanswered("silent"))).toEqual(["unknown: listing-incomplete"]);
  });
});
