import { ServiceError } from "../../service-error.ts";
import type { Ec2Context } from "../ec2/context.ts";
import { beginTransition, userInitiated } from "../ec2/instance-transition.ts";
import { settle as settleEc2 } from "../ec2/settle.ts";
import { type AutoScalingContext, ec2Of } from "./context.ts";
import { dropMember, putGroup, putMember } from "./group-lookup.ts";
import { launchMember } from "./launch.ts";
import { type AutoScalingState, autoScalingStateKey, type GroupRecord, type MemberRecord } from "./state.ts";

/** Lets every group do what is due. Every operation of Auto Scaling and of EC2 begins with it. */
export function settleGroups(context: AutoScalingContext): void {
  const ec2 = ec2Of(context);
  settleEc2(ec2);
  for (const name of Object.keys(context.state.groups)) {
    const group = context.state.groups[name];
    if (group !== undefined) settleGroup(group, context);
  }
  // What was launched in the past may be running by now.
  settleEc2(ec2);
}

/** The same, as EC2 asks for it. */
export function settleGroupsOf(ec2: Ec2Context): void {
  const state: AutoScalingState = ec2.stateOf(autoScalingStateKey());
  if (Object.keys(state.groups).length > 0) settleGroups({ ...ec2, state });
}

/** What ended is noticed and replaced, what is too few is launched, what is too many goes. */
export function settleGroup(before: GroupRecord, context: AutoScalingContext): void {
  const now = context.clock.now();
  let group = before;
  let vacantSince = now;
  for (const member of Object.values(group.members)) {
    const ended = endOf(member, group, context);
    if (ended === undefined) continue;
    if (member.state !== "terminating") vacantSince = Math.min(vacantSince, ended);
    group = dropMember(context, group, member.instanceId);
  }
  const { goneAt } = group;
  if (goneAt !== undefined) {
    for (const member of activeOf(group)) group = endMember(group, member, "the group is deleted", context);
    if (Object.keys(group.members).length === 0 && goneAt <= now) delete context.state.groups[group.name];
    return;
  }
  group = launchMissing(group, vacantSince, context);
  let surplus = activeOf(group).length - group.desired;
  for (const member of activeOf(group)) {
    if (surplus <= 0 || isSuspended(group, "Terminate")) break;
    if (member.protected) continue;
    group = endMember(group, member, "the desired capacity was lowered", context);
    surplus -= 1;
  }
}

/** Terminates through the group, whatever protects it from scaling in. */
export function endMember(
  group: GroupRecord,
  member: MemberRecord,
  cause: string,
  context: AutoScalingContext,
): GroupRecord {
  const ec2 = ec2Of(context);
  const now = context.clock.now();
  const instance = ec2.state.instances[member.instanceId];
  if (instance !== undefined && instance.state !== "shutting-down" && instance.state !== "terminated") {
    beginTransition(instance, "terminated", now, ec2, userInitiated(now));
  }
  note(group, `Terminating EC2 instance: ${member.instanceId}`, cause, now, undefined, context);
  return putMember(context, group, { ...member, state: "terminating" });
}

/** When its end is known, in epoch milliseconds; undefined while it lives, or nobody looks. */
function endOf(member: MemberRecord, group: GroupRecord, context: AutoScalingContext): number | undefined {
  const now = context.clock.now();
  const ec2 = ec2Of(context);
  const instance = ec2.state.instances[member.instanceId];
  if (member.state === "terminating") {
    return instance === undefined || instance.state === "terminated" ? now : undefined;
  }
  if (member.state === "standby" || isSuspended(group, "HealthCheck") || isSuspended(group, "ReplaceUnhealthy")) {
    return undefined;
  }
  if (instance?.state === "pending" || instance?.state === "running") return undefined;
  const noticed = (instance?.stateSince ?? now) + context.state.timing.healthCheck;
  if (instance !== undefined && noticed > now) return undefined;
  if (instance?.state === "stopping" || instance?.state === "stopped") {
    beginTransition(instance, "terminated", noticed, ec2, userInitiated(noticed));
  }
  note(group, `Terminating EC2 instance: ${member.instanceId}`, "it was found unhealthy", noticed, undefined, context);
  return noticed;
}

function launchMissing(before: GroupRecord, vacantSince: number, context: AutoScalingContext): GroupRecord {
  const { state, clock } = context;
  const now = clock.now();
  const ec2 = ec2Of(context);
  let group = before;
  while (activeOf(group).length < group.desired && !isSuspended(group, "Launch") && (group.retryAt ?? 0) <= now) {
    const at = vacantSince + state.timing.launch;
    const cause = "an instance was started in response to a difference between desired and actual capacity";
    try {
      const member = launchMember(group, at, ec2);
      note(group, `Launching a new EC2 instance: ${member.instanceId}`, cause, at, undefined, context);
      const { retryAt: _past, ...tried } = group;
      group = putMember(context, tried, member);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status === 501) throw error;
      note(group, "Launching a new EC2 instance", cause, at, error.message, context);
      group = putGroup(context, { ...group, retryAt: now + state.timing.retry });
    }
  }
  return group;
}

/** Oldest first. */
function activeOf(group: GroupRecord): readonly MemberRecord[] {
  return Object.values(group.members)
    .filter(({ state }) => state === "active")
    .sort((a, b) => a.launchedAt - b.launchedAt);
}

function isSuspended(group: GroupRecord, process: string): boolean {
  return Object.hasOwn(group.suspended, process);
}

const mostActivities = 500;

function note(
  { name }: GroupRecord,
  description: string,
  cause: string,
  startedAt: number,
  failure: string | undefined,
  { state, random }: AutoScalingContext,
): void {
  state.activities.unshift({
    id: random.uuid(),
    group: name,
    description,
    cause,
    startedAt,
    status: failure === undefined ? "Successful" : "Failed",
    ...(failure === undefined ? {} : { message: failure }),
  });
  state.activities.splice(mostActivities);
}
