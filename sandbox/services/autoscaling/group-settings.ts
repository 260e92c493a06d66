import type { CreateAutoScalingGroupCommandInput, LaunchTemplateSpecification } from "@aws-sdk/client-auto-scaling";
import { notImplemented, ServiceError } from "../../service-error.ts";
import { templateOf, versionOf } from "../ec2/launch-template-lookup.ts";
import { type AutoScalingContext, ec2Of } from "./context.ts";
import { invalid } from "./errors.ts";
import type { GroupRecord, MixedPolicy, TemplateReference } from "./state.ts";

/** What CreateAutoScalingGroup and UpdateAutoScalingGroup have in common. */
export type GroupInput = Pick<
  CreateAutoScalingGroupCommandInput,
  | "CapacityRebalance"
  | "DefaultCooldown"
  | "DesiredCapacity"
  | "HealthCheckGracePeriod"
  | "HealthCheckType"
  | "LaunchConfigurationName"
  | "LaunchTemplate"
  | "MaxInstanceLifetime"
  | "MixedInstancesPolicy"
  | "NewInstancesProtectedFromScaleIn"
  | "TerminationPolicies"
  | "VPCZoneIdentifier"
> & { readonly MinSize?: number | undefined; readonly MaxSize?: number | undefined };

/** The record with what the request says of it; sizes are checked last, when all are known. */
export function withSettings(group: GroupRecord, input: GroupInput, context: AutoScalingContext): GroupRecord {
  const launch = launchSettings(input, context);
  const { template: _template, mixed: _mixed, ...rest } = group;
  const subnetIds = input.VPCZoneIdentifier?.split(",").map((id) => id.trim());
  return sized(
    {
      ...(launch === undefined ? group : rest),
      ...launch,
      ...given("subnetIds", subnetIds),
      ...given("min", input.MinSize),
      ...given("max", input.MaxSize),
      ...given("protectNew", input.NewInstancesProtectedFromScaleIn),
      ...given("healthCheckType", input.HealthCheckType),
      ...given("healthCheckGracePeriod", input.HealthCheckGracePeriod),
      ...given("cooldown", input.DefaultCooldown),
      ...given("terminationPolicies", input.TerminationPolicies),
      ...given("capacityRebalance", input.CapacityRebalance),
      ...given("maxInstanceLifetime", input.MaxInstanceLifetime),
    },
    input.DesiredCapacity,
  );
}

function given<Name extends keyof GroupRecord>(name: Name, value: GroupRecord[Name] | undefined): Partial<GroupRecord> {
  return value === undefined ? {} : ({ [name]: value } as Partial<GroupRecord>);
}

/** A desired size that nobody says follows the bounds; one that is said must be inside them. */
function sized(group: GroupRecord, asked: number | undefined): GroupRecord {
  const { min, max } = group;
  if (min < 0 || max < min) throw invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  const desired = asked ?? Math.min(max, Math.max(min, group.desired));
  if (desired < min || desired > max) {
    throw invalid(`Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`);
  }
  return { ...group, desired };
}

function launchSettings(
  input: GroupInput,
  context: AutoScalingContext,
): Pick<GroupRecord, "template" | "mixed"> | undefined {
  if (input.LaunchConfigurationName !== undefined) throw notImplemented("autoscaling", "launch configurations");
  const { LaunchTemplate: template, MixedInstancesPolicy: mixed } = input;
  if (template !== undefined && mixed !== undefined) throw oneOfThem();
  if (template !== undefined) return { template: referenceOf(template, context) };
  if (mixed === undefined) return undefined;
  const specification = mixed.LaunchTemplate?.LaunchTemplateSpecification;
  if (specification === undefined) throw invalid("LaunchTemplateSpecification cannot be empty.");
  return { mixed: mixedPolicy(mixed, referenceOf(specification, context)) };
}

export function oneOfThem(): ServiceError {
  return invalid(
    "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
  );
}

function referenceOf(given: LaunchTemplateSpecification, context: AutoScalingContext): TemplateReference {
  const { LaunchTemplateId, LaunchTemplateName, Version = "$Default" } = given;
  if ((LaunchTemplateId === undefined) === (LaunchTemplateName === undefined)) {
    throw invalid("Valid requests must contain either launchTemplateId or LaunchTemplateName");
  }
  try {
    const template = templateOf({ LaunchTemplateId, LaunchTemplateName }, ec2Of(context));
    versionOf(template, Version);
    return { LaunchTemplateId: template.templateId, LaunchTemplateName: template.name, Version };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

function mixedPolicy(
  { LaunchTemplate: launch, InstancesDistribution: asked = {} }: NonNullable<GroupInput["MixedInstancesPolicy"]>,
  template: TemplateReference,
): MixedPolicy {
  const overrides = launch?.Overrides ?? [];
  for (const override of overrides) {
    const other = Object.keys(override).find((member) => member !== "InstanceType");
    if (other !== undefined) throw notImplemented("autoscaling", `overrides of ${other}`);
  }
  return {
    template,
    instanceTypes: overrides.map(({ InstanceType = "" }) => InstanceType),
    distribution: {
      OnDemandAllocationStrategy: asked.OnDemandAllocationStrategy ?? "prioritized",
      OnDemandBaseCapacity: asked.OnDemandBaseCapacity ?? 0,
      OnDemandPercentageAboveBaseCapacity: asked.OnDemandPercentageAboveBaseCapacity ?? 100,
      SpotAllocationStrategy: asked.SpotAllocationStrategy ?? "lowest-price",
      ...(asked.SpotInstancePools === undefined ? {} : { SpotInstancePools: asked.SpotInstancePools }),
      ...(asked.SpotMaxPrice === undefined || asked.SpotMaxPrice === "" ? {} : { SpotMaxPrice: asked.SpotMaxPrice }),
    },
  };
}
