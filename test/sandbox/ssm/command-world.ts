import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateDocumentCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  type SendCommandCommandInput,
} from "@aws-sdk/client-ssm";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";
import type { HostOutcome, HostRunner, HostStep } from "../../../sandbox/services/ssm/host-runner.ts";
import { sdkWorld } from "../sdk-world.ts";

/** A document with a parameter by environment and one in the script. */
export const helloDocument = (more: object = {}, parameters: object = {}) =>
  JSON.stringify({
    schemaVersion: "2.2",
    description: "says hello",
    parameters: {
      name: { type: "String", allowedPattern: "[a-z ;$()]{1,40}", interpolationType: "ENV_VAR" },
      mode: { type: "String", default: "short", allowedValues: ["short", "long"] },
      ...parameters,
    },
    mainSteps: [
      {
        action: "aws:runShellScript",
        name: "hello",
        precondition: { StringEquals: ["platformType", "Linux"] },
        inputs: { timeoutSeconds: "60", runCommand: ['echo "hello $SSM_name"', "echo {{ mode }}"] },
        ...more,
      },
    ],
  });

/** A host that notes what it was to run and answers what the test says. */
export class ScriptedHost implements HostRunner {
  readonly steps: HostStep[] = [];
  answer: HostOutcome = { kind: "exited", exitCode: 0, stdout: "done\n", stderr: "" };

  async run(step: HostStep, signal: AbortSignal): Promise<HostOutcome> {
    this.steps.push(step);
    return signal.aborted ? { kind: "cancelled", stdout: "", stderr: "" } : this.answer;
  }
}

/** An instance with a role of its own, and a document that may be sent to it. */
export async function hostWorld(options: { readonly runner?: HostRunner; readonly withRole?: boolean } = {}) {
  const runner = options.runner ?? new ScriptedHost();
  const world = sdkWorld({ ssm: { runner } });
  const { ec2, iam, ssm } = world;
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  });
  await iam.send(new CreateRoleCommand({ RoleName: "host", AssumeRolePolicyDocument }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "host" }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "host", RoleName: "host" }));
  if (options.withRole !== false) {
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "ssm:UpdateInstanceInformation", Resource: "*" },
    });
    await iam.send(new PutRolePolicyCommand({ RoleName: "host", PolicyName: "agent", PolicyDocument }));
  }
  const run = new RunInstancesCommand({
    ImageId: "ami-0a1b2c3d4e5f60004",
    InstanceType: "t3.large",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: DEFAULT_WORLD.hostSubnetId,
    IamInstanceProfile: { Name: "host" },
  });
  const InstanceId = (await ec2.send(run)).Instances?.[0]?.InstanceId ?? "";
  await ssm.send(new CreateDocumentCommand({ Name: "acme-hello", Content: helloDocument(), DocumentType: "Command" }));
  return {
    ...world,
    InstanceId,
    async send(more: Partial<SendCommandCommandInput> = {}): Promise<string> {
      const answer = await ssm.send(
        new SendCommandCommand({
          DocumentName: "acme-hello",
          InstanceIds: [InstanceId],
          Parameters: { name: ["world"] },
          ...more,
        }),
      );
      return answer.Command?.CommandId ?? "";
    },
    read: (CommandId: string) => ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId })),
    async ping() {
      const answer = await ssm.send(new DescribeInstanceInformationCommand({}));
      return answer.InstanceInformationList?.map((node) => node.PingStatus);
    },
    register: () => world.clock.advance(70_000),
  };
}
