import type { Sandbox } from "../../sandbox/sandbox.ts";
import { ec2StateKey } from "../../sandbox/services/ec2/service.ts";
import type { Ec2State } from "../../sandbox/services/ec2/state.ts";
import { iamStateKey } from "../../sandbox/services/iam/service.ts";
import type { IamState } from "../../sandbox/services/iam/state.ts";
import { type S3State, s3State } from "../../sandbox/services/s3/state.ts";
import type { PeopleClients } from "./clients.ts";
import { fleetName, vpcs } from "./fleet-shape.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const allowed = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});
const ours = `/fleetkeeper/${fleetName}/`;
const here = { CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } } as const;

function mark(fleet: string, kind: string, name: string) {
  const tags = { "fleetkeeper:fleet": fleet, "fleetkeeper:kind": kind, "fleetkeeper:name": name };
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

async function makeRole(
  { iam }: PeopleClients,
  RoleName: string,
  Path: string,
  Tags: { Key: string; Value: string }[] = [],
) {
  await iam.createRole({ RoleName, Path, AssumeRolePolicyDocument: trust, Tags });
  await iam.putRolePolicy({ RoleName, PolicyName: "theirs", PolicyDocument: allowed });
  await iam.createInstanceProfile({ InstanceProfileName: RoleName, Path, Tags });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: RoleName, RoleName });
}

async function makeGroup(
  { ec2 }: PeopleClients,
  GroupName: string,
  VpcId: string,
  Tags: { Key: string; Value: string }[] = [],
) {
  const specification =
    Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "security-group" as const, Tags }] };
  const { GroupId } = await ec2.createSecurityGroup({ GroupName, VpcId, Description: "theirs", ...specification });
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: 8443, ToPort: 8443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
}

async function makeBucket({ s3 }: PeopleClients, Bucket: string, TagSet: { Key: string; Value: string }[] = []) {
  await s3.createBucket({ Bucket, ...here });
  if (TagSet.length > 0) await s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
  await s3.deletePublicAccessBlock({ Bucket });
  const Rules = [{ ID: "theirs", Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration: { Days: 400 } }];
  await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
}

/**
 * Things of others with tempting names or marks, each with the names that it would take. What isn't `taken` never stands in a
 * file's way.
 */
export const strangers: Readonly<Record<string, (clients: PeopleClients) => Promise<void>>> = {
  "a role of the host's name": (people) => makeRole(people, "acme-host", ours),
  "a role of the host's name in another path": (people) => makeRole(people, "acme-host", "/"),
  "a role of the machines' name with another fleet's mark": (people) =>
    makeRole(people, "acme-machine", ours, mark("acme-eu", "iam", "role/machine")),
  "a role below our path without a mark": (people) => makeRole(people, "acme-tool", ours),
  "a role below our path with another fleet's mark": (people) =>
    makeRole(people, "acme-tool-eu", ours, mark("acme-eu", "iam", "role/host")),
  "a role with our mark outside our path": (people) =>
    makeRole(people, "acme-marked", "/", mark(fleetName, "iam", "role/host")),
  "a role that starts alike": (people) => makeRole(people, "acme-hostage", "/fleetkeeper/acme-eu/"),
  "a group of the host's name": (people) => makeGroup(people, "fleetkeeper-acme-host", vpcs[0]),
  "a group of the host's name in another network": (people) => makeGroup(people, "fleetkeeper-acme-host", vpcs[1]),
  "a group with another fleet's mark": (people) =>
    makeGroup(people, "acme-eu-host", vpcs[0], mark("acme-eu", "network", "group/host")),
  "a group with the mark of another kind": (people) =>
    makeGroup(people, "acme-host-kind", vpcs[0], mark(fleetName, "host", "group/host")),
  "the cache's bucket": (people) => makeBucket(people, "acme-cache", [{ Key: "cost", Value: "theirs" }]),
  "the cache's bucket with another fleet's mark": (people) =>
    makeBucket(people, "acme-cache-2", mark("acme-eu", "cache-bucket", "acme-cache-2")),
  "a bucket with our mark under another name": (people) =>
    makeBucket(people, "acme-cache-old", mark("acme-eu", "cache-bucket", "acme-cache-old")),
};

export type States = { readonly iam: IamState; readonly ec2: Ec2State; readonly s3: S3State };

/** The sandbox's own states, to look at from outside of any API. */
export function statesOf(sandbox: Sandbox): States {
  return { iam: sandbox.state(iamStateKey()), ec2: sandbox.state(ec2StateKey()), s3: sandbox.state(s3State) };
}

/** Everything that exists beside the state bucket, by what it is, each as one text that changes with any bit of it. */
export function thingsOf(sandbox: Sandbox, stateBucket: string): ReadonlyMap<string, string> {
  const { iam, ec2, s3 } = statesOf(sandbox);
  const things = new Map<string, string>();
  for (const role of Object.values(iam.roles)) things.set(`role ${role.roleName}`, JSON.stringify(role));
  for (const profile of Object.values(iam.instanceProfiles)) {
    things.set(`profile ${profile.profileName}`, JSON.stringify(profile));
  }
  for (const group of Object.values(ec2.securityGroups)) {
    const rules = Object.values(ec2.securityGroupRules).filter(({ groupId }) => groupId === group.groupId);
    things.set(`group ${group.groupId}`, JSON.stringify([group, rules, ec2.tags[group.groupId] ?? []]));
  }
  for (const bucket of Object.values(s3.buckets)) {
    if (bucket.name !== stateBucket) things.set(`bucket ${bucket.name}`, JSON.stringify(bucket));
  }
  return things;
}

/** Names that strangers have taken, as {@link accountLines} shows them. */
export function namesOf(sandbox: Sandbox): readonly string[] {
  const { iam, ec2, s3 } = statesOf(sandbox);
  return [
    ...Object.keys(iam.roles).map((key) => `.${key}.`),
    ...(Object.values(ec2.securityGroups).some(({ groupName }) => groupName === "fleetkeeper-acme-host")
      ? ["group(fleetkeeper-acme-"]
      : []),
    ...Object.keys(s3.buckets).map((name) => `.buckets.${name}.`),
  ];
}

/** Puts some of {@link strangers} into an account, by name. */
export async function plant(names: readonly string[], people: PeopleClients): Promise<void> {
  for (const name of names) await ifFree(() => strangers[name]?.(people));
}

/** Two strangers may want one name: the first has it. */
async function ifFree(make: () => Promise<void> | undefined): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof Error) || !/Exists|Duplicate|AlreadyOwned/.test(error.name)) throw error;
  }
}
