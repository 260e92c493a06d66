import type { AutoScalingState, GroupRecord } from "../services/autoscaling/state.ts";
import type { LaunchTemplateRecord, LaunchTemplateState } from "../services/ec2/launch-template-state.ts";
import { type Ec2World, launchQuestions } from "./ec2-questions.ts";
import { type JudgedCall, type Question, requestTags, resourceTags, text } from "./question.ts";

export interface ScalingWorld extends Ec2World {
  readonly scaling: AutoScalingState;
  readonly templates: LaunchTemplateState;
}

type Tag = { readonly Key?: string; readonly Value?: string; readonly ResourceId?: string };
type Specification = {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
  readonly Version?: string;
};

/**
 * Groups are judged by their names and tags; who gives one a launch template must be allowed what it launches, too.
 * Source: service authorization reference of Amazon EC2 Auto Scaling; its user guide, "Launch template support".
 */
export function autoScalingQuestions(call: JudgedCall, world: ScalingWorld): readonly Question[] {
  const { operation, input } = call;
  const action = `autoscaling:${operation}`;
  if (operation.startsWith("Describe")) return [{ action, resource: "*" }];
  const tags = (input["Tags"] ?? []) as readonly Tag[];
  if (operation === "CreateOrUpdateTags" || operation === "DeleteTags") {
    const names = [...new Set(tags.map(({ ResourceId = "" }) => ResourceId))];
    return names.map((name) => {
      const question = ofGroup(call, world, action, name);
      const asked = requestTags(tags.filter(({ ResourceId }) => ResourceId === name));
      return { ...question, context: { ...question.context, ...asked } };
    });
  }
  const instance = text(input["InstanceId"]);
  const member = Object.values(world.scaling.groups).find(({ members }) => members[instance ?? ""] !== undefined);
  const question = ofGroup(call, world, action, text(input["AutoScalingGroupName"]) ?? member?.name ?? "");
  return [{ ...question, context: { ...question.context, ...requestTags(tags) } }, ...launches(call, world)];
}

function ofGroup(call: JudgedCall, { scaling }: ScalingWorld, action: string, name: string): Question {
  const group: GroupRecord | undefined = scaling.groups[name];
  const { partition, region, account } = call;
  const id = `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
  return { action, resource: group?.arn ?? id, context: resourceTags(group?.tags) };
}

function launches(call: JudgedCall, world: ScalingWorld): readonly Question[] {
  const { input } = call;
  const mixed = input["MixedInstancesPolicy"] as
    | { readonly LaunchTemplate?: { readonly LaunchTemplateSpecification?: Specification } }
    | undefined;
  const specification = (input["LaunchTemplate"] ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification) as
    | Specification
    | undefined;
  if (specification === undefined) return [];
  const template = Object.values(world.templates.templates).find(
    ({ templateId, name }) =>
      templateId === specification.LaunchTemplateId || name === specification.LaunchTemplateName,
  );
  if (template === undefined) return [];
  const data = dataOf(template, specification.Version ?? "$Default");
  const subnets = (text(input["VPCZoneIdentifier"]) ?? "").split(",").filter((id) => id !== "");
  const [primary = {}] = (data["NetworkInterfaces"] ?? []) as readonly object[];
  const NetworkInterfaces = subnets.map((SubnetId) => ({ ...primary, SubnetId }));
  return launchQuestions(call, world, template.templateId, { ...data, NetworkInterfaces });
}

function dataOf(
  { versions, defaultVersion }: LaunchTemplateRecord,
  version: string,
): Readonly<Record<string, unknown>> {
  const number = version === "$Default" ? defaultVersion : Number(version);
  const found = versions.find((one) => one.number === number) ?? versions.at(-1);
  return { ...found?.data };
}
