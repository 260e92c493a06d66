import {
  type AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  type DescribeAutoScalingGroupsCommandInput,
  paginateDescribeAutoScalingGroups,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  ModifyLaunchTemplateCommand,
  paginateDescribeLaunchTemplates,
} from "@aws-sdk/client-ec2";
import { Failure } from "../engine/failure.ts";
import { attempt, readOrAbsent, removeOrGone, required } from "./answer.ts";
import { isAlreadyThere, toFailure } from "./classify.ts";
import { allItems } from "./pages.ts";
import { groupInput, groupRecord } from "./pool-group.ts";
import type { PoolReader, PoolWriter } from "./pool-port.ts";
import { launchData, templateRecord, versionRecord } from "./pool-template.ts";
import { literalValue, tagList } from "./tag-list.ts";

/** Auto Scaling takes so many names a call. Source: DescribeAutoScalingGroups in its API reference. */
const mostNames = 50;
const pageSize = 100;

export function poolReader(ec2: EC2Client, scaling: AutoScalingClient): PoolReader {
  const groups = (doing: string, input: DescribeAutoScalingGroupsCommandInput) =>
    attempt(doing, async () => {
      const pages = paginateDescribeAutoScalingGroups({ client: scaling, pageSize }, input);
      return (await allItems(pages, (page) => page.AutoScalingGroups)).map(groupRecord);
    });
  return {
    groupsTagged: (tags) =>
      groups("listing Auto Scaling groups by tag", {
        Filters: Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
      }),
    async groupsNamed(names) {
      const found = [];
      for (let at = 0; at < names.length; at += mostNames) {
        const AutoScalingGroupNames = names.slice(at, at + mostNames);
        found.push(...(await groups("listing Auto Scaling groups by name", { AutoScalingGroupNames })));
      }
      return found;
    },
    groupNames: async () => (await groups("listing Auto Scaling groups", {})).map(({ name }) => name),
    templatesTagged: (tags) =>
      attempt("listing launch templates by tag", async () => {
        const Filters = Object.entries(tags).map(([key, value]) => ({
          Name: `tag:${key}`,
          Values: [literalValue(value)],
        }));
        const pages = paginateDescribeLaunchTemplates({ client: ec2 }, { Filters });
        return (await allItems(pages, (page) => page.LaunchTemplates)).map(templateRecord);
      }),
    templateNamed: (name) =>
      readOrAbsent(`reading launch template ${name}`, async () => {
        const answer = await ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [name] }));
        return answer.LaunchTemplates?.map(templateRecord)[0];
      }),
    templateVersion: (name, version) =>
      readOrAbsent(`reading version ${version} of launch template ${name}`, async () => {
        const answer = await ec2.send(
          new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: [version] }),
        );
        return answer.LaunchTemplateVersions?.map(versionRecord)[0];
      }),
    rootDeviceOf: (imageId) =>
      attempt(`reading AMI ${imageId}`, async () => {
        const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
        const device = Images[0]?.RootDeviceName;
        if (device !== undefined) return device;
        throw new Failure({
          code: "ImageMissing",
          class: "terminal",
          message: `there is no AMI ${imageId}`,
          hint: "Correct the pool's ami: this account and region have no such AMI.",
        });
      }),
  };
}

export function poolWriter(ec2: EC2Client, scaling: AutoScalingClient): PoolWriter {
  const send = (doing: string, call: () => Promise<unknown>): Promise<void> =>
    attempt(doing, call).then(() => undefined);
  return {
    ...poolReader(ec2, scaling),
    async createTemplate({ name, tags, data }, ClientToken) {
      try {
        const { LaunchTemplate } = await ec2.send(
          new CreateLaunchTemplateCommand({
            ClientToken,
            LaunchTemplateName: name,
            LaunchTemplateData: launchData(data),
            TagSpecifications: [{ ResourceType: "launch-template", Tags: tagList(tags) }],
          }),
        );
        return { id: required(LaunchTemplate?.LaunchTemplateId, "the new launch template's id") };
      } catch (error) {
        if (isAlreadyThere(error)) return "exists";
        throw toFailure(error, `creating launch template ${name}`);
      }
    },
    addVersion: (id, data, ClientToken) =>
      attempt(`adding a version to launch template ${id}`, async () => {
        const { LaunchTemplateVersion } = await ec2.send(
          new CreateLaunchTemplateVersionCommand({
            ClientToken,
            LaunchTemplateId: id,
            LaunchTemplateData: launchData(data),
          }),
        );
        return required(LaunchTemplateVersion?.VersionNumber, "the new version's number");
      }),
    setDefaultVersion: (id, number) =>
      send(`making version ${number} of launch template ${id} its default`, () =>
        ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId: id, DefaultVersion: String(number) })),
      ),
    tagTemplate: (id, tags) =>
      send(`tagging launch template ${id}`, () =>
        ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) })),
      ),
    deleteTemplate: (id) =>
      removeOrGone(`deleting launch template ${id}`, () =>
        ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id })),
      ),
    async createGroup(name, settings, tags) {
      try {
        const input = { ...groupInput(settings), AutoScalingGroupName: name, Tags: groupTags(name, tags) };
        await scaling.send(new CreateAutoScalingGroupCommand(input));
        return "created";
      } catch (error) {
        if (isAlreadyThere(error)) return "exists";
        throw notSeenYet(toFailure(error, `creating Auto Scaling group ${name}`));
      }
    },
    async updateGroup(name, settings) {
      try {
        await scaling.send(new UpdateAutoScalingGroupCommand({ ...groupInput(settings), AutoScalingGroupName: name }));
      } catch (error) {
        throw notSeenYet(toFailure(error, `changing Auto Scaling group ${name}`));
      }
    },
    suspendProcesses: (name, processes) =>
      send(`suspending processes of Auto Scaling group ${name}`, () =>
        scaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: [...processes] })),
      ),
    resumeProcesses: (name, processes) =>
      send(`resuming processes of Auto Scaling group ${name}`, () =>
        scaling.send(new ResumeProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: [...processes] })),
      ),
    tagGroup: (name, tags) =>
      send(`tagging Auto Scaling group ${name}`, () =>
        scaling.send(new CreateOrUpdateTagsCommand({ Tags: groupTags(name, tags) })),
      ),
    deleteGroup: (name) =>
      removeOrGone(`deleting Auto Scaling group ${name}`, () =>
        scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true })),
      ),
  };
}

function groupTags(group: string, tags: Readonly<Record<string, string>>) {
  return tagList(tags).map((tag) => ({
    ...tag,
    PropagateAtLaunch: true,
    ResourceId: group,
    ResourceType: "auto-scaling-group",
  }));
}

/** Auto Scaling tries the template out; profiles, groups and templates made a moment ago aren't seen everywhere yet. */
function notSeenYet(failure: Failure): Failure {
  if (!/iam instance profile|does not exist|could not find/i.test(failure.message)) return failure;
  const { message, hint, cause } = failure;
  return new Failure({ code: "NotSeenYet", class: "retry", message, hint, cause });
}
