import type { PeopleClients } from "./clients.ts";
import { buckets, fleetName, hostRoles, machineRoles } from "./fleet-shape.ts";

/** What people do to a fleet by hand. Whatever isn't there to be done it to is left. */
export const meddlings: Readonly<Record<string, (clients: PeopleClients) => Promise<void>>> = {
  "opens port 8080": (people) =>
    eachGroup(people, async (GroupId) => {
      const IpRanges = [{ CidrIp: "0.0.0.0/0", Description: "for a test" }];
      const IpPermissions = [{ IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, IpRanges }];
      await people.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
    }),
  "lets everything out": (people) =>
    eachGroup(people, async (GroupId) => {
      const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
      await people.ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions });
    }),
  "closes every rule": (people) =>
    eachRule(people, async (GroupId, SecurityGroupRuleIds, egress) => {
      await (egress
        ? people.ec2.revokeSecurityGroupEgress({ GroupId, SecurityGroupRuleIds })
        : people.ec2.revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds }));
    }),
  "changes what rules say of themselves": (people) =>
    eachRule(people, async (GroupId, ids) => {
      const SecurityGroupRuleDescriptions = ids.map((SecurityGroupRuleId) => ({
        SecurityGroupRuleId,
        Description: "x",
      }));
      await people.ec2.updateSecurityGroupRuleDescriptionsIngress({ GroupId, SecurityGroupRuleDescriptions });
    }),
  "deletes groups": (people) =>
    eachGroup(people, async (GroupId) => {
      await people.ec2.deleteSecurityGroup({ GroupId });
    }),
  "tags groups otherwise": (people) =>
    eachGroup(people, async (id) => {
      await people.ec2.createTags({ Resources: [id], Tags: [{ Key: "team", Value: "other" }] });
    }),
  "writes another policy": (people) =>
    eachRole(people, async (RoleName) => {
      const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
      });
      await people.iam.putRolePolicy({ RoleName, PolicyName: policyOf(RoleName), PolicyDocument });
      await people.iam.putRolePolicy({ RoleName, PolicyName: "admin", PolicyDocument });
    }),
  "drops a policy": (people) =>
    eachRole(people, async (RoleName) => {
      await people.iam.deleteRolePolicy({ RoleName, PolicyName: policyOf(RoleName) });
    }),
  "attaches a managed policy": (people) =>
    eachRole(people, async (RoleName) => {
      await people.iam.attachRolePolicy({
        RoleName,
        PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      });
    }),
  "trusts everybody": (people) =>
    eachRole(people, async (RoleName) => {
      const PolicyDocument = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
      });
      await people.iam.updateAssumeRolePolicy({ RoleName, PolicyDocument });
    }),
  "lengthens sessions": (people) =>
    eachRole(people, async (RoleName) => {
      await people.iam.updateRole({ RoleName, Description: "longer", MaxSessionDuration: 43_200 });
    }),
  "tags roles otherwise": (people) =>
    eachRole(people, async (RoleName) => {
      await people.iam.tagRole({ RoleName, Tags: [{ Key: "team", Value: "other" }] });
      await people.iam.untagInstanceProfile({ InstanceProfileName: RoleName, TagKeys: ["team"] });
    }),
  "empties a profile": (people) =>
    eachRole(people, async (RoleName) => {
      await people.iam.removeRoleFromInstanceProfile({ InstanceProfileName: RoleName, RoleName });
    }),
  "deletes a profile": (people) =>
    eachRole(people, async (RoleName) => {
      await people.iam.removeRoleFromInstanceProfile({ InstanceProfileName: RoleName, RoleName });
      await people.iam.deleteInstanceProfile({ InstanceProfileName: RoleName });
    }),
  "deletes a role": (people) => eachRole(people, (RoleName) => endRole(people, RoleName)),
  "unblocks public access": (people) =>
    eachBucket(people, async (Bucket) => {
      await people.s3.deletePublicAccessBlock({ Bucket });
    }),
  "drops the life cycle": (people) =>
    eachBucket(people, async (Bucket) => {
      await people.s3.deleteBucketLifecycle({ Bucket });
    }),
  "drops the bucket's policy": (people) =>
    eachBucket(people, async (Bucket) => {
      await people.s3.deleteBucketPolicy({ Bucket });
    }),
  "encrypts otherwise": (people) =>
    eachBucket(people, async (Bucket) => {
      const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: "aws:kms:dsse" as const };
      const Rules = [{ ApplyServerSideEncryptionByDefault }];
      await people.s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
    }),
  "brings ACLs back": (people) =>
    eachBucket(people, async (Bucket) => {
      const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
      await people.s3.putBucketOwnershipControls({ Bucket, OwnershipControls });
    }),
  "tags the bucket otherwise": (people) =>
    eachBucket(people, async (Bucket) => {
      const { TagSet = [] } = await people.s3.getBucketTagging({ Bucket });
      const others = TagSet.filter(({ Key }) => Key !== "team");
      await people.s3.putBucketTagging({ Bucket, Tagging: { TagSet: [...others, { Key: "team", Value: "other" }] } });
    }),
  "deletes the bucket": (people) =>
    eachBucket(people, async (Bucket) => {
      await people.s3.deleteBucket({ Bucket });
    }),
};

/** Of our own things only: what people do to others' is nobody's business. */
async function eachGroup({ ec2 }: PeopleClients, act: (id: string) => Promise<void>): Promise<void> {
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
    Filters: [
      { Name: "tag:fleetkeeper:fleet", Values: [fleetName] },
      { Name: "tag:fleetkeeper:kind", Values: ["network"] },
    ],
  });
  for (const { GroupId = "" } of SecurityGroups) await ifThere(() => act(GroupId));
}

async function eachRule(
  people: PeopleClients,
  act: (group: string, rules: string[], egress: boolean) => Promise<void>,
): Promise<void> {
  await eachGroup(people, async (id) => {
    const Filters = [{ Name: "group-id", Values: [id] }];
    const { SecurityGroupRules = [] } = await people.ec2.describeSecurityGroupRules({ Filters });
    for (const egress of [false, true]) {
      const rules = SecurityGroupRules.filter(({ IsEgress }) => IsEgress === egress);
      const ids = rules.map(({ SecurityGroupRuleId = "" }) => SecurityGroupRuleId);
      if (ids.length > 0) await ifThere(() => act(id, ids, egress));
    }
  });
}

async function eachRole({ iam }: PeopleClients, act: (name: string) => Promise<void>): Promise<void> {
  for (const RoleName of [...hostRoles, ...machineRoles]) {
    await ifThere(async () => {
      const { Role } = await iam.getRole({ RoleName });
      if (isOurs(Role?.Tags)) await act(RoleName);
    });
  }
}

async function eachBucket({ s3 }: PeopleClients, act: (name: string) => Promise<void>): Promise<void> {
  for (const Bucket of buckets) {
    await ifThere(async () => {
      const { TagSet } = await s3.getBucketTagging({ Bucket });
      if (isOurs(TagSet)) await act(Bucket);
    });
  }
}

function isOurs(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): boolean {
  return tags?.some(({ Key, Value }) => Key === "fleetkeeper:fleet" && Value === fleetName) === true;
}

async function endRole({ iam }: PeopleClients, RoleName: string): Promise<void> {
  await ifThere(() => iam.removeRoleFromInstanceProfile({ InstanceProfileName: RoleName, RoleName }));
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
  for (const PolicyName of PolicyNames) await iam.deleteRolePolicy({ RoleName, PolicyName });
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
  for (const { PolicyArn } of AttachedPolicies) await iam.detachRolePolicy({ RoleName, PolicyArn });
  await iam.deleteRole({ RoleName });
}

/** People meet what isn't there, is still used or is just being changed, and shrug. */
async function ifThere(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Error) || !("$fault" in error)) throw error;
  }
}

/** The one that a role of the fleet has. */
function policyOf(role: string): string {
  return role.endsWith("-host") ? "host" : "agent";
}
