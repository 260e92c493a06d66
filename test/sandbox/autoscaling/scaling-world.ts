import { AutoScaling, type CreateAutoScalingGroupCommandInput } from "@aws-sdk/client-auto-scaling";
import { EC2, type RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { createSandbox } from "../../../sandbox/aws.ts";
import { VirtualClock } from "../../../sandbox/clock.ts";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { DEFAULT_WORLD } from "../../../sandbox/services/ec2/world.ts";

/** An embedded AWS with the SDK's clients for Auto Scaling, and a group's usual makings. */
export function scalingWorld() {
  const clock = new VirtualClock(Date.UTC(2026, 10, 24, 12));
  const sandbox = createSandbox({ clock });
  const config = {
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    requestHandler: new SandboxHandler(sandbox),
    maxAttempts: 1,
  };
  const ec2 = new EC2(config);
  const scaling = new AutoScaling(config);
  const AutoScalingGroupName = "acme-build";
  const template = (more: RequestLaunchTemplateData = {}): RequestLaunchTemplateData => ({
    ImageId: "ami-0b1b2c3d4e5f60001",
    InstanceType: "m5.large",
    ...more,
  });
  return {
    clock,
    sandbox,
    ec2,
    scaling,
    AutoScalingGroupName,
    template,
    ec2State: sandbox.state(ec2StateKey()),
    async makeTemplate(more: RequestLaunchTemplateData = {}): Promise<string> {
      const made = await ec2.createLaunchTemplate({ LaunchTemplateName: "acme", LaunchTemplateData: template(more) });
      return made.LaunchTemplate?.LaunchTemplateId ?? "";
    },
    makeGroup: (more: Partial<CreateAutoScalingGroupCommandInput> = {}) =>
      scaling.createAutoScalingGroup({
        AutoScalingGroupName,
        MinSize: 0,
        MaxSize: 4,
        VPCZoneIdentifier: DEFAULT_WORLD.machineSubnetIds.join(","),
        NewInstancesProtectedFromScaleIn: true,
        LaunchTemplate: { LaunchTemplateName: "acme", Version: "$Latest" },
        ...more,
      }),
    resize: (DesiredCapacity: number) => scaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity }),
    async group() {
      const { AutoScalingGroups: found = [] } = await scaling.describeAutoScalingGroups({
        AutoScalingGroupNames: [AutoScalingGroupName],
      });
      return found[0];
    },
    async living() {
      const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
      const { Reservations = [] } = await ec2.describeInstances({ Filters });
      return Reservations.flatMap(({ Instances = [] }) => Instances);
    },
  };
}
