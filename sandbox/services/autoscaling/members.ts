import type {
  DescribeAutoScalingInstancesCommandInput,
  DescribeAutoScalingInstancesCommandOutput,
  DetachInstancesCommandInput,
  DetachInstancesCommandOutput,
  EnterStandbyCommandInput,
  EnterStandbyCommandOutput,
  ExitStandbyCommandInput,
  ExitStandbyCommandOutput,
  SetInstanceProtectionCommandInput,
} from "@aws-sdk/client-auto-scaling";
import { type Answer, type AutoScalingContext, ec2Of } from "./context.ts";
import { invalid, required } from "./errors.ts";
import { instanceDetails } from "./group-answer.ts";
import { dropMember, groupNamed, membersNamed, membersOf, putGroup, putMember } from "./group-lookup.ts";
import { page } from "./pages.ts";
import { settleGroup } from "./settle.ts";

export function DescribeAutoScalingInstances(
  input: DescribeAutoScalingInstancesCommandInput,
  context: AutoScalingContext,
): Answer<DescribeAutoScalingInstancesCommandOutput> {
  const ids = input.InstanceIds ?? [];
  const now = context.clock.now();
  const all = Object.values(context.state.groups).flatMap((group) =>
    membersOf(group, now).map((member) => instanceDetails(group, member, context)),
  );
  const matching = all.filter(({ InstanceId }) => ids.length === 0 || ids.includes(InstanceId ?? ""));
  const key = ({ InstanceId }: { InstanceId?: string | undefined }) => InstanceId ?? "";
  const { items, NextToken } = page(matching, key, input, { usual: 50, most: 50 }, context.pageSize);
  return { AutoScalingInstances: items, NextToken };
}

export function SetInstanceProtection(input: SetInstanceProtectionCommandInput, context: AutoScalingContext): object {
  let group = groupNamed(input.AutoScalingGroupName, context);
  const isProtected = required(input.ProtectedFromScaleIn, "protectedFromScaleIn");
  for (const member of membersNamed(required(input.InstanceIds, "instanceIds"), group, context)) {
    group = putMember(context, group, { ...member, protected: isProtected });
  }
  settleGroup(group, context);
  return {};
}

/** They go on running, and are nobody's. */
export function DetachInstances(
  input: DetachInstancesCommandInput,
  context: AutoScalingContext,
): Answer<DetachInstancesCommandOutput> {
  let group = groupNamed(input.AutoScalingGroupName, context);
  const members = membersNamed(input.InstanceIds ?? [], group, context);
  const decrement = required(input.ShouldDecrementDesiredCapacity, "shouldDecrementDesiredCapacity");
  const desired = group.desired - (decrement ? members.length : 0);
  if (desired < group.min) throw invalid(`The group's min size is ${group.min}.`);
  const ec2 = ec2Of(context);
  for (const { instanceId } of members) {
    group = dropMember(context, group, instanceId);
    const left = (ec2.state.tags[instanceId] ?? []).filter(({ Key }) => Key !== "aws:autoscaling:groupName");
    ec2.state.tags[instanceId] = left;
  }
  settleGroup(putGroup(context, { ...group, desired }), context);
  return { Activities: [] };
}

export function EnterStandby(
  input: EnterStandbyCommandInput,
  context: AutoScalingContext,
): Answer<EnterStandbyCommandOutput> {
  let group = groupNamed(input.AutoScalingGroupName, context);
  const members = membersNamed(input.InstanceIds ?? [], group, context);
  const decrement = required(input.ShouldDecrementDesiredCapacity, "shouldDecrementDesiredCapacity");
  const desired = group.desired - (decrement ? members.length : 0);
  if (desired < group.min) throw invalid(`The group's min size is ${group.min}.`);
  for (const member of members) group = putMember(context, group, { ...member, state: "standby" });
  settleGroup(putGroup(context, { ...group, desired }), context);
  return { Activities: [] };
}

export function ExitStandby(
  input: ExitStandbyCommandInput,
  context: AutoScalingContext,
): Answer<ExitStandbyCommandOutput> {
  let group = groupNamed(input.AutoScalingGroupName, context);
  const members = membersNamed(input.InstanceIds ?? [], group, context);
  const desired = group.desired + members.length;
  if (desired > group.max) throw invalid(`The group's max size is ${group.max}.`);
  for (const member of members) group = putMember(context, group, { ...member, state: "active" });
  settleGroup(putGroup(context, { ...group, desired }), context);
  return { Activities: [] };
}
