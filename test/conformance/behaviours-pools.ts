import type { CreateAutoScalingGroupCommandInput } from "@aws-sdk/client-auto-scaling";
import { type Behaviour, type Clients, codeOf, during, until } from "./behaviours.ts";
import { launchOf } from "./with-instance.ts";

const ec2Errors = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html";
const ec2Page = (name: string) => `https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_${name}.html`;
const page = (name: string) => `https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_${name}.html`;
const guide = (name: string) => `https://docs.aws.amazon.com/autoscaling/ec2/userguide/${name}.html`;

interface Made {
  readonly name: string;
  readonly ImageId: string;
  readonly subnet: string;
}

/** With a launch template of two versions, the first of which is the default. */
function withTemplate(look: (clients: Clients, made: Made) => Promise<string>): (clients: Clients) => Promise<string> {
  return async (clients) => {
    const { ec2, place } = clients;
    const { ImageId = "", SubnetId: subnet = "" } = await launchOf(clients);
    const LaunchTemplateName = `${place.prefix}-template`;
    const LaunchTemplateData = { ImageId, InstanceType: "t3.micro" as const };
    await ec2.createLaunchTemplate({ LaunchTemplateName, LaunchTemplateData });
    return await during(
      async () => {
        await ec2.createLaunchTemplateVersion({
          LaunchTemplateName,
          SourceVersion: "1",
          LaunchTemplateData: { EbsOptimized: true },
        });
        return await look(clients, { name: LaunchTemplateName, ImageId, subnet });
      },
      () => ec2.deleteLaunchTemplate({ LaunchTemplateName }),
    );
  };
}

/** With a group of no instances, of that template. */
function withGroup(
  look: (clients: Clients, group: string) => Promise<string>,
  more: Partial<CreateAutoScalingGroupCommandInput> = {},
): (clients: Clients) => Promise<string> {
  return withTemplate(async (clients, { name, subnet }) => {
    const { scaling } = clients;
    const AutoScalingGroupName = name.replace("template", "group");
    await scaling.createAutoScalingGroup({
      AutoScalingGroupName,
      MinSize: 0,
      MaxSize: 2,
      VPCZoneIdentifier: subnet,
      LaunchTemplate: { LaunchTemplateName: name, Version: "$Default" },
      ...more,
    });
    return await during(
      () => look(clients, AutoScalingGroupName),
      () => scaling.deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true }),
      () => until(clients, ["0"], async () => String((await groups(clients, AutoScalingGroupName)).length)),
    );
  });
}

async function groups({ scaling }: Clients, name: string) {
  return (await scaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] })).AutoScalingGroups ?? [];
}

function ofTemplates(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return { name: `ec2: ${name}`, aws, source, look };
}

function ofGroups(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return { name: `autoscaling: ${name}`, aws, source, look };
}

export const poolBehaviours: readonly Behaviour[] = [
  ofTemplates("a launch template that isn't there", "InvalidLaunchTemplateId.NotFound", ec2Errors, ({ ec2 }) =>
    codeOf(() => ec2.deleteLaunchTemplate({ LaunchTemplateId: "lt-0123456789abcdef0" })),
  ),
  ofTemplates(
    "a launch template of a name that is taken",
    "InvalidLaunchTemplateName.AlreadyExistsException",
    ec2Errors,
    withTemplate(({ ec2 }, { name, ImageId }) =>
      codeOf(() => ec2.createLaunchTemplate({ LaunchTemplateName: name, LaunchTemplateData: { ImageId } })),
    ),
  ),
  ofTemplates(
    "a version that isn't there",
    "InvalidLaunchTemplateId.VersionNotFound",
    ec2Errors,
    withTemplate(({ ec2 }, { name }) =>
      codeOf(() => ec2.describeLaunchTemplateVersions({ LaunchTemplateName: name, Versions: ["9"] })),
    ),
  ),
  ofTemplates(
    "a new version has what its source has, and is not the default until somebody says so",
    "2 t3.micro false, 1",
    ec2Page("CreateLaunchTemplateVersion"),
    withTemplate(async ({ ec2 }, { name }) => {
      const version = async (of: string) =>
        (await ec2.describeLaunchTemplateVersions({ LaunchTemplateName: name, Versions: [of] }))
          .LaunchTemplateVersions?.[0];
      const [latest, usual] = [await version("$Latest"), await version("$Default")];
      return `${latest?.VersionNumber} ${latest?.LaunchTemplateData?.InstanceType} ${latest?.DefaultVersion}, ${usual?.VersionNumber}`;
    }),
  ),
  ofTemplates(
    "the default version isn't deleted",
    "0 deleted, 1 not",
    ec2Page("DeleteLaunchTemplateVersions"),
    withTemplate(async ({ ec2 }, { name }) => {
      const answer = await ec2.deleteLaunchTemplateVersions({ LaunchTemplateName: name, Versions: ["1"] });
      const count = (list: readonly unknown[] = []) => list.length;
      return `${count(answer.SuccessfullyDeletedLaunchTemplateVersions)} deleted, ${count(answer.UnsuccessfullyDeletedLaunchTemplateVersions)} not`;
    }),
  ),
  ofGroups("a group's name that nobody has is passed over", "0", page("DescribeAutoScalingGroups"), async (clients) =>
    String((await groups(clients, "fk-nobody")).length),
  ),
  ofGroups("a group that isn't there can't be sized", "ValidationError", page("SetDesiredCapacity"), ({ scaling }) =>
    codeOf(() => scaling.setDesiredCapacity({ AutoScalingGroupName: "fk-nobody", DesiredCapacity: 1 })),
  ),
  ofGroups(
    "an instance of no group can't be ended through one",
    "ValidationError",
    page("TerminateInstanceInAutoScalingGroup"),
    ({ scaling }) =>
      codeOf(() =>
        scaling.terminateInstanceInAutoScalingGroup({
          InstanceId: "i-0123456789abcdef0",
          ShouldDecrementDesiredCapacity: true,
        }),
      ),
  ),
  ofGroups(
    "a group of a name that is taken",
    "AlreadyExistsFault",
    page("CreateAutoScalingGroup"),
    withGroup(({ scaling, place }, AutoScalingGroupName) =>
      codeOf(() =>
        scaling.createAutoScalingGroup({
          AutoScalingGroupName,
          MinSize: 0,
          MaxSize: 1,
          AvailabilityZones: [`${place.region}a`],
          LaunchTemplate: { LaunchTemplateName: `${place.prefix}-template` },
        }),
      ),
    ),
  ),
  ofGroups(
    "a size above the greatest is refused",
    "ValidationError",
    page("SetDesiredCapacity"),
    withGroup(({ scaling }, AutoScalingGroupName) =>
      codeOf(() => scaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 3 })),
    ),
  ),
  ofGroups(
    "tags, suspended processes and protection are shown as they were set",
    "k=v true, AZRebalance, true",
    guide("as-suspend-resume-processes"),
    withGroup(
      async (clients, AutoScalingGroupName) => {
        await clients.scaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ["AZRebalance"] });
        const [group] = await groups(clients, AutoScalingGroupName);
        const tags = group?.Tags?.map(({ Key, Value, PropagateAtLaunch: on }) => `${Key}=${Value} ${on}`).join();
        const processes = group?.SuspendedProcesses?.map(({ ProcessName }) => ProcessName).join();
        return `${tags}, ${processes}, ${group?.NewInstancesProtectedFromScaleIn}`;
      },
      { NewInstancesProtectedFromScaleIn: true, Tags: [{ Key: "k", Value: "v", PropagateAtLaunch: true }] },
    ),
  ),
  ofGroups(
    "a launch template and a mixed policy exclude each other",
    "ValidationError",
    page("CreateAutoScalingGroup"),
    withTemplate(({ scaling }, { name, subnet }) =>
      codeOf(() =>
        scaling.createAutoScalingGroup({
          AutoScalingGroupName: "fk-both",
          MinSize: 0,
          MaxSize: 1,
          VPCZoneIdentifier: subnet,
          LaunchTemplate: { LaunchTemplateName: name },
          MixedInstancesPolicy: {
            LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateName: name, Version: "1" } },
          },
        }),
      ),
    ),
  ),
  {
    ...ofGroups(
      "an instance that is protected from scaling in stays when the size falls, and goes through its group",
      "InService at 0, then none at 0",
      guide("ec2-auto-scaling-instance-protection"),
      withGroup(
        async (clients, AutoScalingGroupName) => {
          const { scaling } = clients;
          const seen = async () => {
            const [group] = await groups(clients, AutoScalingGroupName);
            return `${group?.Instances?.[0]?.LifecycleState ?? "none"} at ${group?.DesiredCapacity}`;
          };
          await until(clients, ["InService at 1"], seen);
          await scaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 0 });
          const lowered = await seen();
          const [group] = await groups(clients, AutoScalingGroupName);
          const InstanceId = group?.Instances?.[0]?.InstanceId ?? "";
          await scaling.terminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity: false });
          return `${lowered}, then ${await until(clients, ["none at 0"], seen)}`;
        },
        { NewInstancesProtectedFromScaleIn: true, DesiredCapacity: 1 },
      ),
    ),
    cents: 1,
  },
];
