import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { type Clients, during, until } from "./behaviours.ts";

const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/** The newest Amazon Linux, as AWS names it in a public parameter. */
export async function imageOf({ ssm }: Pick<Clients, "ssm">): Promise<string> {
  const { Parameter } = await ssm.getParameter({ Name: image });
  return Parameter?.Value ?? "none";
}

/** User data of an Amazon Linux that ends by itself, whatever became of who launched it. */
export function endsAfter(
  minutes: number,
): Pick<RunInstancesCommandInput, "InstanceInitiatedShutdownBehavior" | "UserData"> {
  const script = `#!/bin/sh\nshutdown -h +${minutes}\n`;
  return { InstanceInitiatedShutdownBehavior: "terminate", UserData: Buffer.from(script).toString("base64") };
}

/** What a smallest instance in some subnet of the default VPC is launched with. */
export async function launchOf(clients: Clients): Promise<RunInstancesCommandInput> {
  const { ec2, place } = clients;
  const vpcs = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  const VpcId = vpcs.Vpcs?.[0]?.VpcId ?? "";
  const { Subnets } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
  return {
    ImageId: await imageOf(clients),
    InstanceType: "t3.micro",
    SubnetId: Subnets?.[0]?.SubnetId ?? "",
    MinCount: 1,
    MaxCount: 1,
    ...endsAfter(60),
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: `${place.prefix}-instance` }] }],
  };
}

export async function stateOf({ ec2 }: Clients, id: string): Promise<string> {
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
  return Reservations?.[0]?.Instances?.[0]?.State?.Name ?? "none";
}

/** With one instance that runs; terminated afterwards, and awaited, so that what it holds can be deleted. */
export function withInstance(
  look: (clients: Clients, id: string) => Promise<string>,
  launch: Partial<RunInstancesCommandInput> = {},
): (clients: Clients) => Promise<string> {
  return async (clients) => {
    const { ec2 } = clients;
    const { Instances } = await ec2.runInstances({ ...(await launchOf(clients)), ...launch });
    const id = Instances?.[0]?.InstanceId ?? "";
    return await during(
      async () => {
        await until(clients, ["running"], () => stateOf(clients, id));
        return await look(clients, id);
      },
      () => ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } }),
      () => ec2.terminateInstances({ InstanceIds: [id] }),
      () => until(clients, ["terminated"], () => stateOf(clients, id)),
    );
  };
}
