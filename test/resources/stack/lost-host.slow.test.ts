import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HostRecord } from "../../../sandbox/hosts/host-state.ts";
import type { RunRecord } from "../../../shared/engine/record.ts";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

const minute = 60_000;
const readme = "/srv/fleetkeeper/gitlab/data/README";

function running(record: HostRecord): readonly string[] {
  return Object.values(record.containers)
    .filter(({ status }) => status === "running")
    .map(({ service }) => service)
    .sort();
}

/** What takes the whole host, with all that runs on it: found in one run, and put right by at most two that do something. */
describe("a host with everything on it", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true);
    await fleet.settle(15);
  });
  afterAll(() => fleet.close());
  beforeEach(() => fleet.world.clock.sleep(61 * minute));

  async function healed(target: string, action: RegExp): Promise<readonly RunRecord[]> {
    const acting = await fleet.heal();
    expect(actionsOn(acting[0] ?? expect.fail("no run did anything"), target).join()).toMatch(action);
    expect(acting.length).toBeLessThanOrEqual(2);
    const { record } = await fleet.host();
    expect(Object.keys(record.mounts)).toEqual(["/srv/fleetkeeper"]);
    expect(running(record)).toEqual(["gitlab", "gitlab-runner", "grafana", "prometheus"]);
    return acting;
  }

  it("whose disk is not mounted is mounted again in one run, and its services start with their data", async () => {
    const { record, files } = await fleet.host();
    files.files.write(readme, "data\n", 0o644);
    for (const point of Object.keys(record.mounts)) delete record.mounts[point];
    for (const one of Object.values(record.containers)) one.status = "exited";
    const acting = await healed("stack/volume", /^create volumeId$/);
    expect(acting).toHaveLength(1);
    expect((await fleet.host()).files.files.text(readme)).toBe("data\n");
  });

  it("that is stopped is started, and its services with it", async () => {
    const { InstanceId } = await fleet.instance();
    await fleet.ec2.stopInstances({ InstanceIds: [InstanceId] });
    await fleet.world.clock.sleep(2 * minute);
    await healed("host/instance", /^update state$/);
    expect((await fleet.instance()).InstanceId).toBe(InstanceId);
  });

  it("that was terminated from outside is made again on its data volume, by two runs that act", async () => {
    const { InstanceId } = await fleet.instance();
    const { VolumeId } = await fleet.dataVolume();
    (await fleet.host()).files.files.write(readme, "data\n", 0o644);
    await fleet.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
    await fleet.ec2.terminateInstances({ InstanceIds: [InstanceId] });
    await fleet.world.clock.sleep(minute);
    await healed("host/instance", /^create imageId /);
    expect((await fleet.instance()).InstanceId).not.toBe(InstanceId);
    expect((await fleet.dataVolume()).VolumeId).toBe(VolumeId);
    expect((await fleet.host()).files.files.text(readme)).toBe("data\n");
  });

  it("whose volume grows in the file gets a larger volume and a larger file system", async () => {
    await fleet.push((body) => body.replace("sizeGiB: 200", "sizeGiB: 300"));
    await healed("host/volume/data", /^update sizeGiB$/);
    const { VolumeId, Size } = await fleet.dataVolume();
    expect(Size).toBe(300);
    expect(fleet.world.hosts?.state.fileSystems[VolumeId]?.size).toBe(300);
  });
});
