import type { cloud } from "./world.ts";

/** What a person uses who doesn't care for Fleetkeeper. */
export type Person = ReturnType<typeof cloud>["person"];

/** Something that a person does to what `iam`, `network` and `cache-bucket` own. */
export interface Drift {
  readonly what: string;
  readonly cause: (person: Person) => Promise<unknown>;
  /** `kind/name path` of every change that is planned, in any order. */
  readonly found: readonly string[];
  readonly kms?: boolean;
}

const host = "acme-host";
const bucket = { Bucket: "acme-gitlab-cache" };
const deny = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Deny", Action: "s3:*", Resource: "*" } });

async function groupId(person: Person, name: string): Promise<string> {
  const { SecurityGroups } = await person.ec2.describeSecurityGroups({
    Filters: [{ Name: "group-name", Values: [`fleetkeeper-acme-${name}`] }],
  });
  return SecurityGroups?.[0]?.GroupId ?? "none";
}

const rule = (port: number, cidr: string, description?: string) => ({
  IpProtocol: "tcp",
  FromPort: port,
  ToPort: port,
  IpRanges: [{ CidrIp: cidr, ...(description === undefined ? {} : { Description: description }) }],
});

async function edited(person: Person, policy: string, edit: (text: string) => string) {
  const { PolicyDocument } = await person.iam.getRolePolicy({ RoleName: host, PolicyName: policy });
  const text = edit(decodeURIComponent(PolicyDocument ?? ""));
  return person.iam.putRolePolicy({ RoleName: host, PolicyName: policy, PolicyDocument: text });
}

export const drifts: readonly Drift[] = [
  {
    what: "a trust policy that lets an account in",
    cause: ({ iam }) =>
      iam.updateAssumeRolePolicy({
        RoleName: host,
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Sid: "Ec2", Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
            { Effect: "Allow", Principal: { AWS: "210987654321" }, Action: "sts:AssumeRole" },
          ],
        }),
      }),
    found: ["iam/role/host trust.statement[allow sts:AssumeRole]"],
  },
  {
    what: "a statement of a policy widened by hand",
    cause: (person) => edited(person, "host", (text) => text.replace("key-pair/runner-*-acme-*", "key-pair/*")),
    found: ["iam/role/host policy[host].statement[KeyPairs].resource"],
  },
  {
    what: "a statement taken out of a policy",
    cause: (person) =>
      edited(person, "host", (text) => {
        const policy = JSON.parse(text);
        return JSON.stringify({
          ...policy,
          Statement: policy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== "Objects"),
        });
      }),
    found: ["iam/role/host policy[host].statement[Objects]"],
  },
  {
    what: "an inline policy too many",
    cause: ({ iam }) => iam.putRolePolicy({ RoleName: host, PolicyName: "debug", PolicyDocument: deny }),
    found: ["iam/role/host policy[debug]"],
  },
  {
    what: "an inline policy too few",
    cause: ({ iam }) => iam.deleteRolePolicy({ RoleName: host, PolicyName: "host" }),
    found: ["iam/role/host policy[host]"],
  },
  {
    what: "an attached policy",
    cause: ({ iam }) =>
      iam.attachRolePolicy({
        RoleName: "acme-machine",
        PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      }),
    found: ["iam/role/machine attachment[arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore]"],
  },
  {
    what: "a description and a session length",
    cause: ({ iam }) => iam.updateRole({ RoleName: host, Description: "mine", MaxSessionDuration: 7200 }),
    found: ["iam/role/host description", "iam/role/host maxSessionSeconds"],
  },
  {
    what: "one of our tags on a role",
    cause: ({ iam }) => iam.tagRole({ RoleName: host, Tags: [{ Key: "team", Value: "other" }] }),
    found: ["iam/role/host tags[team]"],
  },
  {
    what: "a role deleted, with its profile's hold on it",
    cause: async ({ iam }) => {
      await iam.removeRoleFromInstanceProfile({ InstanceProfileName: "acme-machine", RoleName: "acme-machine" });
      await iam.deleteRolePolicy({ RoleName: "acme-machine", PolicyName: "agent" });
      await iam.deleteRole({ RoleName: "acme-machine" });
    },
    found: [
      "iam/role/machine path",
      "iam/role/machine trust",
      "iam/role/machine description",
      "iam/role/machine maxSessionSeconds",
      "iam/role/machine policy[agent]",
      "iam/role/machine tags[team]",
      "iam/role/machine tags[fleetkeeper:fleet]",
      "iam/role/machine tags[fleetkeeper:kind]",
      "iam/role/machine tags[fleetkeeper:name]",
      "iam/profile/machine role",
    ],
  },
  {
    what: "the wrong role in a profile",
    cause: async ({ iam }) => {
      await iam.removeRoleFromInstanceProfile({ InstanceProfileName: "acme-machine", RoleName: "acme-machine" });
      await iam.addRoleToInstanceProfile({ InstanceProfileName: "acme-machine", RoleName: host });
    },
    found: ["iam/profile/machine role"],
  },
  {
    what: "one of our tags on a profile",
    cause: ({ iam }) => iam.untagInstanceProfile({ InstanceProfileName: host, TagKeys: ["fleetkeeper:name"] }),
    found: ["iam/profile/host tags[fleetkeeper:name]"],
  },
  {
    what: "a port opened to the world",
    cause: async (person) =>
      person.ec2.authorizeSecurityGroupIngress({
        GroupId: await groupId(person, "host"),
        IpPermissions: [rule(8080, "0.0.0.0/0")],
      }),
    found: ["network/rules/host ingress[tcp 8080 from 0.0.0.0/0]"],
  },
  {
    what: "a rule closed",
    cause: async (person) =>
      person.ec2.revokeSecurityGroupIngress({
        GroupId: await groupId(person, "machine"),
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 2376,
            ToPort: 2376,
            UserIdGroupPairs: [{ GroupId: await groupId(person, "host") }],
          },
        ],
      }),
    found: ["network/rules/machine ingress[tcp 2376 from @host]"],
  },
  {
    what: "a way out opened to everything",
    cause: async (person) =>
      person.ec2.authorizeSecurityGroupEgress({
        GroupId: await groupId(person, "egress"),
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    found: ["network/rules/egress egress[all to 0.0.0.0/0]"],
  },
  {
    what: "a rule's description",
    cause: async (person) =>
      person.ec2.updateSecurityGroupRuleDescriptionsIngress({
        GroupId: await groupId(person, "host"),
        IpPermissions: [rule(443, "203.0.113.0/24", "temporary")],
      }),
    found: ["network/rules/host ingress[tcp 443 from 203.0.113.0/24].description"],
  },
  {
    what: "the description of a way out",
    cause: async (person) =>
      person.ec2.updateSecurityGroupRuleDescriptionsEgress({
        GroupId: await groupId(person, "egress"),
        IpPermissions: [rule(443, "0.0.0.0/0", "temporary")],
      }),
    found: ["network/rules/egress egress[tcp 443 to 0.0.0.0/0].description"],
  },
  {
    what: "one of our tags on a group",
    cause: async (person) =>
      person.ec2.createTags({
        Resources: [await groupId(person, "egress")],
        Tags: [{ Key: "Name", Value: "do not touch" }],
      }),
    found: ["network/group/egress tags[Name]"],
  },
  {
    what: "another default encryption",
    cause: ({ s3 }) =>
      s3.putBucketEncryption({
        ...bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "alias/other" } }],
        },
      }),
    found: ["cache-bucket/acme-gitlab-cache encryption.algorithm"],
  },
  {
    what: "the public access block taken away",
    cause: ({ s3 }) => s3.deletePublicAccessBlock(bucket),
    found: ["blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets"].map(
      (field) => `cache-bucket/acme-gitlab-cache publicAccessBlock.${field}`,
    ),
  },
  {
    what: "ACLs switched on",
    cause: ({ s3 }) =>
      s3.putBucketOwnershipControls({
        ...bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerPreferred" }] },
      }),
    found: ["cache-bucket/acme-gitlab-cache ownership"],
  },
  {
    what: "the whole life cycle dropped",
    cause: ({ s3 }) => s3.deleteBucketLifecycle(bucket),
    found: ["fleetkeeper-expire", "fleetkeeper-abort-uploads"].map(
      (id) => `cache-bucket/acme-gitlab-cache lifecycle[${id}]`,
    ),
  },
  {
    what: "the expiry switched off and made longer",
    cause: async ({ s3 }) => {
      const { Rules } = await s3.getBucketLifecycleConfiguration(bucket);
      return s3.putBucketLifecycleConfiguration({
        ...bucket,
        LifecycleConfiguration: {
          Rules: Rules?.map((each) =>
            each.ID === "fleetkeeper-expire" ? { ...each, Status: "Disabled", Expiration: { Days: 99 } } : each,
          ),
        },
      });
    },
    found: [
      "cache-bucket/acme-gitlab-cache lifecycle[fleetkeeper-expire].status",
      "cache-bucket/acme-gitlab-cache lifecycle[fleetkeeper-expire].expiration",
    ],
  },
  {
    what: "the bucket policy deleted",
    cause: ({ s3 }) => s3.deleteBucketPolicy(bucket),
    found: ["cache-bucket/acme-gitlab-cache policy"],
  },
  {
    what: "the bucket policy widened",
    cause: async ({ s3 }) => {
      const policy = JSON.parse((await s3.getBucketPolicy(bucket)).Policy ?? "");
      const more = {
        Effect: "Allow",
        Principal: { AWS: "210987654321" },
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::acme-gitlab-cache/*",
      };
      return s3.putBucketPolicy({
        ...bucket,
        Policy: JSON.stringify({ ...policy, Statement: [policy.Statement, more].flat() }),
      });
    },
    found: ["cache-bucket/acme-gitlab-cache policy.statement[allow s3:GetObject]"],
  },
  {
    what: "a tag of the bucket",
    cause: async ({ s3 }) => {
      const { TagSet } = await s3.getBucketTagging(bucket);
      return s3.putBucketTagging({ ...bucket, Tagging: { TagSet: TagSet?.filter((tag) => tag.Key !== "team") } });
    },
    found: ["cache-bucket/acme-gitlab-cache tags[team]"],
  },
];
