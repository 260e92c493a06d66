import type {
  CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommandInput,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingGroupsCommandOutput,
  UpdateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";
import { notImplemented } from "../../service-error.ts";
import { type Answer, type AutoScalingContext, ec2Of, groupArn } from "./context.ts";
import { invalid, required, scalingError } from "./errors.ts";
import { groupAnswer } from "./group-answer.ts";
import { groupNamed, putGroup } from "./group-lookup.ts";
import { oneOfThem, withSettings } from "./group-settings.ts";
import { checkedTags, matchesTagFilters, mergedTags } from "./group-tags.ts";
import { checkLaunch } from "./launch.ts";
import { page } from "./pages.ts";
import { settleGroup } from "./settle.ts";

export function CreateAutoScalingGroup(input: CreateAutoScalingGroupCommandInput, context: AutoScalingContext): object {
  const name = required(input.AutoScalingGroupName, "autoScalingGroupName");
  if (name.length > 255) throw invalid("AutoScalingGroupName has up to 255 characters.");
  const existing = Object.hasOwn(context.state.groups, name) ? context.state.groups[name] : undefined;
  if (existing !== undefined) {
    const going = existing.goneAt === undefined ? "" : " and is pending delete";
    throw scalingError(
      "AlreadyExists",
      `AutoScalingGroup by this name already exists${going} - A group with the name ${name} already exists`,
    );
  }
  if (input.InstanceId !== undefined) throw notImplemented("autoscaling", "groups after the model of an instance");
  if (input.LaunchTemplate === undefined && input.MixedInstancesPolicy === undefined) throw oneOfThem();
  if (input.VPCZoneIdentifier === undefined) {
    if (input.AvailabilityZones === undefined) {
      throw invalid("At least one Availability Zone or VPC Subnet is required.");
    }
    throw notImplemented("autoscaling", "groups of zones without subnets");
  }
  const tags = mergedTags([], checkedTags(input.Tags ?? [], name));
  const min = required(input.MinSize, "minSize");
  const group = withSettings(
    {
      name,
      arn: groupArn(context, name),
      createdAt: context.clock.now(),
      min,
      max: required(input.MaxSize, "maxSize"),
      desired: min,
      subnetIds: [],
      protectNew: false,
      suspended: {},
      healthCheckType: "EC2",
      healthCheckGracePeriod: 0,
      cooldown: 300,
      terminationPolicies: ["Default"],
      tags,
      members: {},
    },
    input,
    context,
  );
  checkLaunch(group, ec2Of(context));
  settleGroup(putGroup(context, group), context);
  return {};
}

/** What runs stays as it is, whatever template the group has now. */
export function UpdateAutoScalingGroup(input: UpdateAutoScalingGroupCommandInput, context: AutoScalingContext): object {
  const group = groupNamed(input.AutoScalingGroupName, context);
  if (group.goneAt !== undefined) throw goingAway(group.name);
  const updated = withSettings(group, input, context);
  checkLaunch(updated, ec2Of(context));
  settleGroup(putGroup(context, updated), context);
  return {};
}

/** A group with instances goes by force only, and takes them with it. */
export function DeleteAutoScalingGroup(input: DeleteAutoScalingGroupCommandInput, context: AutoScalingContext): object {
  const group = groupNamed(input.AutoScalingGroupName, context);
  const { state, clock } = context;
  const members = Object.values(group.members);
  if (input.ForceDelete !== true && members.length > 0) {
    const instances = ec2Of(context).state.instances;
    const moving = members.some(
      (member) => member.state === "terminating" || instances[member.instanceId]?.state === "pending",
    );
    throw moving
      ? scalingError(
          "ScalingActivityInProgress",
          "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        )
      : scalingError(
          "ResourceInUse",
          "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        );
  }
  const goneAt = group.goneAt ?? clock.now() + state.timing.delete;
  settleGroup(putGroup(context, { ...group, min: 0, desired: 0, goneAt }), context);
  return {};
}

/** Names that don't exist are passed over. */
export function DescribeAutoScalingGroups(
  input: DescribeAutoScalingGroupsCommandInput,
  context: AutoScalingContext,
): Answer<DescribeAutoScalingGroupsCommandOutput> {
  const names = input.AutoScalingGroupNames ?? [];
  const filters = input.Filters ?? [];
  const matching = Object.values(context.state.groups).filter(
    ({ name, tags }) => (names.length === 0 || names.includes(name)) && matchesTagFilters(tags, filters),
  );
  const { items, NextToken } = page(matching, ({ name }) => name, input, { usual: 50, most: 100 }, context.pageSize);
  return { AutoScalingGroups: items.map((group) => groupAnswer(group, context)), NextToken };
}

function goingAway(name: string): Error {
  return scalingError("ScalingActivityInProgress", `AutoScalingGroup ${name} is pending delete.`);
}
