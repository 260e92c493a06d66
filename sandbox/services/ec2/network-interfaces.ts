import type {
  CreateNetworkInterfaceCommandInput,
  CreateNetworkInterfaceCommandOutput,
  DeleteNetworkInterfaceCommandInput,
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
  ModifyNetworkInterfaceAttributeCommandInput,
  NetworkInterface,
} from "@aws-sdk/client-ec2";
import { addressOf } from "./addresses.ts";
import { idempotent } from "./client-tokens.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { notFound } from "./identifiers.ts";
import { addInterface, interfaceById, privateDnsName, publicDnsName, subnetById } from "./network-interface-lookup.ts";
import type { NetworkInterfaceRecord } from "./network-interface-state.ts";
import { page } from "./pages.ts";
import { groupIdentifiers, groupsInVpc } from "./security-group-lookup.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";

export function CreateNetworkInterface(
  input: CreateNetworkInterfaceCommandInput,
  context: Ec2Context,
): Answer<CreateNetworkInterfaceCommandOutput> {
  const tags = tagsFromSpecifications(input.TagSpecifications, ["network-interface"]).get("network-interface");
  const [id = ""] = idempotent("CreateNetworkInterface", input, context, () => {
    const subnet = subnetById(required(input.SubnetId, "subnetId"), context);
    const groupIds = groupsInVpc(input.Groups ?? [], subnet.vpcId, context);
    const { Description: description = "", PrivateIpAddress: privateIp } = input;
    const record = addInterface({ description, groupIds, privateIp }, subnet, context);
    setTags(context.state, record.networkInterfaceId, tags);
    return [record.networkInterfaceId];
  });
  const record = context.state.networkInterfaces[id];
  if (record === undefined) throw notFound("networkInterface", id);
  return { NetworkInterface: interfaceAnswer(record, context), ClientToken: input.ClientToken };
}

export function DeleteNetworkInterface(input: DeleteNetworkInterfaceCommandInput, context: Ec2Context): object {
  const { networkInterfaceId, attachment } = interfaceById(
    required(input.NetworkInterfaceId, "networkInterfaceId"),
    context,
  );
  if (attachment !== undefined) {
    throw ec2Error("InvalidNetworkInterface.InUse", `Interface: [${networkInterfaceId}] in use.`);
  }
  delete context.state.networkInterfaces[networkInterfaceId];
  delete context.state.tags[networkInterfaceId];
  return {};
}

export function ModifyNetworkInterfaceAttribute(
  input: ModifyNetworkInterfaceAttributeCommandInput,
  context: Ec2Context,
): object {
  const record = interfaceById(required(input.NetworkInterfaceId, "networkInterfaceId"), context);
  const { networkInterfaceId } = record;
  context.state.networkInterfaces[networkInterfaceId] = {
    ...record,
    groupIds: input.Groups === undefined ? record.groupIds : groupsInVpc(input.Groups, record.vpcId, context),
    description: input.Description?.Value ?? record.description,
    sourceDestCheck: input.SourceDestCheck?.Value ?? record.sourceDestCheck,
    ...(record.attachment === undefined
      ? {}
      : {
          attachment: {
            ...record.attachment,
            deleteOnTermination: input.Attachment?.DeleteOnTermination ?? record.attachment.deleteOnTermination,
          },
        }),
  };
  return {};
}

export function DescribeNetworkInterfaces(
  input: DescribeNetworkInterfacesCommandInput,
  context: Ec2Context,
): Answer<DescribeNetworkInterfacesCommandOutput> {
  const { state, region } = context;
  const ids = input.NetworkInterfaceIds ?? [];
  const records = ids.length > 0 ? ids.map((id) => interfaceById(id, context)) : Object.values(state.networkInterfaces);
  const matching = filterItems(
    records,
    input.Filters,
    {
      "attachment.attachment-id": ({ attachment }) => attachment?.attachmentId,
      "attachment.delete-on-termination": ({ attachment }) => attachment?.deleteOnTermination,
      "attachment.device-index": ({ attachment }) => attachment?.deviceIndex,
      "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
      "association.public-ip": (record) => publicIpOf(record, context),
      "availability-zone": (record) => `${region}${record.zone}`,
      description: (record) => record.description,
      "group-id": (record) => record.groupIds,
      "group-name": (record) => groupIdentifiers(record.groupIds, context).map((group) => group.GroupName),
      "interface-type": () => "interface",
      "mac-address": (record) => record.macAddress,
      "network-interface-id": (record) => record.networkInterfaceId,
      "owner-id": () => context.account,
      "private-ip-address": (record) => record.privateIp,
      status: (record) => (record.attachment === undefined ? "available" : "in-use"),
      "subnet-id": (record) => record.subnetId,
      "vpc-id": (record) => record.vpcId,
    },
    (record) => tagsOf(state, record.networkInterfaceId),
  );
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (record) => record.networkInterfaceId, input, limits);
  return { NetworkInterfaces: items.map((record) => interfaceAnswer(record, context)), NextToken };
}

/** The address that the world sees: an Elastic IP if there is one. */
export function publicIpOf(record: NetworkInterfaceRecord, context: Ec2Context): string | undefined {
  return addressOf(record.networkInterfaceId, context)?.publicIp ?? record.publicIp;
}

function interfaceAnswer(record: NetworkInterfaceRecord, context: Ec2Context): NetworkInterface {
  const { region, account, state } = context;
  const { attachment } = record;
  const elastic = addressOf(record.networkInterfaceId, context);
  const publicIp = publicIpOf(record, context);
  return {
    NetworkInterfaceId: record.networkInterfaceId,
    SubnetId: record.subnetId,
    VpcId: record.vpcId,
    AvailabilityZone: `${region}${record.zone}`,
    Description: record.description,
    OwnerId: account,
    InterfaceType: "interface",
    MacAddress: record.macAddress,
    PrivateIpAddress: record.privateIp,
    PrivateDnsName: privateDnsName(record.privateIp, region),
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: record.privateIp }],
    Groups: groupIdentifiers(record.groupIds, context),
    SourceDestCheck: record.sourceDestCheck,
    RequesterManaged: false,
    Status: attachment === undefined ? "available" : "in-use",
    Association:
      publicIp === undefined
        ? undefined
        : {
            PublicIp: publicIp,
            PublicDnsName: publicDnsName(publicIp, region),
            IpOwnerId: elastic === undefined ? "amazon" : account,
            AllocationId: elastic?.allocationId,
            AssociationId: elastic?.association?.associationId,
          },
    Attachment:
      attachment === undefined
        ? undefined
        : {
            AttachmentId: attachment.attachmentId,
            InstanceId: attachment.instanceId,
            InstanceOwnerId: account,
            DeviceIndex: attachment.deviceIndex,
            DeleteOnTermination: attachment.deleteOnTermination,
            AttachTime: new Date(attachment.since),
            Status: "attached",
          },
    TagSet: tagsOf(state, record.networkInterfaceId),
  };
}
