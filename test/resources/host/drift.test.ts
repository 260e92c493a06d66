import { expect, test } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";
import { drifts } from "./drifts.ts";

const minute = 60_000;

test.each(drifts)("a host that was $what is found in one run and put right in at most two", async (drift) => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { InstanceId } = await fleet.instance();
  await drift.cause(fleet);
  expect(await drift.healed(fleet).catch(() => false)).not.toBe(true);
  const records = await fleet.settle(2);
  const [target, action] = drift.shows;
  expect(actionsOn(records[0] ?? expect.fail(), target)).toContain(action);
  expect(await drift.healed(fleet)).toBe(true);
  expect((await fleet.instance()).InstanceId).toBe(InstanceId);
  const quiet = await fleet.run();
  expect(quiet.actions).toEqual([]);
});

test("a host that was terminated from outside is made again, once, on its data volume", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const before = await fleet.instance();
  const { VolumeId } = await fleet.dataVolume();
  const { InstanceId } = before;
  await fleet.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
  await fleet.ec2.terminateInstances({ InstanceIds: [InstanceId] });
  await fleet.world.clock.sleep(minute);
  const records = await fleet.settle(3);
  expect(actionsOn(records[0] ?? expect.fail(), "host/instance")[0]).toMatch(/^create /);
  const after = await fleet.instance();
  expect(after.InstanceId).not.toBe(InstanceId);
  const volume = await fleet.dataVolume();
  expect(volume.VolumeId).toBe(VolumeId);
  expect(volume.Attachments?.[0]?.InstanceId).toBe(after.InstanceId);
});

test("a data volume that is gone is not silently replaced by a blank one", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { VolumeId } = await fleet.dataVolume();
  await fleet.ec2.detachVolume({ VolumeId });
  await fleet.world.clock.sleep(minute);
  await fleet.ec2.deleteVolume({ VolumeId });
  await fleet.run();
  await expect(fleet.dataVolume()).rejects.toThrow("there are 0 data volumes");
  expect(await fleet.unsettled()).toEqual([expect.stringMatching(/^host\/volume\/data Held: approve it with/)]);
});

test("a record of somebody else's is left alone", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.route53.changeResourceRecordSets({
    HostedZoneId: "Z0123456789ABCDEFGHIJ",
    ChangeBatch: {
      Changes: [
        {
          Action: "CREATE",
          ResourceRecordSet: {
            Name: "gitlab.example.com",
            Type: "A",
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.7" }],
          },
        },
      ],
    },
  });
  await fleet.run();
  await fleet.world.clock.sleep(minute);
  await fleet.run();
  expect(await fleet.unsettled()).toEqual([
    expect.stringMatching(/^host\/dns.* Held: .*doesn't carry this fleet's mark/),
  ]);
});
