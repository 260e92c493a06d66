import { DeleteVolumeCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { CollectedWorld } from "./collected-world.ts";

/** What EC2 was asked by name since the last time: instances and volumes that no listing showed. */
function askedByName({ world }: CollectedWorld): Readonly<Record<string, readonly string[]>> {
  const asked: Record<string, readonly string[]> = {};
  for (const { operation, input } of world.sandbox.calls.all()) {
    const filters = Array.isArray(input["Filters"]) ? input["Filters"] : [];
    for (const { Name, Values } of filters)
      if (Name === "instance-id" || Name === "volume-id") asked[operation] = Values;
  }
  world.sandbox.calls.clear();
  return asked;
}

test("EC2 is asked for a manager or its volume by name only once its listings no longer show them", async () => {
  const fleet = await CollectedWorld.open();
  const host = await fleet.addHost();
  const { volume } = fleet.data(host);
  await fleet.createMachine(host);
  await fleet.run();
  fleet.world.sandbox.calls.clear();
  await fleet.run();
  expect(askedByName(fleet), "both are listed").toEqual({});

  await fleet.terminateHost(host, false);
  askedByName(fleet);
  await fleet.run();
  expect(askedByName(fleet), "the volume is listed still").toEqual({ DescribeInstances: [host] });

  await fleet.ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
  askedByName(fleet);
  await fleet.run();
  expect(askedByName(fleet)).toEqual({ DescribeInstances: [host], DescribeVolumes: [volume] });
  await fleet.world.close();
});
