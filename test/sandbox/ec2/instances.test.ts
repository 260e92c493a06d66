import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateIamInstanceProfileCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeAddressesCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  paginateDescribeInstances,
  ReplaceIamInstanceProfileAssociationCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { awsError, sdkWorld } from "../sdk-world.ts";

const ImageId = "ami-0a1b2c3d4e5f60004";
const SubnetId = DEFAULT_WORLD.hostSubnetId;
const one = { ImageId, InstanceType: "t3.large", MinCount: 1, MaxCount: 1, SubnetId } as const;

async function run(ec2: EC2Client, more: Partial<RunInstancesCommandInput> = {}): Promise<string> {
  const answer = await ec2.send(new RunInstancesCommand({ ...one, ...more }));
  return answer.Instances?.[0]?.InstanceId ?? "";
}

async function describeOne(ec2: EC2Client, id: string) {
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return answer.Reservations?.[0]?.Instances?.[0];
}

async function makeProfile(iam: IAMClient, name: string): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  });
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
}

describe("an instance", () => {
  it("goes through its states in time, and is forgotten an hour after its end", async () => {
    const { ec2, clock } = sdkWorld();
    const id = await run(ec2);
    const stateOf = async () => (await describeOne(ec2, id))?.State?.Name;
    expect(await stateOf()).toBe("pending");
    await clock.advance(15_000);
    expect(await stateOf()).toBe("running");
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect(await stateOf()).toBe("stopping");
    const early = ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await expect(early).rejects.toEqual(awsError("IncorrectInstanceState"));
    await clock.advance(30_000);
    expect(await stateOf()).toBe("stopped");
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await clock.advance(15_000);
    const ended = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(ended.TerminatingInstances).toMatchObject([
      { PreviousState: { Name: "running" }, CurrentState: { Name: "shutting-down", Code: 32 } },
    ]);
    await clock.advance(30_000);
    const gone = await describeOne(ec2, id);
    expect(gone).toMatchObject({
      State: { Name: "terminated" },
      StateReason: { Code: "Client.UserInitiatedShutdown" },
      SecurityGroups: [],
      BlockDeviceMappings: [],
    });
    expect(gone?.SubnetId).toBeUndefined();
    await clock.advance(3_600_000);
    await expect(stateOf()).rejects.toEqual(awsError("InvalidInstanceID.NotFound"));
  });

  it("isn't seen, nor tagged, while listings lag", async () => {
    const { ec2, clock } = sdkWorld({ ec2: { listingLag: 3000 } });
    const id = await run(ec2);
    const all = await ec2.send(new DescribeInstancesCommand({}));
    expect(all.Reservations).toEqual([]);
    await expect(describeOne(ec2, id)).rejects.toEqual(awsError("InvalidInstanceID.NotFound"));
    const tag = () => ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "Name", Value: "x" }] }));
    await expect(tag()).rejects.toEqual(awsError("InvalidInstanceID.NotFound"));
    await clock.advance(3000);
    await tag();
    expect((await describeOne(ec2, id))?.Tags).toEqual([{ Key: "Name", Value: "x" }]);
  });

  it("is made once for a client token, however often it is asked for", async () => {
    const { ec2 } = sdkWorld();
    const first = await run(ec2, { ClientToken: "host-1" });
    expect(await run(ec2, { ClientToken: "host-1" })).toBe(first);
    const other = run(ec2, { ClientToken: "host-1", InstanceType: "t3.xlarge" });
    await expect(other).rejects.toEqual(awsError("IdempotentParameterMismatch"));
    expect(await run(ec2, { ClientToken: "host-2" })).not.toBe(first);
  });

  it("is tagged with its volumes by the call that makes it", async () => {
    const { ec2 } = sdkWorld();
    const id = await run(ec2, {
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "kind", Value: "host" }] },
        { ResourceType: "volume", Tags: [{ Key: "kind", Value: "root" }] },
      ],
    });
    const { Tags } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: "key", Values: ["kind"] }] }));
    expect(Tags?.map((tag) => [tag.ResourceType, tag.Value])).toEqual(
      expect.arrayContaining([
        ["instance", "host"],
        ["volume", "root"],
      ]),
    );
    const found = await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: "tag:kind", Values: ["h*"] }] }));
    expect(found.Reservations?.[0]?.Instances?.[0]?.InstanceId).toBe(id);
  });

  it("with termination protection outlives a call to terminate it", async () => {
    const { ec2, clock } = sdkWorld();
    const id = await run(ec2, { DisableApiTermination: true });
    await clock.advance(15_000);
    const terminate = () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await expect(terminate()).rejects.toEqual(awsError("OperationNotPermitted"));
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: false } }));
    await terminate();
  });

  it("changes its type only while stopped, its groups at any time", async () => {
    const { ec2, clock } = sdkWorld();
    const id = await run(ec2);
    await clock.advance(15_000);
    const retype = () =>
      ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: "t3.xlarge" } }));
    await expect(retype()).rejects.toEqual(awsError("IncorrectInstanceState"));
    const { GroupId = "" } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: "web", Description: "web", VpcId: DEFAULT_WORLD.vpcId }),
    );
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: [GroupId] }));
    expect((await describeOne(ec2, id))?.SecurityGroups).toEqual([{ GroupId, GroupName: "web" }]);
    const remove = () => ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    await expect(remove()).rejects.toEqual(awsError("DependencyViolation"));
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await clock.advance(30_000);
    await retype();
    expect((await describeOne(ec2, id))?.InstanceType).toBe("t3.xlarge");
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await clock.advance(30_000);
    await remove();
  });

  it("takes metadata options later too", async () => {
    const { ec2 } = sdkWorld();
    const id = await run(ec2, { MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 1 } });
    await ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: id, HttpTokens: "required" }));
    expect((await describeOne(ec2, id))?.MetadataOptions).toMatchObject({
      HttpTokens: "required",
      HttpPutResponseHopLimit: 1,
      State: "applied",
    });
  });

  it("loses a lent public address when it stops, and keeps an Elastic IP", async () => {
    const { ec2, clock } = sdkWorld();
    const id = await run(ec2);
    await clock.advance(15_000);
    const lent = (await describeOne(ec2, id))?.PublicIpAddress;
    expect(lent).toMatch(/^198\./);
    const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({}));
    await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: id }));
    expect((await describeOne(ec2, id))?.PublicIpAddress).toBe(PublicIp);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await clock.advance(30_000);
    expect((await describeOne(ec2, id))?.PublicIpAddress).toBe(PublicIp);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await clock.advance(30_000);
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({}));
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
    expect(NetworkInterfaces).toEqual([]);
  });
});

describe("launching", () => {
  it.each([
    ["an image that doesn't exist", { ImageId: "ami-00000000000000000" }, "InvalidAMIID.NotFound"],
    ["an image of another architecture", { ImageId: "ami-0a1b2c3d4e5f60005" }, "InvalidParameterValue"],
    ["a type that doesn't exist", { InstanceType: "x9.tiny" as "t3.large" }, "InvalidParameterValue"],
    ["a key pair that doesn't exist", { KeyName: "none" }, "InvalidKeyPair.NotFound"],
    ["a subnet that doesn't exist", { SubnetId: "subnet-00000000000000000" }, "InvalidSubnetID.NotFound"],
    ["a group that doesn't exist", { SecurityGroupIds: ["sg-00000000000000000"] }, "InvalidGroup.NotFound"],
    ["a group of another VPC", { SecurityGroupIds: ["sg-0d3fa017000000000"] }, "InvalidParameter"],
    ["a profile that doesn't exist", { IamInstanceProfile: { Name: "none" } }, "InvalidParameterValue"],
    ["user data over 16 KiB", { UserData: Buffer.alloc(16_385).toString("base64") }, "InvalidParameterValue"],
    [
      "a root volume smaller than its image",
      { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 4 } }] },
      "InvalidBlockDeviceMapping",
    ],
    ["a dry run", { DryRun: true }, "DryRunOperation"],
  ])("with %s is refused", async (_what, more, code) => {
    const { ec2 } = sdkWorld();
    await expect(run(ec2, more)).rejects.toEqual(awsError(code));
    expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  });

  it("with a profile waits for IAM to spread it", async () => {
    const { ec2, iam, clock } = sdkWorld({ iam: { propagation: 8000 } });
    await makeProfile(iam, "host");
    const launch = () => run(ec2, { IamInstanceProfile: { Name: "host" } });
    await expect(launch()).rejects.toEqual(awsError("InvalidParameterValue"));
    await clock.advance(8000);
    const id = await launch();
    expect((await describeOne(ec2, id))?.IamInstanceProfile?.Arn).toBe(
      "arn:aws:iam::123456789012:instance-profile/host",
    );
  });
});

describe("profile associations", () => {
  it("are one an instance, and replaced by a new one", async () => {
    const { ec2, iam, clock } = sdkWorld();
    await makeProfile(iam, "host");
    await makeProfile(iam, "other");
    const id = await run(ec2, { IamInstanceProfile: { Name: "host" } });
    await clock.advance(15_000);
    const again = ec2.send(
      new AssociateIamInstanceProfileCommand({ InstanceId: id, IamInstanceProfile: { Name: "other" } }),
    );
    await expect(again).rejects.toEqual(awsError("IncorrectState"));
    const listed = () =>
      ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters: [{ Name: "instance-id", Values: [id] }] }));
    const AssociationId = (await listed()).IamInstanceProfileAssociations?.[0]?.AssociationId;
    await ec2.send(
      new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile: { Name: "other" } }),
    );
    const after = (await listed()).IamInstanceProfileAssociations;
    expect(after).toHaveLength(1);
    expect(after?.[0]?.IamInstanceProfile?.Arn).toMatch(/\/other$/);
    expect(after?.[0]?.AssociationId).not.toBe(AssociationId);
  });
});

describe("listing instances", () => {
  it("gives every instance once, over pages", async () => {
    const { ec2 } = sdkWorld();
    await ec2.send(new RunInstancesCommand({ ...one, MinCount: 13, MaxCount: 13 }));
    const seen: (string | undefined)[] = [];
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
      const ids = (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
      expect(ids.length).toBeLessThanOrEqual(5);
      seen.push(...ids.map((instance) => instance.InstanceId));
    }
    expect(seen).toHaveLength(13);
    expect(new Set(seen).size).toBe(13);
  });

  it("shows status checks once they have run", async () => {
    const { ec2, clock } = sdkWorld();
    await run(ec2);
    const status = async () => {
      const answer = await ec2.send(new DescribeInstanceStatusCommand({}));
      return answer.InstanceStatuses?.map((entry) => entry.InstanceStatus?.Status);
    };
    expect(await status()).toEqual([]);
    await clock.advance(15_000);
    expect(await status()).toEqual(["initializing"]);
    await clock.advance(120_000);
    expect(await status()).toEqual(["ok"]);
  });
});
