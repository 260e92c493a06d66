import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { autoScalingStateKey } from "../../../sandbox/services/autoscaling/state.ts";
import { LAUNCH_TEMPLATES } from "../../../sandbox/services/ec2/launch-template-state.ts";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import { route53StateKey } from "../../../sandbox/services/route53/state.ts";
import type { HostPerson } from "./host-person.ts";

const zone = "Z0123456789ABCDEFGHIJ";
const tagsOf = (name: string) => [
  { Key: "fleetkeeper:fleet", Value: "acme-eu" },
  { Key: "fleetkeeper:kind", Value: "host" },
  { Key: "fleetkeeper:name", Value: name },
];

/** Things of another fleet and of nobody's, with tempting names and marks: beside the fleet's own, for all of its life. */
export async function plantStrangers({ ec2, route53, scaling, world }: HostPerson): Promise<void> {
  const launch = { ImageId: "ami-0a1b2c3d4e5f60001", InstanceType: "t3.large", MinCount: 1, MaxCount: 1 } as const;
  const SubnetId = "subnet-0aaaaaaaaaaaaaaa1";
  await ec2.runInstances({
    ...launch,
    SubnetId,
    ClientToken: "fleetkeeper-acme-eu-host-0",
    TagSpecifications: [{ ResourceType: "instance", Tags: tagsOf("instance") }],
  });
  await ec2.runInstances({ ...launch, SubnetId });
  const shape = { AvailabilityZone: "eu-central-1a", Size: 50, VolumeType: "gp3" } as const;
  await ec2.createVolume({ ...shape, TagSpecifications: [{ ResourceType: "volume", Tags: tagsOf("volume/data") }] });
  await ec2.createVolume(shape);
  await ec2.allocateAddress({
    Domain: "vpc",
    TagSpecifications: [{ ResourceType: "elastic-ip", Tags: tagsOf("address") }],
  });
  await ec2.allocateAddress({ Domain: "vpc" });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: "acme-next-eu",
    LaunchTemplateData: { ImageId: launch.ImageId, InstanceType: "t3.large" },
  });
  await scaling.createAutoScalingGroup({
    AutoScalingGroupName: "acme-next-eu",
    MinSize: 0,
    MaxSize: 1,
    VPCZoneIdentifier: "subnet-0bbbbbbbbbbbbbbb2",
    LaunchTemplate: { LaunchTemplateName: "acme-next-eu", Version: "$Default" },
  });
  const record = { Type: "A" as const, TTL: 60, ResourceRecords: [{ Value: "192.0.2.7" }] };
  const changes = ["registry.example.com", "gitlab-eu.example.com"].map((Name) => ({
    Action: "CREATE" as const,
    ResourceRecordSet: { Name, ...record },
  }));
  await route53.changeResourceRecordSets({ HostedZoneId: zone, ChangeBatch: { Changes: changes } });
  const Name = "/fleetkeeper/acme-eu/secrets/smtp-password";
  await new SSMClient(world.settings()).send(new PutParameterCommand({ Name, Value: "theirs", Type: "SecureString" }));
}

/** All that isn't the fleet's, by what it is: each as one text that changes with any bit of it. */
export function foreignThings(sandbox: Sandbox): ReadonlyMap<string, string> {
  const things = new Map<string, string>();
  const put = (name: string, value: unknown) => things.set(name, JSON.stringify(value));
  const ec2 = sandbox.state(ec2StateKey());
  const isOurs = (id: string) =>
    ec2.tags[id]?.some(({ Key, Value }) => Key === "fleetkeeper:fleet" && Value === "acme") === true;
  for (const one of Object.values(ec2.instances)) {
    if (one.clientToken.startsWith("fleetkeeper-acme-host-")) continue;
    // What it is doing is its own business, and changes by itself.
    const { state, stateSince, transition, lastRun, ...rest } = one;
    put(one.instanceId, [rest, ec2.tags[one.instanceId]]);
  }
  for (const [id, one] of Object.entries(ec2.addresses)) if (!isOurs(id)) put(id, [one, ec2.tags[id]]);
  const { templates } = sandbox.state(LAUNCH_TEMPLATES);
  for (const [id, one] of Object.entries(templates)) if (!isOurs(id)) put(id, [one, ec2.tags[id]]);
  for (const one of Object.values(sandbox.state(autoScalingStateKey()).groups)) {
    if (one.name !== "acme-next") put(`group ${one.name}`, one);
  }
  for (const { records } of Object.values(sandbox.state(route53StateKey()).zones)) {
    for (const one of records) if (one.setIdentifier !== "fleetkeeper:acme") put(`record ${one.name} ${one.type}`, one);
  }
  for (const [id, one] of Object.entries(ec2.volumes)) {
    const holder = ec2.instances[one.attachment?.instanceId ?? ""]?.clientToken ?? "";
    if (!isOurs(id) && !holder.startsWith("fleetkeeper-acme-host-")) put(id, [one, ec2.tags[id]]);
  }
  return things;
}
