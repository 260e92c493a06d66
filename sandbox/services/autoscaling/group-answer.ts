import type { AutoScalingGroup, AutoScalingInstanceDetails, Instance } from "@aws-sdk/client-auto-scaling";
import { type AutoScalingContext, ec2Of } from "./context.ts";
import { membersOf } from "./group-lookup.ts";
import { tagAnswer } from "./group-tags.ts";
import type { GroupRecord, MemberRecord } from "./state.ts";

export function groupAnswer(group: GroupRecord, context: AutoScalingContext): AutoScalingGroup {
  const { mixed, template } = group;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    ...(template === undefined ? {} : { LaunchTemplate: { ...template } }),
    ...(mixed === undefined
      ? {}
      : {
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: { ...mixed.template },
              Overrides: mixed.instanceTypes.map((InstanceType) => ({ InstanceType })),
            },
            InstancesDistribution: { ...mixed.distribution },
          },
        }),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldown,
    AvailabilityZones: [...new Set(group.subnetIds.map((id) => zoneOf(id, context)))].sort(),
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGracePeriod,
    Instances: membersOf(group, context.clock.now()).map((member) => instanceAnswer(member, context)),
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: Object.entries(group.suspended).map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.subnetIds.join(","),
    EnabledMetrics: [],
    ...(group.goneAt === undefined ? {} : { Status: "Delete in progress" }),
    Tags: group.tags.map((tag) => tagAnswer(tag, group.name)),
    TerminationPolicies: [...group.terminationPolicies],
    NewInstancesProtectedFromScaleIn: group.protectNew,
    ServiceLinkedRoleARN: `arn:${context.partition}:iam::${context.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    MaxInstanceLifetime: group.maxInstanceLifetime,
    CapacityRebalance: group.capacityRebalance,
    TrafficSources: [],
  };
}

function instanceAnswer(member: MemberRecord, context: AutoScalingContext): Instance {
  const instance = ec2Of(context).state.instances[member.instanceId];
  return {
    InstanceId: member.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: instance === undefined ? "" : `${context.region}${instance.zone}`,
    LifecycleState: lifecycleOf(member, context),
    HealthStatus: instance?.state === "pending" || instance?.state === "running" ? "Healthy" : "Unhealthy",
    LaunchTemplate: { ...member.template },
    ProtectedFromScaleIn: member.protected,
  };
}

export function instanceDetails(
  group: GroupRecord,
  member: MemberRecord,
  context: AutoScalingContext,
): AutoScalingInstanceDetails {
  const { HealthStatus, AvailabilityZone, ...rest } = instanceAnswer(member, context);
  return {
    ...rest,
    AutoScalingGroupName: group.name,
    AvailabilityZone,
    HealthStatus: HealthStatus?.toUpperCase(),
  } as AutoScalingInstanceDetails;
}

function lifecycleOf({ state, instanceId }: MemberRecord, context: AutoScalingContext): Instance["LifecycleState"] {
  switch (state) {
    case "terminating":
      return "Terminating";
    case "standby":
      return "Standby";
    case "active":
      return ec2Of(context).state.instances[instanceId]?.state === "pending" ? "Pending" : "InService";
  }
}

function zoneOf(subnetId: string, context: AutoScalingContext): string {
  const { zone = "" } = ec2Of(context).state.subnets[subnetId] ?? {};
  return `${context.region}${zone}`;
}
