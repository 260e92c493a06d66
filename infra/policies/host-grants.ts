import type { Installation } from "../installation.ts";
import { asFleet, type Grant, ofFleet, sessionFleet } from "./grant.ts";

export function hostReads({ settings, partition }: Installation): readonly Grant[] {
  const { region } = settings;
  return [
    {
      sid: "LookAtHost",
      why: "The host, its volumes, their snapshots, address and subnet. EC2's Describe actions know no narrower resource.",
      actions: [
        "ec2:DescribeAddresses",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeInstances",
        "ec2:DescribeSnapshots",
        "ec2:DescribeSubnets",
        "ec2:DescribeVolumes",
        "ec2:DescribeVolumesModifications",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": region } },
    },
    {
      sid: "PublicParameters",
      why: "AMIs that the file names as public parameters. Nothing else of Parameter Store, so no secret.",
      actions: ["ssm:GetParameter"],
      resources: [`arn:${partition}:ssm:${region}::parameter/aws/service/*`],
    },
    ...zoneGrants(settings.hostedZones, partition, "ReadRecords", "The host's record.", [
      "route53:ListResourceRecordSets",
    ]),
  ];
}

export function hostWrites({ settings, arn, iam, partition }: Installation): readonly Grant[] {
  const { region } = settings;
  const instances = arn("ec2", "instance/*");
  const volumes = arn("ec2", "volume/*");
  const addresses = arn("ec2", "elastic-ip/*");
  const isHost = { ...ofFleet, "aws:ResourceTag/fleetkeeper:kind": "host" };
  return [
    {
      sid: "LookBeforeLaunch",
      why: "The image's root device, and the profile that is to be swapped.",
      actions: ["ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeImages"],
      resources: ["*"],
      conditions: { StringEquals: { "ec2:Region": region } },
    },
    {
      sid: "LaunchHost",
      why: "The host and its root volume, with the mark in the call that makes them.",
      actions: ["ec2:RunInstances"],
      resources: [instances, volumes],
      conditions: { StringEquals: { ...asFleet, "aws:RequestTag/fleetkeeper:kind": "host" } },
    },
    {
      sid: "LaunchWhere",
      why: "The same call is asked of subnet, interface, image and snapshot too.",
      actions: ["ec2:RunInstances"],
      resources: [
        arn("ec2", "network-interface/*"),
        arn("ec2", "subnet/*"),
        `arn:${partition}:ec2:${region}::image/*`,
        `arn:${partition}:ec2:${region}::snapshot/*`,
        arn("ec2", "image/*"),
        arn("ec2", "snapshot/*"),
      ],
    },
    {
      sid: "LaunchInOwnGroups",
      why: "The host is in the fleet's own security groups.",
      actions: ["ec2:RunInstances"],
      resources: [arn("ec2", "security-group/*")],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "CreateVolume",
      why: "The data volume, encrypted and with the mark.",
      actions: ["ec2:CreateVolume"],
      resources: [volumes],
      conditions: { StringEquals: asFleet, Bool: { "ec2:Encrypted": "true" } },
    },
    {
      sid: "AllocateAddress",
      why: "The host's address, with the mark.",
      actions: ["ec2:AllocateAddress"],
      resources: [addresses],
      conditions: { StringEquals: asFleet },
    },
    {
      sid: "TagHostAtCreation",
      why: "The mark in the calls that make these things.",
      actions: ["ec2:CreateTags"],
      resources: [instances, volumes, addresses],
      conditions: {
        StringEquals: { ...asFleet, "ec2:CreateAction": ["AllocateAddress", "CreateVolume", "RunInstances"] },
      },
    },
    {
      sid: "TagOwnHost",
      why: "Tags of the host's own things; the mark can't be changed into another fleet's.",
      actions: ["ec2:CreateTags"],
      resources: [instances, volumes, addresses],
      conditions: { StringEquals: isHost, StringEqualsIfExists: asFleet },
    },
    {
      sid: "RemarkHost",
      why: "A host that somebody robbed of its tags: known by an instance profile of the fleet, but not the machines', and by carrying no fleet's mark.",
      actions: ["ec2:CreateTags"],
      resources: [instances],
      conditions: {
        ArnLike: { "ec2:InstanceProfile": iam(`instance-profile/fleetkeeper/${sessionFleet}/*`) },
        // docker-machine tags late or never: a machine without tags must not be taken for the host.
        ArnNotLike: {
          "ec2:InstanceProfile": iam(`instance-profile/fleetkeeper/${sessionFleet}/${sessionFleet}-machine`),
        },
        StringEquals: { ...asFleet, "aws:RequestTag/fleetkeeper:kind": "host" },
        Null: { "aws:ResourceTag/fleetkeeper:fleet": "true" },
      },
    },
    {
      sid: "ChangeHost",
      why: "Start, stop, type, groups, metadata options, protection, profile, and the attachment of its volume.",
      actions: [
        "ec2:AssociateIamInstanceProfile",
        "ec2:AttachVolume",
        "ec2:DetachVolume",
        "ec2:ModifyInstanceAttribute",
        "ec2:ModifyInstanceMetadataOptions",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "ec2:StartInstances",
        "ec2:StopInstances",
      ],
      resources: [instances],
      conditions: { StringEquals: isHost },
    },
    {
      sid: "ChangeVolumes",
      why: "Volumes grow, and the data volume is attached. A volume's deletion is the teardown role's.",
      actions: ["ec2:AttachVolume", "ec2:DetachVolume", "ec2:ModifyVolume"],
      resources: [volumes],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "HostInOwnGroups",
      why: "The groups that the host is put back into are the fleet's own.",
      actions: ["ec2:ModifyInstanceAttribute"],
      resources: [arn("ec2", "security-group/*")],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "AssociateAddress",
      why: "The address is put on the host; the call is asked of both.",
      actions: ["ec2:AssociateAddress"],
      resources: [addresses, instances],
      conditions: { StringEquals: ofFleet },
    },
    ...zoneGrants(settings.hostedZones, partition, "WriteRecords", "The host's record.", [
      "route53:ChangeResourceRecordSets",
    ]),
  ];
}

/** Commands on the host. @param documents their names in AWS; a reader is given those that only read */
export function commandGrants({ arn }: Installation, documents: readonly string[]): readonly Grant[] {
  return [
    {
      sid: "SendOwnDocuments",
      why: "Our own documents and no others: never AWS-RunShellScript.",
      actions: ["ssm:SendCommand"],
      resources: documents.map((name) => arn("ssm", `document/${name}`)),
    },
    {
      sid: "SendToOwnHost",
      why: "To instances of the session's fleet that are hosts.",
      actions: ["ssm:SendCommand"],
      resources: [arn("ec2", "instance/*")],
      conditions: {
        StringEquals: {
          "ssm:resourceTag/fleetkeeper:fleet": sessionFleet,
          "ssm:resourceTag/fleetkeeper:kind": "host",
        },
      },
    },
    {
      sid: "ReadCommands",
      why: "How a command ended. The action knows no narrower resource.",
      actions: ["ssm:GetCommandInvocation"],
      resources: ["*"],
    },
  ];
}

/** What only people do, by the teardown role: what runs or holds data goes. */
export function hostDeletion({ arn }: Installation): readonly Grant[] {
  return [
    {
      sid: "RemoveHost",
      why: "Teardown, and an approved replacement: the host and its volumes, never a runner's machine.",
      actions: ["ec2:DeleteVolume", "ec2:TerminateInstances"],
      resources: [arn("ec2", "instance/*"), arn("ec2", "volume/*")],
      conditions: { StringEquals: { ...ofFleet, "aws:ResourceTag/fleetkeeper:kind": "host" } },
    },
    {
      sid: "ReleaseAddress",
      why: "An address is lost for good once it is released.",
      actions: ["ec2:DisassociateAddress", "ec2:ReleaseAddress"],
      resources: [arn("ec2", "elastic-ip/*"), arn("ec2", "instance/*"), arn("ec2", "network-interface/*")],
      conditions: { StringEqualsIfExists: ofFleet },
    },
  ];
}

function zoneGrants(
  zones: readonly string[],
  partition: string,
  sid: string,
  why: string,
  actions: readonly string[],
): readonly Grant[] {
  if (zones.length === 0) return [];
  return [{ sid, why, actions, resources: zones.map((zone) => `arn:${partition}:route53:::hostedzone/${zone}`) }];
}
