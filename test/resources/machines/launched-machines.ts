import {
  CreateTagsCommand,
  type EC2Client,
  ImportKeyPairCommand,
  RequestSpotInstancesCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";

export const machineImage = "ami-0b1b2c3d4e5f60001";
const profile = { Name: "acme-machine" };
const machine = { ImageId: machineImage, InstanceType: "m5.large" } as const;

/** As docker-machine does: its key pair, then the instance, which has no tags yet. @returns the instance's id */
export async function launchMachine(ec2: EC2Client, name: string, group: string): Promise<string> {
  await importKey(ec2, name);
  const run = await ec2.send(
    new RunInstancesCommand({
      ...machine,
      MinCount: 1,
      MaxCount: 1,
      KeyName: name,
      SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
      SecurityGroupIds: [group],
      IamInstanceProfile: profile,
    }),
  );
  return run.Instances?.[0]?.InstanceId ?? "";
}

export async function tagMachine(ec2: EC2Client, id: string, name: string, manager: string): Promise<void> {
  const Tags = [
    { Key: "Name", Value: name },
    { Key: "fleetkeeper:fleet", Value: "acme" },
    { Key: "fleetkeeper:manager", Value: manager },
  ];
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
}

/** Many at once that share a key pair: for measuring, not as docker-machine makes them. */
export async function launchMany(ec2: EC2Client, name: string, group: string, count: number): Promise<void> {
  await importKey(ec2, name);
  const [first, second] = DEFAULT_WORLD.machineSubnetIds;
  for (let made = 0; made < count; made += 500) {
    const amount = Math.min(500, count - made);
    // A subnet of these holds 4,091; the default VPC's takes the rest.
    const place =
      made < 8000
        ? { SubnetId: made < 4000 ? first : second, SecurityGroupIds: [group] }
        : { SubnetId: "subnet-0d3fa01700000000a" };
    const counts = { MinCount: amount, MaxCount: amount };
    await ec2.send(
      new RunInstancesCommand({ ...machine, KeyName: name, ...place, ...counts, IamInstanceProfile: profile }),
    );
  }
}

/** A key pair and a spot request that nobody fulfils at its price. @returns the request's id */
export async function requestMachine(ec2: EC2Client, name: string, group: string): Promise<string> {
  await importKey(ec2, name);
  const LaunchSpecification = {
    ...machine,
    KeyName: name,
    SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
    SecurityGroupIds: [group],
    IamInstanceProfile: profile,
  };
  const answer = await ec2.send(new RequestSpotInstancesCommand({ SpotPrice: "0.0001", LaunchSpecification }));
  return answer.SpotInstanceRequests?.[0]?.SpotInstanceRequestId ?? "";
}

async function importKey(ec2: EC2Client, KeyName: string): Promise<void> {
  const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
  await ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
}
