import {
  CreateSecurityGroupCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { machineImage } from "./launched-machines.ts";

const path = "/fleetkeeper/acme/";
const hostTags = [
  { Key: "fleetkeeper:fleet", Value: "acme" },
  { Key: "fleetkeeper:kind", Value: "host" },
];

/** The machines' role in its profile. @returns the profile's ARN */
export async function makeMachineProfile(iam: IAMClient): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  });
  const name = "acme-machine";
  await iam.send(new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument }));
  const profile = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: path }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
  return profile.InstanceProfile?.Arn ?? "";
}

/** @returns the id of the machines' group */
export async function makeMachineGroup(ec2: EC2Client): Promise<string> {
  const Tags = [
    { Key: "fleetkeeper:fleet", Value: "acme" },
    { Key: "fleetkeeper:kind", Value: "network" },
    { Key: "fleetkeeper:name", Value: "group/machine" },
  ];
  const group = {
    GroupName: "acme-machines",
    Description: "machines",
    VpcId: DEFAULT_WORLD.vpcId,
    TagSpecifications: [{ ResourceType: "security-group" as const, Tags }],
  };
  return (await ec2.send(new CreateSecurityGroupCommand(group))).GroupId ?? "";
}

export async function launchHost(ec2: EC2Client): Promise<{ readonly id: string; readonly zone: string }> {
  const run = await ec2.send(
    new RunInstancesCommand({
      ImageId: machineImage,
      InstanceType: "m5.large",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: DEFAULT_WORLD.hostSubnetId,
      TagSpecifications: [
        { ResourceType: "instance", Tags: hostTags },
        { ResourceType: "volume", Tags: hostTags },
      ],
    }),
  );
  const instance = run.Instances?.[0];
  return { id: instance?.InstanceId ?? "", zone: instance?.Placement?.AvailabilityZone ?? "" };
}

export async function makeHostVolume(ec2: EC2Client, AvailabilityZone: string): Promise<string> {
  const TagSpecifications = [{ ResourceType: "volume" as const, Tags: hostTags }];
  return (await ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 50, TagSpecifications }))).VolumeId ?? "";
}

/** All that runs or is about to, hosts too. */
export async function livingInstances(ec2: EC2Client): Promise<readonly string[]> {
  const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
  const ids: string[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await ec2.send(
      new DescribeInstancesCommand({ Filters, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    for (const { Instances } of answer.Reservations ?? []) {
      ids.push(...(Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []));
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return ids;
}

export async function keyPairNames(ec2: EC2Client): Promise<readonly string[]> {
  const { KeyPairs = [] } = await ec2.send(new DescribeKeyPairsCommand({}));
  return KeyPairs.flatMap(({ KeyName }) => KeyName ?? []);
}

export async function openSpotRequests(ec2: EC2Client): Promise<readonly string[]> {
  const Filters = [{ Name: "state", Values: ["open"] }];
  const { SpotInstanceRequests = [] } = await ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters }));
  return SpotInstanceRequests.flatMap(({ SpotInstanceRequestId }) => SpotInstanceRequestId ?? []);
}
