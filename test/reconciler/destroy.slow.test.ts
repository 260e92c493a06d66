import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../shared/engine/record.ts";
import { endFleet, isOver } from "../harness/ending-fleet.ts";
import { HostFleet } from "../harness/host-fleet.ts";

const heldBy = (record: RunRecord | undefined) =>
  Object.fromEntries((record?.held ?? []).map(({ target, hold }) => [`${target.kind}/${target.name}`, hold.reason]));

describe("the end of a fleet that doesn't go smoothly", { shuffle: false }, () => {
  let fleet: HostFleet;
  let instance = "";
  let silence = 0;
  beforeAll(async () => {
    fleet = await HostFleet.open(true);
    await fleet.settle(20);
    instance = (await fleet.instance()).InstanceId;
  });
  afterAll(() => fleet.close());

  const gitlab = () => fleet.world.hosts?.gitlab ?? expect.fail("no hosts run");

  it("waits for a running job, with everything else as it was", async () => {
    const runner = gitlab().state.runners.find(({ attributes }) => attributes.description === "acme-next");
    const job = {
      id: 900,
      runnerId: runner?.id ?? 0,
      systemId: "",
      status: "running",
      name: "job",
      createdAt: 0,
    } as const;
    gitlab().state.jobs.push(job);
    const { end, last } = await endFleet(fleet.world, "acme", { interrupted: () => true });
    expect(end).toBe("Interrupted");
    expect(heldBy(last)).toMatchObject({
      "runner/section/acme-next": "UnderWay",
      "machines/everything": "UnderWay",
      "stack/service/gitlab": "DependencyPending",
      "host/instance": "DependencyPending",
    });
    expect(last?.held.find(({ target }) => target.name === "section/acme-next")?.hold.message).toContain("1 jobs");
    expect((await fleet.instance()).State?.Name).toBe("running");
  });

  it("isn't disturbed by the schedule, which neither makes anew what is gone nor ends anything", async () => {
    const before = gitlab().state.runners.length;
    const record = await fleet.run({ trigger: "schedule" });
    expect(record.actions).toEqual([]);
    expect(new Set(Object.values(heldBy(record)))).toEqual(new Set(["TearingDown"]));
    expect(gitlab().state.runners.length).toBe(before);
    gitlab().state.jobs.length = 0;
  });

  it("holds while the host is silent: nobody can tell whether a job runs or a machine lives", async () => {
    silence = fleet.world.sandbox.faults.add({
      service: "ssm",
      operation: "SendCommand",
      effect: { type: "error", code: "InternalServerError", status: 500 },
    });
    const { end, last } = await endFleet(fleet.world, "acme");
    expect(end).toBe("Held");
    expect(last?.unknown.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["runner", "stack"]));
    expect(heldBy(last)).toMatchObject({ "host/instance": "UnknownDependency", "iam/role/host": "UnknownDependency" });
    expect((await fleet.instance()).State?.Name).toBe("running");
  });

  it("goes on once a person has ended the silent host: its end is seen, and GitLab's data stays", async () => {
    const volume = await fleet.dataVolume();
    await fleet.ec2.modifyInstanceAttribute({ InstanceId: instance, DisableApiTermination: { Value: false } });
    await fleet.ec2.terminateInstances({ InstanceIds: [instance] });
    const { end, proof, last } = await endFleet(fleet.world, "acme");
    expect({ end, held: heldBy(last) }).toEqual({ end: "Gone", held: {} });
    fleet.world.sandbox.faults.remove(silence);
    expect(proof?.remnants.filter(({ retained }) => retained === undefined)).toEqual([]);
    const retained = [volume.VolumeId, "acme-gitlab-cache", "acme-gitlab-backups"];
    expect(proof?.remnants.map(({ id }) => id)).toEqual(expect.arrayContaining(retained));
    expect((await fleet.dataVolume()).State).toBe("available");
    expect(await isOver(fleet.world, "acme")).toBe(true);
  });

  it("is started anew by a push: on the data volume that was retained", async () => {
    const volume = await fleet.dataVolume();
    await fleet.push((body) => body);
    await fleet.settle(20);
    expect((await fleet.dataVolume()).VolumeId).toBe(volume.VolumeId);
    expect((await fleet.instance()).InstanceId).not.toBe(instance);
  });
});
