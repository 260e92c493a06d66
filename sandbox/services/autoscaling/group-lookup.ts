import type { AutoScalingContext } from "./context.ts";
import { invalid, required } from "./errors.ts";
import type { GroupRecord, MemberRecord } from "./state.ts";

export function groupNamed(name: string | undefined, { state }: AutoScalingContext): GroupRecord {
  const wanted = required(name, "autoScalingGroupName");
  const found = Object.hasOwn(state.groups, wanted) ? state.groups[wanted] : undefined;
  if (found !== undefined) return found;
  throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${wanted}' not found`);
}

export function putGroup({ state }: AutoScalingContext, group: GroupRecord): GroupRecord {
  state.groups[group.name] = group;
  return group;
}

export function putMember(context: AutoScalingContext, group: GroupRecord, member: MemberRecord): GroupRecord {
  return putGroup(context, { ...group, members: { ...group.members, [member.instanceId]: member } });
}

export function dropMember(context: AutoScalingContext, group: GroupRecord, instanceId: string): GroupRecord {
  const { [instanceId]: _gone, ...members } = group.members;
  return putGroup(context, { ...group, members });
}

/** Those that are launched by now. */
export function membersOf(group: GroupRecord, now: number): readonly MemberRecord[] {
  return Object.values(group.members).filter(({ launchedAt }) => launchedAt <= now);
}

export function memberOf(
  instanceId: string,
  context: AutoScalingContext,
): { readonly group: GroupRecord; readonly member: MemberRecord } {
  const now = context.clock.now();
  for (const group of Object.values(context.state.groups)) {
    const member = group.members[instanceId];
    if (member !== undefined && member.launchedAt <= now) return { group, member };
  }
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
}

/** Each of these is in that group. */
export function membersNamed(
  ids: readonly string[],
  group: GroupRecord,
  context: AutoScalingContext,
): readonly MemberRecord[] {
  return ids.map((id) => {
    const found = memberOf(id, context);
    if (found.group.name === group.name) return found.member;
    throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
  });
}
