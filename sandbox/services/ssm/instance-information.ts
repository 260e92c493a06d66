import type {
  DescribeInstanceInformationCommandInput,
  DescribeInstanceInformationCommandOutput,
  InstanceInformation,
} from "@aws-sdk/client-ssm";
import { interfacesOf, privateDnsName } from "../ec2/network-interface-lookup.ts";
import { tagsOf } from "../ec2/tags.ts";
import type { Answer, SsmContext } from "./context.ts";
import { ssmError } from "./errors.ts";
import { page } from "./pages.ts";
import { ec2Of, type ManagedNode, managedNodes } from "./registrations.ts";

/** Managed nodes: instances whose agent has reported. What hasn't registered yet isn't listed. */
export function DescribeInstanceInformation(
  input: DescribeInstanceInformationCommandInput,
  context: SsmContext,
): Answer<DescribeInstanceInformationCommandOutput> {
  const older = (input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
    Key: key,
    Values: valueSet,
  }));
  const filters = [...older, ...(input.Filters ?? [])];
  const matching = managedNodes(context).filter((node) =>
    filters.every(({ Key, Values }) => valuesOf(Key ?? "", node, context).some((value) => Values?.includes(value))),
  );
  const { items, ...rest } = page(matching, (node) => node.instance.instanceId, input, 50, context.pageSize);
  return { InstanceInformationList: items.map((node) => answer(node, context)), ...rest };
}

function valuesOf(
  key: string,
  { instance, registration, status }: ManagedNode,
  context: SsmContext,
): readonly string[] {
  if (key.startsWith("tag:")) {
    const tags = tagsOf(ec2Of(context).state, instance.instanceId);
    return tags.filter((tag) => tag.Key === key.slice("tag:".length)).map((tag) => tag.Value);
  }
  switch (key) {
    case "InstanceIds":
      return [instance.instanceId];
    case "PingStatus":
      return [status];
    case "AgentVersion":
      return [registration.agentVersion];
    case "PlatformTypes":
      return ["Linux"];
    case "ResourceType":
      return ["EC2Instance"];
    case "tag-key":
      return tagsOf(ec2Of(context).state, instance.instanceId).map((tag) => tag.Key);
    default:
      throw ssmError("InvalidInstanceInformationFilterValue", `The filter key ${key} isn't known.`);
  }
}

function answer({ instance, registration, status, lastPing }: ManagedNode, context: SsmContext): InstanceInformation {
  const ec2 = ec2Of(context);
  const [primary] = interfacesOf(instance, ec2);
  const image = ec2.state.images[instance.imageId];
  const isUbuntu = image?.name.startsWith("ubuntu/") === true;
  return {
    InstanceId: instance.instanceId,
    PingStatus: status,
    LastPingDateTime: new Date(lastPing),
    AgentVersion: registration.agentVersion,
    IsLatestVersion: true,
    PlatformType: "Linux",
    PlatformName: isUbuntu ? "Ubuntu" : "Amazon Linux",
    PlatformVersion: isUbuntu ? "24.04" : "2023",
    ResourceType: "EC2Instance",
    RegistrationDate: undefined,
    IPAddress: primary?.privateIp,
    ComputerName: primary === undefined ? undefined : privateDnsName(primary.privateIp, context.region),
    SourceId: instance.instanceId,
    SourceType: "AWS::EC2::Instance",
  };
}
