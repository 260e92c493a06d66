import { ServiceError } from "../../service-error.ts";
import type { Ec2Context } from "../ec2/context.ts";
import type { InstanceRecord } from "../ec2/instance-state.ts";
import { type LaunchOptions, launchInstance } from "../ec2/launch.ts";
import { launchFulfilled } from "../ec2/launch-fulfilled.ts";
import { type LaunchRequest, resolveLaunch } from "../ec2/launch-spec.ts";
import { launchOf, type TemplateLaunch, templateTags } from "../ec2/launch-template-lookup.ts";
import { capacityOf, checkedMaxPrice, priceOf } from "../ec2/spot-market.ts";
import type { TagRecord } from "../ec2/state.ts";
import { setTags } from "../ec2/tags.ts";
import { invalid } from "./errors.ts";
import type { GroupRecord, MemberRecord, TemplateReference } from "./state.ts";

export function templateReference(group: Pick<GroupRecord, "template" | "mixed">): TemplateReference {
  const template = group.template ?? group.mixed?.template;
  if (template === undefined) throw invalid("The group has no launch template.");
  return template;
}

/** What a group says of launches is tried out where it is said: a template that can't launch is refused. */
export function checkLaunch(group: Pick<GroupRecord, "template" | "mixed" | "subnetIds">, ec2: Ec2Context): void {
  try {
    const launch = launchOf(specificationOf(templateReference(group)), ec2);
    for (const type of typesOf(group, launch)) {
      for (const subnetId of group.subnetIds) resolveLaunch(requestFor(launch, type, subnetId), ec2);
    }
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status === 501) throw error;
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

/**
 * Launches one instance into the subnet that has the fewest.
 * @throws ServiceError where EC2 refuses
 */
export function launchMember(group: GroupRecord, at: number, ec2: Ec2Context): MemberRecord {
  const reference = templateReference(group);
  const launch = launchOf(specificationOf(reference), ec2);
  const subnetId = emptiestSubnet(group, ec2);
  const options: LaunchOptions = {
    reservationId: ec2.random.id("r"),
    launchIndex: 0,
    clientToken: ec2.random.uuid(),
    tags: (type) => tagsOf(launch, type),
  };
  const wantsSpot = isSpotNext(group, ec2);
  const instance = wantsSpot
    ? spotInstance(group, launch, subnetId, options, at, ec2)
    : launchInstance(resolveLaunch(requestFor(launch, typesOf(group, launch)[0], subnetId), ec2), options, at, ec2);
  // The group's own win over the template's.
  const propagated = group.tags.filter(({ PropagateAtLaunch }) => PropagateAtLaunch);
  setTags(ec2.state, instance.instanceId, [
    ...propagated.map(({ Key, Value }) => ({ Key, Value })),
    ...templateTags(launch),
    { Key: "aws:autoscaling:groupName", Value: group.name },
  ]);
  return {
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    launchedAt: at,
    state: "active",
    protected: group.protectNew,
    template: { ...reference, Version: String(launch.version.number) },
  };
}

function spotInstance(
  group: GroupRecord,
  launch: TemplateLaunch,
  subnetId: string,
  options: LaunchOptions,
  at: number,
  ec2: Ec2Context,
): InstanceRecord {
  const maxPrice = group.mixed?.distribution.SpotMaxPrice;
  const type = typesOf(group, launch).find(
    (each): each is string =>
      each !== undefined &&
      capacityOf(each, ec2) === "available" &&
      Number(checkedMaxPrice(maxPrice, each)) >= priceOf(each, ec2),
  );
  if (type === undefined) {
    throw new ServiceError("UnfulfillableCapacity", "Unable to fulfill capacity due to your request configuration.");
  }
  const spec = resolveLaunch(requestFor(launch, type, subnetId), ec2);
  const tags = tagsOf(launch, "spot-instances-request");
  return launchFulfilled(spec, options, { type: "one-time", maxPrice, tags }, at, ec2);
}

function specificationOf({ LaunchTemplateId, Version }: TemplateReference) {
  return { LaunchTemplateId, Version };
}

function typesOf({ mixed }: Pick<GroupRecord, "mixed">, { request }: TemplateLaunch): readonly (string | undefined)[] {
  return mixed === undefined || mixed.instanceTypes.length === 0 ? [request.InstanceType] : mixed.instanceTypes;
}

/** The group's subnet takes the place of whatever the template says. */
function requestFor({ request }: TemplateLaunch, type: string | undefined, SubnetId: string): LaunchRequest {
  const { SubnetId: _own, NetworkInterfaces = [], ...rest } = request;
  const [primary, ...others] = NetworkInterfaces;
  return {
    ...rest,
    ...(type === undefined ? {} : { InstanceType: type as LaunchRequest["InstanceType"] }),
    ...(primary === undefined ? { SubnetId } : { NetworkInterfaces: [{ ...primary, SubnetId }, ...others] }),
  };
}

function emptiestSubnet(group: GroupRecord, { state }: Ec2Context): string {
  const counts = new Map(group.subnetIds.map((id) => [id, 0]));
  for (const id of Object.keys(group.members)) {
    const subnet = state.instances[id]?.subnetId ?? "";
    const count = counts.get(subnet);
    if (count !== undefined) counts.set(subnet, count + 1);
  }
  const [first] = [...counts].sort(([, a], [, b]) => a - b);
  return first?.[0] ?? "";
}

/** The base and its share of the rest are on demand. */
function isSpotNext({ mixed, members, desired }: GroupRecord, { state }: Ec2Context): boolean {
  if (mixed === undefined) return false;
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: share = 100 } = mixed.distribution;
  const wanted = Math.min(desired, base) + Math.ceil((Math.max(0, desired - base) * share) / 100);
  const onDemand = Object.values(members).filter(
    ({ instanceId, state: member }) =>
      member !== "terminating" && state.instances[instanceId]?.spotRequestId === undefined,
  );
  return onDemand.length >= wanted;
}

function tagsOf({ tags }: TemplateLaunch, type: string): readonly TagRecord[] | undefined {
  const found = tags.find(({ ResourceType }) => ResourceType === type)?.Tags;
  return found?.map(({ Key = "", Value = "" }) => ({ Key, Value }));
}
