import type { ScalingProcessQuery } from "@aws-sdk/client-auto-scaling";
import type { AutoScalingContext } from "./context.ts";
import { invalid } from "./errors.ts";
import { groupNamed, putGroup } from "./group-lookup.ts";
import { settleGroup } from "./settle.ts";

/** Source: EC2 Auto Scaling User Guide, "Suspend and resume Amazon EC2 Auto Scaling processes". */
const processes: readonly string[] = [
  ...["AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh", "Launch"],
  ...["ReplaceUnhealthy", "ScheduledActions", "Terminate"],
];

/** All of them where none is named. Launch, Terminate, HealthCheck and ReplaceUnhealthy do something here. */
export function SuspendProcesses(input: ScalingProcessQuery, context: AutoScalingContext): object {
  const group = groupNamed(input.AutoScalingGroupName, context);
  const at = new Date(context.clock.now()).toISOString().slice(0, 19);
  const added = named(input).map((name) => [name, `User suspended at ${at}Z`]);
  putGroup(context, { ...group, suspended: { ...Object.fromEntries(added), ...group.suspended } });
  return {};
}

export function ResumeProcesses(input: ScalingProcessQuery, context: AutoScalingContext): object {
  const group = groupNamed(input.AutoScalingGroupName, context);
  const gone = named(input);
  const left = Object.entries(group.suspended).filter(([name]) => !gone.includes(name));
  settleGroup(putGroup(context, { ...group, suspended: Object.fromEntries(left) }), context);
  return {};
}

function named({ ScalingProcesses: names = [] }: ScalingProcessQuery): readonly string[] {
  const unknown = names.find((name) => !processes.includes(name));
  if (unknown !== undefined) throw invalid(`Process type ${unknown} is not valid.`);
  return names.length === 0 ? processes : names;
}
