import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { awsError, sdkWorld } from "../sdk-world.ts";

async function volumeWorld() {
  const world = sdkWorld();
  const { ec2, clock } = world;
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-0a1b2c3d4e5f60004",
      InstanceType: "t3.large",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: DEFAULT_WORLD.hostSubnetId,
    }),
  );
  const InstanceId = Instances?.[0]?.InstanceId ?? "";
  const { VolumeId = "" } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: "eu-central-1a", Size: 50, VolumeType: "gp3", Encrypted: true }),
  );
  return {
    ...world,
    InstanceId,
    VolumeId,
    attach: () => ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdf" })),
    detach: () => ec2.send(new DetachVolumeCommand({ VolumeId })),
    remove: () => ec2.send(new DeleteVolumeCommand({ VolumeId })),
    modify: (Size: number) => ec2.send(new ModifyVolumeCommand({ VolumeId, Size })),
    async read() {
      return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }))).Volumes?.[0];
    },
    settle: () => clock.advance(60_000),
  };
}

describe("a volume", () => {
  it("is created, attached, detached and deleted, each in its time", async () => {
    const { attach, detach, remove, read, clock, settle } = await volumeWorld();
    expect(await read()).toMatchObject({ State: "creating", Iops: 3000, Throughput: 125, Encrypted: true });
    await expect(attach()).rejects.toEqual(awsError("IncorrectState"));
    await settle();
    await attach();
    expect(await read()).toMatchObject({ State: "in-use", Attachments: [{ State: "attaching" }] });
    await clock.advance(2000);
    expect(await read()).toMatchObject({ Attachments: [{ State: "attached", DeleteOnTermination: false }] });
    await expect(attach()).rejects.toEqual(awsError("VolumeInUse"));
    await expect(remove()).rejects.toEqual(awsError("VolumeInUse"));
    await detach();
    expect(await read()).toMatchObject({ Attachments: [{ State: "detaching" }] });
    await settle();
    expect(await read()).toMatchObject({ State: "available", Attachments: [] });
    await remove();
    await expect(read()).rejects.toEqual(awsError("InvalidVolume.NotFound"));
  });

  it("outlives its instance, unlike the root volume", async () => {
    const { attach, read, settle, ec2, InstanceId } = await volumeWorld();
    await settle();
    await attach();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    await settle();
    expect(await read()).toMatchObject({ State: "available", Attachments: [] });
    const all = await ec2.send(new DescribeVolumesCommand({}));
    expect(all.Volumes).toHaveLength(1);
  });

  it("can't be attached to an instance of another zone", async () => {
    const { ec2, InstanceId, settle } = await volumeWorld();
    const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "eu-central-1b", Size: 10 }));
    await settle();
    const attach = ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdg" }));
    await expect(attach).rejects.toEqual(awsError("InvalidVolume.ZoneMismatch"));
  });

  it("grows, never shrinks, and rests six hours between two changes", async () => {
    const { ec2, modify, read, settle, clock, VolumeId } = await volumeWorld();
    await settle();
    await expect(modify(40)).rejects.toEqual(awsError("InvalidParameterValue"));
    await modify(80);
    const progress = async () => {
      const answer = await ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [VolumeId] }));
      return answer.VolumesModifications?.[0]?.ModificationState;
    };
    expect(await progress()).toBe("modifying");
    expect((await read())?.Size).toBe(50);
    await settle();
    expect(await progress()).toBe("optimizing");
    expect((await read())?.Size).toBe(80);
    await expect(modify(90)).rejects.toEqual(awsError("IncorrectModificationState"));
    await clock.advance(600_000);
    expect(await progress()).toBe("completed");
    await expect(modify(90)).rejects.toEqual(awsError("VolumeModificationRateExceeded"));
    await clock.advance(6 * 3_600_000);
    await modify(90);
  });

  it.each([
    ["iops on gp2", { VolumeType: "gp2", Iops: 3000 }, "InvalidParameterCombination"],
    ["more throughput than its iops carry", { VolumeType: "gp3", Throughput: 1000 }, "InvalidParameterValue"],
    ["a key without encryption", { KmsKeyId: "alias/x" }, "InvalidParameterDependency"],
  ] as const)("can't have %s", async (_what, more, code) => {
    const { ec2 } = await volumeWorld();
    const create = ec2.send(new CreateVolumeCommand({ AvailabilityZone: "eu-central-1a", Size: 100, ...more }));
    await expect(create).rejects.toEqual(awsError(code));
  });

  it("comes back from a snapshot no smaller than it was", async () => {
    const { ec2, VolumeId, settle } = await volumeWorld();
    await settle();
    const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId, Description: "before upgrade" }));
    const restore = (Size?: number) =>
      ec2.send(new CreateVolumeCommand({ AvailabilityZone: "eu-central-1a", SnapshotId, Size }));
    await expect(restore(20)).rejects.toEqual(awsError("InvalidParameterValue"));
    expect(await restore()).toMatchObject({ Size: 50, Encrypted: true, SnapshotId });
  });
});
