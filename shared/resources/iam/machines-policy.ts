import type { Fleet } from "../../desired/fleet.ts";
import { iamPath } from "../../desired/names.ts";
import type { JsonObject } from "../../engine/json.ts";
import { arnsOf, ec2Service } from "../common/arn.ts";
import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";
import { fleetTag } from "../common/tags.ts";

/**
 * What the runner manager may do to EC2 through docker-machine. Bounded by the machines' profile, the subnets, the region and
 * the key pair's name; not by tags of instances: docker-machine tags after the launch, and a condition on a tag would make
 * machines that nobody may terminate. The host has another profile, so none of this reaches it.
 *
 * Which action knows which resource and condition: service authorization reference, "Actions, resources, and condition keys
 * for Amazon EC2". Which actions are called: docker-machine `drivers/amazonec2`. RequestSpotInstances knows no instance, so
 * there PassRole bounds the profile.
 */
export function machinesPolicy(fleet: Fleet): PolicyDocument {
  const arns = arnsOf(fleet);
  const { region, network, iam } = fleet.spec;
  const path = iamPath(fleet.metadata.name);
  const ofMachines = { "ec2:InstanceProfile": arns.iam(`instance-profile${path}${iam.machineRole.name}`) };
  const subnets = network.machineSubnetIds.map((id) => arns.ec2(`subnet/${id}`));
  const launch = ["ec2:RunInstances", "ec2:RequestSpotInstances"];
  const statements: readonly JsonObject[] = [
    {
      Sid: "Look",
      Effect: "Allow",
      Action: [
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeKeyPairs",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotInstanceRequests",
        "ec2:DescribeSubnets",
      ],
      Resource: "*",
      Condition: { StringEquals: { "ec2:Region": region } },
    },
    {
      Sid: "RunInstances",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: arns.ec2("instance/*"),
      Condition: { ArnLike: ofMachines },
    },
    { Sid: "LaunchInSubnets", Effect: "Allow", Action: launch, Resource: subnets },
    {
      Sid: "LaunchWithInterfaces",
      Effect: "Allow",
      Action: launch,
      Resource: arns.ec2("network-interface/*"),
      Condition: { ArnLike: { "ec2:Subnet": subnets } },
    },
    {
      Sid: "LaunchInGroups",
      Effect: "Allow",
      Action: launch,
      Resource: arns.ec2("security-group/*"),
      // Groups are made with their mark, unlike machines.
      Condition: {
        ArnLike: { "ec2:Vpc": arns.ec2(`vpc/${network.vpcId}`) },
        StringEquals: { [`aws:ResourceTag/${fleetTag}`]: fleet.metadata.name },
      },
    },
    { Sid: "LaunchWithKeys", Effect: "Allow", Action: launch, Resource: arns.ec2(keyPairs(fleet)) },
    {
      Sid: "LaunchFromImages",
      Effect: "Allow",
      Action: launch,
      Resource: [arns.ec2Unowned("image/*"), arns.ec2Unowned("snapshot/*")],
    },
    {
      Sid: "LaunchWithVolumes",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: arns.ec2("volume/*"),
    },
    { Sid: "LaunchAsSpot", Effect: "Allow", Action: launch, Resource: arns.ec2("spot-instances-request/*") },
    {
      Sid: "CancelSpot",
      Effect: "Allow",
      Action: "ec2:CancelSpotInstanceRequests",
      Resource: arns.ec2("spot-instances-request/*"),
    },
    {
      Sid: "RunMachines",
      Effect: "Allow",
      Action: ["ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"],
      Resource: arns.ec2("instance/*"),
      Condition: { ArnLike: ofMachines },
    },
    {
      Sid: "TagMachines",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: arns.ec2("instance/*"),
      Condition: { ArnLike: ofMachines, ...ownFleetOnly(fleet) },
    },
    {
      Sid: "TagAtLaunch",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: ["instance/*", "network-interface/*", "spot-instances-request/*", "volume/*"].map(arns.ec2),
      Condition: {
        StringEquals: { "ec2:CreateAction": ["RequestSpotInstances", "RunInstances"] },
        ...ownFleetOnly(fleet),
      },
    },
    {
      Sid: "KeyPairs",
      Effect: "Allow",
      Action: ["ec2:DeleteKeyPair", "ec2:ImportKeyPair"],
      Resource: arns.ec2(keyPairs(fleet)),
    },
    {
      Sid: "PassMachineRole",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: arns.iam(`role${path}${iam.machineRole.name}`),
      Condition: { StringEquals: { "iam:PassedToService": ec2Service(region) } },
    },
  ];
  return tidyPolicy({ Version: "2012-10-17", Statement: statements });
}

/** docker-machine names a machine's key pair as the machine: `runner-<token>-<MachineName>`, whose start is the fleet's name. */
function keyPairs(fleet: Fleet): string {
  return `key-pair/runner-*-${fleet.metadata.name}-*`;
}

/** A machine can't be passed off as another fleet's. No tag, as docker-machine's first request has none, is let through. */
function ownFleetOnly(fleet: Fleet): JsonObject {
  return { StringEqualsIfExists: { [`aws:RequestTag/${fleetTag}`]: fleet.metadata.name } };
}
