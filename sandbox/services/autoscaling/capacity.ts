import type {
  SetDesiredCapacityCommandInput,
  TerminateInstanceInAutoScalingGroupCommandInput,
  TerminateInstanceInAutoScalingGroupCommandOutput,
} from "@aws-sdk/client-auto-scaling";
import { activityAnswer } from "./activities.ts";
import type { Answer, AutoScalingContext } from "./context.ts";
import { invalid, required, scalingError } from "./errors.ts";
import { groupNamed, memberOf, putGroup } from "./group-lookup.ts";
import { endMember, settleGroup } from "./settle.ts";

/** Launches or ends the difference some time later. */
export function SetDesiredCapacity(input: SetDesiredCapacityCommandInput, context: AutoScalingContext): object {
  const group = groupNamed(input.AutoScalingGroupName, context);
  const desired = required(input.DesiredCapacity, "desiredCapacity");
  if (group.goneAt !== undefined) {
    throw scalingError("ScalingActivityInProgress", `AutoScalingGroup ${group.name} is pending delete.`);
  }
  if (desired > group.max) {
    throw invalid(`New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`);
  }
  if (desired < group.min) {
    throw invalid(`New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`);
  }
  settleGroup(putGroup(context, { ...group, desired }), context);
  return {};
}

/** Ends the instance whatever protects it from scaling in; without the decrement another takes its place. */
export function TerminateInstanceInAutoScalingGroup(
  input: TerminateInstanceInAutoScalingGroupCommandInput,
  context: AutoScalingContext,
): Answer<TerminateInstanceInAutoScalingGroupCommandOutput> {
  const { group, member } = memberOf(required(input.InstanceId, "instanceId"), context);
  const decrement = required(input.ShouldDecrementDesiredCapacity, "shouldDecrementDesiredCapacity");
  if (member.state !== "terminating") {
    if (decrement && group.desired - 1 < group.min) {
      throw invalid(
        `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      );
    }
    const left = decrement && member.state === "active" ? { ...group, desired: group.desired - 1 } : group;
    settleGroup(endMember(left, member, "instance was taken out of service by a user request", context), context);
  }
  const activity = context.state.activities.find(({ description }) => description.endsWith(member.instanceId));
  return activity === undefined ? {} : { Activity: activityAnswer(activity) };
}
