import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/";
const errors = `${api}errors-overview.html`;
const web = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "203.0.113.0/24" }] };

interface Pair {
  readonly one: string;
  readonly two: string;
  readonly VpcId: string;
}

/** With two security groups of one VPC. */
function withGroups(look: (clients: Clients, pair: Pair) => Promise<string>): (clients: Clients) => Promise<string> {
  return async (clients) => {
    const { ec2, place } = clients;
    const VpcId = (await ec2.describeVpcs({})).Vpcs?.[0]?.VpcId ?? "";
    const make = async (part: string) =>
      (
        await ec2.createSecurityGroup({
          GroupName: `${place.prefix}-${part}`,
          Description: "conformance",
          VpcId,
          TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "k", Value: place.prefix }] }],
        })
      ).GroupId ?? "";
    const one = await make("one");
    const two = await make("two");
    const empty = async (GroupId: string) => {
      const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [GroupId] });
      const IpPermissions = SecurityGroups?.[0]?.IpPermissions ?? [];
      if (IpPermissions.length > 0) await ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions });
    };
    return await during(
      () => look(clients, { one, two, VpcId }),
      () => empty(one),
      () => empty(two),
      () => ec2.deleteSecurityGroup({ GroupId: one }),
      () => ec2.deleteSecurityGroup({ GroupId: two }),
    );
  };
}

function behaviour(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return { name: `ec2: ${name}`, aws, source: source.startsWith("https:") ? source : `${api}API_${source}.html`, look };
}

export const ec2Behaviours: readonly Behaviour[] = [
  behaviour("a group that isn't there", "InvalidGroup.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeSecurityGroups({ GroupIds: ["sg-0123456789abcdef0"] })),
  ),
  behaviour("a group's id that is none", "InvalidGroupId.Malformed", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeSecurityGroups({ GroupIds: ["nonsense"] })),
  ),
  behaviour("a group in a VPC that isn't there", "InvalidVpcID.NotFound", errors, ({ ec2, place }) =>
    codeOf(() =>
      ec2.createSecurityGroup({ GroupName: `${place.prefix}-x`, Description: "d", VpcId: "vpc-0123456789abcdef0" }),
    ),
  ),
  behaviour(
    "a group of a name that its VPC has",
    "InvalidGroup.Duplicate",
    errors,
    withGroups(({ ec2, place }, { VpcId }) =>
      codeOf(() => ec2.createSecurityGroup({ GroupName: `${place.prefix}-one`, Description: "d", VpcId })),
    ),
  ),
  behaviour(
    "a group's name that starts like an id",
    "InvalidParameterValue",
    "CreateSecurityGroup",
    withGroups(({ ec2 }, { VpcId }) =>
      codeOf(() => ec2.createSecurityGroup({ GroupName: "sg-mine", Description: "d", VpcId })),
    ),
  ),
  behaviour(
    "a new group lets everything out and nothing in",
    "in 0, out -1 to 0.0.0.0/0",
    "CreateSecurityGroup",
    withGroups(async ({ ec2 }, { one }) => {
      const group = (await ec2.describeSecurityGroups({ GroupIds: [one] })).SecurityGroups?.[0];
      const out = group?.IpPermissionsEgress?.map(
        ({ IpProtocol, IpRanges }) => `${IpProtocol} to ${IpRanges?.[0]?.CidrIp}`,
      );
      return `in ${group?.IpPermissions?.length}, out ${out}`;
    }),
  ),
  behaviour(
    "tags of the create call are there at once",
    "1",
    "CreateSecurityGroup",
    withGroups(async ({ ec2, place }, { one }) => {
      const Filters = [{ Name: "tag:k", Values: [place.prefix] }];
      const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ Filters });
      return String(SecurityGroups.filter(({ GroupId }) => GroupId === one).length);
    }),
  ),
  behaviour(
    "a rule that is there already",
    "InvalidPermission.Duplicate",
    errors,
    withGroups(async ({ ec2 }, { one }) => {
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] });
      return await codeOf(() => ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] }));
    }),
  ),
  behaviour(
    "a rule that differs in its description alone",
    "InvalidPermission.Duplicate",
    errors,
    withGroups(async ({ ec2 }, { one }) => {
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] });
      const IpRanges = [{ CidrIp: "203.0.113.0/24", Description: "other" }];
      return await codeOf(() =>
        ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [{ ...web, IpRanges }] }),
      );
    }),
  ),
  behaviour(
    "one rule too many spoils the call, and none is made",
    "InvalidPermission.Duplicate 1",
    "AuthorizeSecurityGroupIngress",
    withGroups(async ({ ec2 }, { one }) => {
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] });
      const other = { ...web, FromPort: 80, ToPort: 80 };
      const said = await codeOf(() => ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [other, web] }));
      const group = (await ec2.describeSecurityGroups({ GroupIds: [one] })).SecurityGroups?.[0];
      return `${said} ${group?.IpPermissions?.length}`;
    }),
  ),
  behaviour(
    "revoking a rule that isn't there",
    "InvalidPermission.NotFound",
    errors,
    withGroups(({ ec2 }, { one }) =>
      codeOf(() => ec2.revokeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] })),
    ),
  ),
  behaviour(
    "a rule is revoked whatever its description",
    "ok",
    "RevokeSecurityGroupIngress",
    withGroups(async ({ ec2 }, { one }) => {
      const IpRanges = [{ CidrIp: "203.0.113.0/24", Description: "the office" }];
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [{ ...web, IpRanges }] });
      return await codeOf(() => ec2.revokeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] }));
    }),
  ),
  behaviour(
    "a block with host bits is taken as its network",
    "203.0.113.0/24",
    "AuthorizeSecurityGroupIngress",
    withGroups(async ({ ec2 }, { one }) => {
      const IpPermissions = [{ ...web, IpRanges: [{ CidrIp: "203.0.113.7/24" }] }];
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions });
      const group = (await ec2.describeSecurityGroups({ GroupIds: [one] })).SecurityGroups?.[0];
      return group?.IpPermissions?.[0]?.IpRanges?.[0]?.CidrIp ?? "nothing";
    }),
  ),
  behaviour(
    "a block that is none",
    "InvalidParameterValue",
    errors,
    withGroups(({ ec2 }, { one }) =>
      codeOf(() =>
        ec2.authorizeSecurityGroupIngress({
          GroupId: one,
          IpPermissions: [{ ...web, IpRanges: [{ CidrIp: "300.0.0.0/8" }] }],
        }),
      ),
    ),
  ),
  behaviour(
    "rules of one port from two blocks are one permission and two rules",
    "1 2",
    "DescribeSecurityGroupRules",
    withGroups(async ({ ec2 }, { one }) => {
      const IpRanges = [{ CidrIp: "203.0.113.0/24" }, { CidrIp: "198.51.100.0/24" }];
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [{ ...web, IpRanges }] });
      const group = (await ec2.describeSecurityGroups({ GroupIds: [one] })).SecurityGroups?.[0];
      const Filters = [{ Name: "group-id", Values: [one] }];
      const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({ Filters });
      return `${group?.IpPermissions?.length} ${SecurityGroupRules.filter(({ IsEgress }) => !IsEgress).length}`;
    }),
  ),
  behaviour(
    "a group that another's rule names is not deleted",
    "DependencyViolation",
    errors,
    withGroups(async ({ ec2 }, { one, two }) => {
      const IpPermissions = [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId: two }] }];
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions });
      return await codeOf(() => ec2.deleteSecurityGroup({ GroupId: two }));
    }),
  ),
  behaviour(
    "a rule that names a group that isn't there",
    "InvalidGroup.NotFound",
    errors,
    withGroups(({ ec2 }, { one }) =>
      codeOf(() =>
        ec2.authorizeSecurityGroupIngress({
          GroupId: one,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId: "sg-0123456789abcdef0" }] },
          ],
        }),
      ),
    ),
  ),
  behaviour(
    "descriptions are rewritten in place",
    "new",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    withGroups(async ({ ec2 }, { one }) => {
      await ec2.authorizeSecurityGroupIngress({ GroupId: one, IpPermissions: [web] });
      const IpRanges = [{ CidrIp: "203.0.113.0/24", Description: "new" }];
      await ec2.updateSecurityGroupRuleDescriptionsIngress({ GroupId: one, IpPermissions: [{ ...web, IpRanges }] });
      const group = (await ec2.describeSecurityGroups({ GroupIds: [one] })).SecurityGroups?.[0];
      return group?.IpPermissions?.[0]?.IpRanges?.[0]?.Description ?? "nothing";
    }),
  ),
  behaviour(
    "deleting a tag with another value leaves it",
    "1",
    "DeleteTags",
    withGroups(async ({ ec2, place }, { one }) => {
      await ec2.deleteTags({ Resources: [one], Tags: [{ Key: "k", Value: `${place.prefix}-other` }] });
      const group = (await ec2.describeSecurityGroups({ GroupIds: [one] })).SecurityGroups?.[0];
      return String(group?.Tags?.length);
    }),
  ),
  behaviour("tags of what isn't there", "InvalidGroup.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.createTags({ Resources: ["sg-0123456789abcdef0"], Tags: [{ Key: "k", Value: "v" }] })),
  ),
  behaviour("a key pair that isn't there", "InvalidKeyPair.NotFound", errors, ({ ec2, place }) =>
    codeOf(() => ec2.describeKeyPairs({ KeyNames: [`${place.prefix}-none`] })),
  ),
  behaviour("deleting a key pair that isn't there", "ok", "DeleteKeyPair", ({ ec2, place }) =>
    codeOf(() => ec2.deleteKeyPair({ KeyName: `${place.prefix}-none` })),
  ),
  behaviour("a key pair of a name that is taken", "InvalidKeyPair.Duplicate", errors, ({ ec2, place }) => {
    const KeyName = `${place.prefix}-key`;
    return during(
      async () => {
        await ec2.createKeyPair({ KeyName });
        return await codeOf(() => ec2.createKeyPair({ KeyName }));
      },
      () => ec2.deleteKeyPair({ KeyName }),
    );
  }),
  behaviour("an instance that isn't there", "InvalidInstanceID.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeInstances({ InstanceIds: ["i-0123456789abcdef0"] })),
  ),
  behaviour("an instance's id that is none", "InvalidInstanceID.Malformed", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeInstances({ InstanceIds: ["nonsense"] })),
  ),
  behaviour("a volume that isn't there", "InvalidVolume.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeVolumes({ VolumeIds: ["vol-0123456789abcdef0"] })),
  ),
  behaviour("an allowed dry run", "DryRunOperation", errors, ({ ec2, place }) =>
    codeOf(() => ec2.createKeyPair({ KeyName: `${place.prefix}-dry`, DryRun: true })),
  ),
];
