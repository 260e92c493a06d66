import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput,
  ModifyInstanceAttributeCommandInput,
  ModifyInstanceMetadataOptionsCommandInput,
  ModifyInstanceMetadataOptionsCommandOutput,
  MonitorInstancesCommandInput,
  MonitorInstancesCommandOutput,
  UnmonitorInstancesCommandInput,
  UnmonitorInstancesCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { imageById } from "./images.ts";
import { instanceById, instancesById, putInstance } from "./instance-lookup.ts";
import type { InstanceRecord } from "./instance-state.ts";
import { typeSpec } from "./instance-types.ts";
import { checkedUserData, metadataOptions } from "./launch-spec.ts";
import { interfacesOf } from "./network-interface-lookup.ts";
import { groupIdentifiers, groupsInVpc } from "./security-group-lookup.ts";
import { volumesByInstance } from "./volume-index.ts";

const ATTRIBUTES = [
  "BlockDeviceMappings",
  "DisableApiStop",
  "DisableApiTermination",
  "EbsOptimized",
  "EnaSupport",
  "Groups",
  "InstanceInitiatedShutdownBehavior",
  "InstanceType",
  "SourceDestCheck",
  "UserData",
] as const satisfies readonly (keyof ModifyInstanceAttributeCommandInput)[];

/** One attribute a call. Type, user data and EBS optimisation change while the instance is stopped, and then only. */
export function ModifyInstanceAttribute(input: ModifyInstanceAttributeCommandInput, context: Ec2Context): object {
  const instance = instanceById(required(input.InstanceId, "InstanceId"), context);
  const named = input.Attribute === undefined ? input : { ...input, ...attributeByName(input) };
  const given = ATTRIBUTES.filter((attribute) => {
    const value = named[attribute];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (given.length > 1) {
    throw ec2Error(
      "InvalidParameterCombination",
      `Fields for multiple attribute types specified: ${given.map(lowerFirst).join(", ")}`,
    );
  }
  const [attribute] = given;
  if (attribute === undefined) throw ec2Error("InvalidParameterCombination", "No attributes specified.");
  if (instance.state === "terminated" || instance.state === "shutting-down") {
    throw ec2Error(
      "IncorrectInstanceState",
      `The instance '${instance.instanceId}' is not in a valid state for this operation.`,
    );
  }
  apply(attribute, named, instance, context);
  return {};
}

function apply(
  attribute: (typeof ATTRIBUTES)[number],
  input: ModifyInstanceAttributeCommandInput,
  instance: InstanceRecord,
  context: Ec2Context,
): void {
  const { state } = context;
  switch (attribute) {
    case "DisableApiTermination":
      if (instance.spotRequestId !== undefined && input.DisableApiTermination?.Value === true) {
        throw ec2Error("UnsupportedOperation", "Termination protection isn't supported for Spot Instances.");
      }
      putInstance(context, { ...instance, disableApiTermination: input.DisableApiTermination?.Value === true });
      return;
    case "DisableApiStop":
      putInstance(context, { ...instance, disableApiStop: input.DisableApiStop?.Value === true });
      return;
    case "InstanceType": {
      mustBeStopped(instance);
      const type = typeSpec(input.InstanceType?.Value ?? "");
      if (type.architecture !== instance.architecture) {
        throw ec2Error("InvalidParameterCombination", `The instance type ${type.name} has another architecture.`);
      }
      putInstance(context, { ...instance, instanceType: type.name });
      return;
    }
    case "UserData": {
      mustBeStopped(instance);
      // The blob arrives decoded once; what clients put in is the base64 that RunInstances takes as text.
      const text = Buffer.from(input.UserData?.Value ?? new Uint8Array()).toString("base64");
      putInstance(context, { ...instance, userData: checkedUserData(text) });
      return;
    }
    case "EbsOptimized":
      mustBeStopped(instance);
      putInstance(context, { ...instance, ebsOptimized: input.EbsOptimized?.Value === true });
      return;
    case "EnaSupport":
      mustBeStopped(instance);
      return;
    case "InstanceInitiatedShutdownBehavior": {
      const value = input.InstanceInitiatedShutdownBehavior?.Value;
      if (value !== "stop" && value !== "terminate") {
        throw ec2Error("InvalidParameterValue", `Invalid value '${value}' for instanceInitiatedShutdownBehavior`);
      }
      putInstance(context, { ...instance, shutdownBehavior: value });
      return;
    }
    case "SourceDestCheck":
      for (const record of interfacesOf(instance, context)) {
        const sourceDestCheck = input.SourceDestCheck?.Value === true;
        state.networkInterfaces[record.networkInterfaceId] = { ...record, sourceDestCheck };
      }
      return;
    case "Groups": {
      const [primary] = interfacesOf(instance, context);
      if (primary === undefined) return;
      const groupIds = groupsInVpc(input.Groups ?? [], primary.vpcId, context);
      state.networkInterfaces[primary.networkInterfaceId] = { ...primary, groupIds };
      return;
    }
    case "BlockDeviceMappings":
      setDeleteOnTermination(input, instance, context);
  }
}

function setDeleteOnTermination(
  input: ModifyInstanceAttributeCommandInput,
  instance: InstanceRecord,
  context: Ec2Context,
): void {
  const attached = volumesByInstance(context).get(instance.instanceId) ?? [];
  for (const { DeviceName, Ebs } of input.BlockDeviceMappings ?? []) {
    const found = attached.find(({ attachment }) => attachment.device === DeviceName);
    if (found === undefined) {
      throw ec2Error("InvalidInstanceAttributeValue", `No device is currently mapped at ${DeviceName}`);
    }
    const attachment = { ...found.attachment, deleteOnTermination: Ebs?.DeleteOnTermination ?? true };
    context.state.volumes[found.volume.volumeId] = { ...found.volume, attachment };
  }
}

export function DescribeInstanceAttribute(
  input: DescribeInstanceAttributeCommandInput,
  context: Ec2Context,
): Answer<DescribeInstanceAttributeCommandOutput> {
  const instance = instanceById(required(input.InstanceId, "InstanceId"), context);
  const { instanceId: InstanceId } = instance;
  const [primary] = interfacesOf(instance, context);
  switch (required(input.Attribute, "Attribute")) {
    case "disableApiTermination":
      return { InstanceId, DisableApiTermination: { Value: instance.disableApiTermination } };
    case "disableApiStop":
      return { InstanceId, DisableApiStop: { Value: instance.disableApiStop } };
    case "instanceType":
      return { InstanceId, InstanceType: { Value: instance.instanceType } };
    case "userData":
      return { InstanceId, UserData: instance.userData === undefined ? {} : { Value: instance.userData } };
    case "ebsOptimized":
      return { InstanceId, EbsOptimized: { Value: instance.ebsOptimized } };
    case "enaSupport":
      return { InstanceId, EnaSupport: { Value: true } };
    case "instanceInitiatedShutdownBehavior":
      return { InstanceId, InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior } };
    case "sourceDestCheck":
      return { InstanceId, SourceDestCheck: { Value: primary?.sourceDestCheck ?? true } };
    case "rootDeviceName":
      return { InstanceId, RootDeviceName: { Value: imageById(instance.imageId, context).rootDeviceName } };
    case "groupSet":
      return { InstanceId, Groups: groupIdentifiers(primary?.groupIds ?? [], context) };
    default:
      throw ec2Error("InvalidParameterValue", `The sandbox doesn't describe the attribute ${input.Attribute}.`);
  }
}

export function ModifyInstanceMetadataOptions(
  input: ModifyInstanceMetadataOptionsCommandInput,
  context: Ec2Context,
): Answer<ModifyInstanceMetadataOptionsCommandOutput> {
  const instance = instanceById(required(input.InstanceId, "InstanceId"), context);
  if (instance.state !== "running" && instance.state !== "stopped" && instance.state !== "pending") {
    throw ec2Error(
      "IncorrectInstanceState",
      `The instance '${instance.instanceId}' is not in a valid state for this operation.`,
    );
  }
  const metadata = metadataOptions(input, instance.metadata);
  putInstance(context, { ...instance, metadata });
  return { InstanceId: instance.instanceId, InstanceMetadataOptions: { State: "pending", ...metadata } };
}

export function MonitorInstances(
  input: MonitorInstancesCommandInput,
  context: Ec2Context,
): Answer<MonitorInstancesCommandOutput> {
  return setMonitoring(input.InstanceIds, true, context);
}

export function UnmonitorInstances(
  input: UnmonitorInstancesCommandInput,
  context: Ec2Context,
): Answer<UnmonitorInstancesCommandOutput> {
  return setMonitoring(input.InstanceIds, false, context);
}

function setMonitoring(ids: string[] | undefined, monitoring: boolean, context: Ec2Context) {
  const InstanceMonitorings = instancesById(required(ids, "InstanceId"), context).map((instance) => {
    putInstance(context, { ...instance, monitoring });
    const State = monitoring ? ("enabled" as const) : ("disabled" as const);
    return { InstanceId: instance.instanceId, Monitoring: { State } };
  });
  return { InstanceMonitorings };
}

/** The older style: `Attribute` and `Value`, as text. */
function attributeByName(input: ModifyInstanceAttributeCommandInput): Partial<ModifyInstanceAttributeCommandInput> {
  const { Attribute, Value } = input;
  const flag = { Value: Value === "true" };
  switch (Attribute) {
    case "disableApiTermination":
      return { DisableApiTermination: flag };
    case "disableApiStop":
      return { DisableApiStop: flag };
    case "sourceDestCheck":
      return { SourceDestCheck: flag };
    case "ebsOptimized":
      return { EbsOptimized: flag };
    case "instanceType":
      return { InstanceType: { Value } };
    case "instanceInitiatedShutdownBehavior":
      return { InstanceInitiatedShutdownBehavior: { Value } };
    default:
      return {};
  }
}

function mustBeStopped(instance: InstanceRecord): void {
  if (instance.state !== "stopped") {
    throw ec2Error("IncorrectInstanceState", `The instance '${instance.instanceId}' is not in the 'stopped' state.`);
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
