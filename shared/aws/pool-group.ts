import type { AutoScalingGroup, MixedInstancesPolicy } from "@aws-sdk/client-auto-scaling";
import { required } from "./answer.ts";
import type { GroupSettings, ScalingGroupRecord } from "./pool-port.ts";
import { tagsByKey } from "./tag-list.ts";

export function groupRecord(group: AutoScalingGroup): ScalingGroupRecord {
  const { MixedInstancesPolicy: mixed, Instances = [], Tags = [] } = group;
  const template = mixed?.LaunchTemplate?.LaunchTemplateSpecification ?? group.LaunchTemplate;
  const spread = mixed?.InstancesDistribution;
  const living = Instances.filter(({ LifecycleState }) => !LifecycleState?.startsWith("Terminat"));
  return {
    name: required(group.AutoScalingGroupName, "a group's name"),
    min: required(group.MinSize, "a group's least size"),
    max: required(group.MaxSize, "a group's greatest size"),
    desired: required(group.DesiredCapacity, "a group's desired size"),
    instances: living.map(({ InstanceId }) => required(InstanceId, "an instance's id")).sort(),
    ending: Instances.length - living.length,
    subnetIds: (group.VPCZoneIdentifier ?? "")
      .split(",")
      .filter((id) => id !== "")
      .sort(),
    protectedFromScaleIn: group.NewInstancesProtectedFromScaleIn ?? false,
    healthCheck: group.HealthCheckType ?? "",
    capacityRebalance: group.CapacityRebalance ?? false,
    maxInstanceLifetime: group.MaxInstanceLifetime ?? 0,
    templateId: template?.LaunchTemplateId ?? "",
    // Left out where it was left out.
    templateVersion: template?.Version ?? "$Default",
    instanceTypes: (mixed?.LaunchTemplate?.Overrides ?? []).map(({ InstanceType }) => InstanceType ?? ""),
    // A group without such a policy runs on demand.
    onDemandBase: spread?.OnDemandBaseCapacity ?? 0,
    onDemandPercentage: spread?.OnDemandPercentageAboveBaseCapacity ?? 100,
    onDemandStrategy: spread?.OnDemandAllocationStrategy ?? "prioritized",
    spotStrategy: spread?.SpotAllocationStrategy ?? "lowest-price",
    spotMaxPrice: spread?.SpotMaxPrice ?? "",
    suspended: (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName ?? "").sort(),
    tags: tagsByKey(Tags),
    propagated: Tags.flatMap(({ Key, PropagateAtLaunch }) => (PropagateAtLaunch === true ? [Key ?? ""] : [])).sort(),
    going: group.Status !== undefined,
  };
}

/** What creating and updating tell Auto Scaling alike. */
export function groupInput(settings: GroupSettings) {
  return {
    MinSize: settings.min,
    MaxSize: settings.max,
    VPCZoneIdentifier: settings.subnetIds.join(","),
    NewInstancesProtectedFromScaleIn: settings.protectedFromScaleIn,
    HealthCheckType: settings.healthCheck,
    CapacityRebalance: settings.capacityRebalance,
    MaxInstanceLifetime: settings.maxInstanceLifetime,
    MixedInstancesPolicy: policyOf(settings),
  };
}

function policyOf(settings: GroupSettings): MixedInstancesPolicy {
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: settings.templateId, Version: settings.templateVersion },
      Overrides: settings.instanceTypes.map((InstanceType) => ({ InstanceType })),
    },
    InstancesDistribution: {
      OnDemandBaseCapacity: settings.onDemandBase,
      OnDemandPercentageAboveBaseCapacity: settings.onDemandPercentage,
      OnDemandAllocationStrategy: settings.onDemandStrategy,
      SpotAllocationStrategy: settings.spotStrategy,
      // Empty: a price that was set before goes.
      SpotMaxPrice: settings.spotMaxPrice,
    },
  };
}
