import { expect, test } from "vitest";
import { addApprovals } from "../../../shared/store/approvals.ts";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

const noWindows = (body: string) => body.replace(/\n {2}maintenance:[\s\S]*?(?=\n {2}notifications:)/, "\n");

test("the host is launched as it must be: IMDSv2, protected, encrypted, marked, with no key and no user data", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const [launch] = fleet.world.sandbox.calls.all().filter(({ operation }) => operation === "RunInstances");
  expect(launch?.input).toMatchObject({
    ClientToken: "fleetkeeper-acme-host-0",
    MinCount: 1,
    MaxCount: 1,
    InstanceType: "t3.xlarge",
    DisableApiTermination: true,
    MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2, HttpEndpoint: "enabled" },
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 30, Encrypted: true, VolumeType: "gp3" } }],
  });
  expect(launch?.input).not.toHaveProperty("KeyName");
  expect(launch?.input).not.toHaveProperty("UserData");
  expect(JSON.stringify(launch?.input)).toContain('"fleetkeeper:fleet"');
  const instance = await fleet.instance();
  expect(instance.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName).sort()).toEqual(["/dev/sdf", "/dev/xvda"]);
  const volume = await fleet.dataVolume();
  expect(volume).toMatchObject({ Size: 200, Encrypted: true, Iops: 3000, Throughput: 250 });
});

test("a data volume that the file lets grow grows in place", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { VolumeId } = await fleet.dataVolume();
  await fleet.push((body) => body.replace("sizeGiB: 200", "sizeGiB: 300"));
  const records = await fleet.settle(2);
  expect(actionsOn(records[0] ?? expect.fail(), "host/volume/data")).toEqual(["update sizeGiB"]);
  expect(await fleet.dataVolume()).toMatchObject({ VolumeId, Size: 300 });
});

test("a data volume never shrinks: it is refused with the reason", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  await fleet.push((body) => body.replace("sizeGiB: 200", "sizeGiB: 100"));
  await fleet.run();
  expect(await fleet.unsettled()).toEqual([
    expect.stringMatching(/^host\/volume\/data Held: an EBS volume can't shrink/),
  ]);
  expect(await fleet.dataVolume()).toMatchObject({ Size: 200 });
});

test("another instance type stops and starts the host, in the window", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { InstanceId } = await fleet.instance();
  await fleet.push((body) => body.replace("instanceType: t3.xlarge", "instanceType: m5.large"));
  // A Tuesday at noon; the windows are at weekends.
  await fleet.run();
  expect(await fleet.unsettled()).toEqual([
    expect.stringMatching(/^host\/instance Held: waits for the maintenance window/),
  ]);
  expect(await fleet.instance()).toMatchObject({ InstanceType: "t3.xlarge" });
  await fleet.push((body) => noWindows(body).replace("instanceType: t3.xlarge", "instanceType: m5.large"));
  await fleet.settle(4);
  expect(await fleet.instance()).toMatchObject({ InstanceId, InstanceType: "m5.large", State: { Name: "running" } });
});

test("another AMI replaces the host only once somebody has approved exactly that, and the data volume moves over", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const before = await fleet.instance();
  const { VolumeId } = await fleet.dataVolume();
  await fleet.push((body) =>
    body.replace(/ami: \{ ssm: \/aws\/service\/ami-amazon[^}]*\}/, "ami: { id: ami-0a1b2c3d4e5f60002 }"),
  );
  await fleet.run();
  const { resources } = await fleet.status();
  const id = /--approve ([0-9a-f]{12})/.exec(resources["host/instance"]?.message ?? "")?.[1] ?? "";
  expect(id).not.toBe("");
  expect((await fleet.instance()).InstanceId).toBe(before.InstanceId);
  const { store } = await fleet.world.reconciler();
  await addApprovals(store, "acme", [{ actionId: id, by: "ada", at: fleet.world.clock.now() }]);
  await fleet.settle(5);
  const after = await fleet.instance();
  expect(after).toMatchObject({ ImageId: "ami-0a1b2c3d4e5f60002" });
  expect(after.InstanceId).not.toBe(before.InstanceId);
  expect(await fleet.dataVolume()).toMatchObject({ VolumeId, Attachments: [{ InstanceId: after.InstanceId }] });
});

test("another VPC is refused in the plan, with the reason, and the host stays as it is", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const before = await fleet.instance();
  await fleet.push((body) => body.replace("vpcId: vpc-0a1b2c3d4e5f60718", "vpcId: vpc-0ffffffffffffffff"));
  const record = await fleet.run({ force: true });
  expect(actionsOn(record, "host/instance")).toEqual([]);
  expect((await fleet.unsettled()).filter((line) => line.startsWith("host/instance"))).toEqual([
    expect.stringMatching(/^host\/instance Held: a host can't leave its VPC.* it is in vpc-0a1b2c3d4e5f60718/),
  ]);
  expect((await fleet.instance()).SecurityGroups).toEqual(before.SecurityGroups);
});

test("a lent public address instead of an Elastic IP is compared: the one goes, the other takes another instance, both approved", async () => {
  const fleet = await HostFleet.open(false, noWindows);
  await fleet.settle();
  const { InstanceId } = await fleet.instance();
  await fleet.push((body) =>
    noWindows(body).replace("publicAddress: { type: ElasticIp }", "publicAddress: { type: Dynamic }"),
  );
  const approve = async (target: string) => {
    const { resources } = await fleet.status();
    const id =
      /--approve ([0-9a-f]{12})/.exec(resources[target]?.message ?? "")?.[1] ??
      expect.fail(`${target}: ${resources[target]?.message}`);
    const { store } = await fleet.world.reconciler();
    await addApprovals(store, "acme", [{ actionId: id, by: "ada", at: fleet.world.clock.now() }]);
    await fleet.run();
    await fleet.world.clock.sleep(60_000);
  };
  await fleet.run();
  await approve("host/address");
  await fleet.run();
  await approve("host/instance");
  await fleet.settle(6);
  const after = await fleet.instance();
  expect(after.InstanceId).not.toBe(InstanceId);
  expect(after.NetworkInterfaces?.[0]?.Association?.IpOwnerId).toBe("amazon");
  await fleet.push((body) =>
    noWindows(body).replace("publicAddress: { type: ElasticIp }", "publicAddress: { type: None }"),
  );
  await fleet.run();
  expect((await fleet.unsettled()).filter((line) => line.startsWith("host/instance"))).toEqual([
    expect.stringMatching(/^host\/instance Held: approve it with/),
  ]);
});

test("the host is not deleted when it leaves the file", async () => {
  const fleet = await HostFleet.open(false);
  await fleet.settle();
  const { InstanceId } = await fleet.instance();
  await fleet.push((body) => body.replace(/\n {2}host:\n[\s\S]*?(?=\n {2}garbageCollection:)/, "\n"));
  await fleet.run({ force: true });
  expect((await fleet.instance()).InstanceId).toBe(InstanceId);
  expect((await fleet.unsettled()).filter((line) => line.startsWith("host/instance"))).toEqual([
    "host/instance Held: host/instance is protected from deletion",
  ]);
});
