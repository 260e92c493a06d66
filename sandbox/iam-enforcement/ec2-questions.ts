import { IDENTIFIERS, kindOfIdentifier } from "../services/ec2/identifiers.ts";
import type { Ec2State } from "../services/ec2/state.ts";
import type { IamState } from "../services/iam/state.ts";
import { passRole, profileArnOf } from "./pass-role.ts";
import { type JudgedCall, type Question, requestTags, resourceTags, text, texts } from "./question.ts";

/*
 * Which resources and keys a call of EC2's is judged by: service authorization reference, "Actions, resources, and condition
 * keys for Amazon EC2".
 */

export interface Ec2World {
  readonly ec2: Ec2State;
  readonly iam: IamState;
}

type Specification = { readonly ResourceType?: string; readonly Tags?: readonly { Key?: string; Value?: string }[] };

/** Members that name a resource, and what sort it is. */
const members: Readonly<Record<string, string>> = {
  AllocationId: "elastic-ip",
  GroupId: "security-group",
  Groups: "security-group",
  InstanceId: "instance",
  InstanceIds: "instance",
  KeyName: "key-pair",
  LaunchTemplateId: "launch-template",
  NetworkInterfaceId: "network-interface",
  SnapshotId: "snapshot",
  SpotInstanceRequestIds: "spot-instances-request",
  VolumeId: "volume",
};

/** What each creating call makes, by the sorts that it is judged on. */
const made: Readonly<Record<string, readonly string[]>> = {
  AllocateAddress: ["elastic-ip"],
  CreateLaunchTemplate: ["launch-template"],
  CreateSecurityGroup: ["security-group"],
  CreateSnapshot: ["snapshot"],
  CreateVolume: ["volume"],
  ImportKeyPair: ["key-pair"],
  RunInstances: ["instance", "volume", "network-interface"],
};

export function ec2Questions(call: JudgedCall, world: Ec2World): readonly Question[] {
  const { operation, input } = call;
  const action = `ec2:${operation}`;
  if (operation.startsWith("Describe")) return [{ action, resource: "*" }];
  if (operation === "CreateTags" || operation === "DeleteTags") return tagging(call, world);
  const makes = made[operation];
  if (makes !== undefined) return creating(call, world, makes);
  const named = Object.entries(members).flatMap(([member, sort]) =>
    texts(input[member]).map((id) => existing(call, world, action, sort, id)),
  );
  const associated = associationOf(call, world);
  const passed = profileArnOf(input["IamInstanceProfile"], world.iam, call);
  return [
    ...named,
    ...(associated === undefined ? [] : [existing(call, world, action, ...associated)]),
    ...(passed === undefined ? [] : passRole(passed, "ec2.amazonaws.com")),
  ];
}

/** What a launch by a template is judged by, whoever asks for it. @param launch as RunInstances would be told it */
export function launchQuestions(
  call: JudgedCall,
  world: Ec2World,
  templateId: string,
  launch: JudgedCall["input"],
): readonly Question[] {
  const asked = { ...call, service: "ec2", operation: "RunInstances", input: launch };
  return [
    existing(call, world, "ec2:RunInstances", "launch-template", templateId),
    ...creating(asked, world, made["RunInstances"] ?? []),
  ];
}

/** Calls that name a thing by what ties it to another. */
function associationOf({ input }: JudgedCall, { ec2 }: Ec2World): readonly [string, string] | undefined {
  const id = text(input["AssociationId"]);
  if (id === undefined) return undefined;
  const instance = Object.values(ec2.instances).find(({ profile }) => profile?.associationId === id);
  if (instance !== undefined) return ["instance", instance.instanceId];
  const address = Object.values(ec2.addresses).find(({ association }) => association?.associationId === id);
  return address === undefined ? undefined : ["elastic-ip", address.allocationId];
}

function tagging(call: JudgedCall, world: Ec2World): readonly Question[] {
  const { operation, input } = call;
  const tags = requestTags(input["Tags"] as Specification["Tags"]);
  const asked = operation === "CreateTags" ? tags : { "aws:TagKeys": tags["aws:TagKeys"] };
  return texts(input["Resources"]).map((id) => {
    const name = kindOfIdentifier(id);
    const sort = name === undefined ? "unknown" : IDENTIFIERS[name].resourceType;
    const question = existing(call, world, `ec2:${operation}`, sort, id);
    return { ...question, context: { ...question.context, ...asked } };
  });
}

function creating(call: JudgedCall, world: Ec2World, makes: readonly string[]): readonly Question[] {
  const { operation, input } = call;
  const action = `ec2:${operation}`;
  const specifications = (input["TagSpecifications"] ?? []) as readonly Specification[];
  const tagsOf = (sort: string) => requestTags(specifications.find(({ ResourceType }) => ResourceType === sort)?.Tags);
  const encrypted = input["Encrypted"] === undefined ? {} : { "ec2:Encrypted": String(input["Encrypted"]) };
  const profile = profileArnOf(input["IamInstanceProfile"], world.iam, call);
  const questions: Question[] = makes.map((sort) => ({
    action,
    resource: arnOf(call, sort, "*"),
    context: {
      ...tagsOf(sort),
      ...(sort === "volume" ? encrypted : {}),
      ...(sort === "instance" && profile !== undefined ? { "ec2:InstanceProfile": profile.profile } : {}),
    },
  }));
  for (const sort of makes) {
    const tags = tagsOf(sort);
    if (Object.keys(tags).length === 0) continue;
    const context = { ...tags, "ec2:CreateAction": operation };
    questions.push({ action: "ec2:CreateTags", resource: arnOf(call, sort, "*"), context });
  }
  questions.push(...surroundings(call, world, action));
  if (profile !== undefined) questions.push(...passRole(profile, "ec2.amazonaws.com"));
  return questions;
}

/** What a creating call uses: VPC, subnet, groups, image, of a snapshot its volume, of a volume its snapshot. */
function surroundings(call: JudgedCall, world: Ec2World, action: string): readonly Question[] {
  const { input, partition, region } = call;
  const interfaces = (input["NetworkInterfaces"] ?? []) as readonly { SubnetId?: string; Groups?: readonly string[] }[];
  const subnets = [text(input["SubnetId"]), ...interfaces.map(({ SubnetId }) => SubnetId)].filter(
    (id) => id !== undefined,
  );
  const groups = [...texts(input["SecurityGroupIds"]), ...interfaces.flatMap(({ Groups }) => Groups ?? [])];
  const image = text(input["ImageId"]);
  const vpc = text(input["VpcId"]);
  const volume = call.operation === "CreateSnapshot" ? text(input["VolumeId"]) : undefined;
  const snapshot = call.operation === "CreateVolume" ? text(input["SnapshotId"]) : undefined;
  return [
    ...(snapshot === undefined ? [] : [existing(call, world, action, "snapshot", snapshot)]),
    ...(volume === undefined ? [] : [existing(call, world, action, "volume", volume)]),
    ...(vpc === undefined ? [] : [existing(call, world, action, "vpc", vpc)]),
    ...subnets.map((id) => existing(call, world, action, "subnet", id)),
    ...groups.map((id) => existing(call, world, action, "security-group", id)),
    ...(image === undefined ? [] : [{ action, resource: `arn:${partition}:ec2:${region}::image/${image}` }]),
  ];
}

function existing(call: JudgedCall, { ec2 }: Ec2World, action: string, sort: string, id: string): Question {
  const profile = ec2.instances[id]?.profile?.arn;
  return {
    action,
    resource: arnOf(call, sort, id),
    context: {
      ...resourceTags(ec2.tags[id]),
      ...(profile === undefined ? {} : { "ec2:InstanceProfile": profile }),
    },
  };
}

/** Snapshots' have no account in them. */
function arnOf({ partition, region, account }: JudgedCall, sort: string, id: string): string {
  return `arn:${partition}:ec2:${region}:${sort === "snapshot" ? "" : account}:${sort}/${id}`;
}
