import {
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  RequestSpotInstancesCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRoleCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import { sdkWorld } from "../sdk-world.ts";

const launch = {
  ImageId: "ami-0a1b2c3d4e5f60004",
  InstanceType: "t3.large",
  SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
} as const;

it("a world kept as JSON goes on where it was, pending instances and all", async () => {
  const { ec2, iam, ssm, sandbox } = sdkWorld();
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  });
  await iam.send(new CreateRoleCommand({ RoleName: "__proto__", AssumeRolePolicyDocument }));
  await ssm.send(new PutParameterCommand({ Name: "constructor", Value: "x", Type: "String" }));
  await ec2.send(new CreateSecurityGroupCommand({ GroupName: "web", Description: "web", VpcId: DEFAULT_WORLD.vpcId }));
  await ec2.send(new RunInstancesCommand({ ...launch, MinCount: 2, MaxCount: 2 }));
  await ec2.send(new RequestSpotInstancesCommand({ LaunchSpecification: launch }));
  const snapshot = sandbox.snapshot();
  const kept = JSON.parse(JSON.stringify(snapshot)) as { seed: number; states: Record<string, object> };
  expect(kept).toEqual(snapshot);

  const later = sdkWorld();
  later.sandbox.restore(kept);
  await later.clock.advance(60_000);
  const answer = await later.ec2.send(new DescribeInstancesCommand({}));
  const instances = (answer.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
  expect(instances.map((instance) => instance.State?.Name)).toEqual(["running", "running", "running"]);
  expect((await later.iam.send(new GetRoleCommand({ RoleName: "__proto__" }))).Role?.RoleName).toBe("__proto__");
});
