import { describe, expect, it } from "vitest";
import type { Evidence } from "../../../shared/resources/machines/evidence.ts";
import { type Answer, answered, unanswered } from "../../../shared/resources/machines/span.ts";
import {
  found,
  interfaceOf,
  keyPairOf,
  listed,
  made,
  name,
  requestOf,
  silent,
  tags,
  verdict,
  volumeOf,
} from "./companion-scene.ts";
import * as scene from "./scene.ts";

const { host, hour, machine, manager, noon, spans } = scene;
const making = [manager([], { processes: answered(spans.disk, [name]) })];
const known = (by: string) => ({ verdict: "known", reasons: [{ code: "in-use", by }] });
const inFlight = { verdict: "known", reasons: [{ code: "in-flight", manager: host }] };

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
