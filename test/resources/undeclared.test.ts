import { expect, test } from "vitest";
import { fleetOf } from "./sample-fleet.ts";
import { cloud } from "./world.ts";

const fleet = fleetOf();
const Bucket = "acme-gitlab-cache";

test("what the file doesn't declare is bit-identical before and after drift around it is healed", async () => {
  const world = cloud();
  await world.converge(fleet);
  const { ec2, iam, s3 } = world.person;
  const { SecurityGroups } = await ec2.describeSecurityGroups({
    Filters: [{ Name: "group-name", Values: ["fleetkeeper-acme-host"] }],
  });
  const GroupId = SecurityGroups?.[0]?.GroupId ?? "";

  // What others may have said of our things.
  const RoleName = "acme-host";
  await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess" });
  await iam.tagRole({ RoleName, Tags: [{ Key: "cost", Value: "42" }] });
  await iam.tagInstanceProfile({ InstanceProfileName: RoleName, Tags: [{ Key: "cost", Value: "42" }] });
  await ec2.createTags({ Resources: [GroupId], Tags: [{ Key: "cost", Value: "42" }] });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
  await s3.putBucketEncryption({
    Bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
          BucketKeyEnabled: true,
          BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
        },
      ],
    },
  });
  const tags = (await s3.getBucketTagging({ Bucket })).TagSet ?? [];
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet: [...tags, { Key: "cost", Value: "42" }] } });
  const theirs = [
    {
      ID: "old",
      Status: "Enabled",
      Filter: { Prefix: "old/" },
      Expiration: { Date: new Date("2030-01-01T00:00:00Z") },
    },
    {
      ID: "archive",
      Status: "Enabled",
      Filter: { And: { Prefix: "logs/", Tags: [{ Key: "a", Value: "b" }] } },
      Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
    },
  ] as const;
  const ours = (await s3.getBucketLifecycleConfiguration({ Bucket })).Rules ?? [];
  await s3.putBucketLifecycleConfiguration({
    Bucket,
    LifecycleConfiguration: { Rules: [...structuredClone(theirs), ...ours].map((rule) => ({ ...rule }) as never) },
    TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
  });
  expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });

  const undeclared = async () => {
    const role = (await iam.getRole({ RoleName })).Role;
    const profile = (await iam.getInstanceProfile({ InstanceProfileName: RoleName })).InstanceProfile;
    const groups = await ec2.describeSecurityGroups({ GroupIds: [GroupId] });
    const encryption = await s3.getBucketEncryption({ Bucket });
    const lifecycle = await s3.getBucketLifecycleConfiguration({ Bucket });
    const cost = (list: readonly { Key?: string | undefined }[] | undefined) =>
      list?.filter((tag) => tag.Key === "cost");
    return {
      boundary: role?.PermissionsBoundary,
      tags: [cost(role?.Tags), cost(profile?.Tags), cost(groups.SecurityGroups?.[0]?.Tags)],
      bucketTags: cost((await s3.getBucketTagging({ Bucket })).TagSet),
      versioning: (await s3.getBucketVersioning({ Bucket })).Status,
      encryption: encryption.ServerSideEncryptionConfiguration?.Rules?.map((rule) => ({
        key: rule.BucketKeyEnabled,
        blocked: rule.BlockedEncryptionTypes,
      })),
      rules: lifecycle.Rules?.filter((rule) => !rule.ID?.startsWith("fleetkeeper-")),
      minimumSize: lifecycle.TransitionDefaultMinimumObjectSize,
    };
  };
  const before = await undeclared();
  expect(before.rules).toHaveLength(2);

  // Drift in every document that also holds what isn't ours.
  await iam.updateRole({ RoleName, Description: "drift" });
  await iam.untagRole({ RoleName, TagKeys: ["team"] });
  await iam.untagInstanceProfile({ InstanceProfileName: RoleName, TagKeys: ["team"] });
  await ec2.deleteTags({ Resources: [GroupId], Tags: [{ Key: "team" }] });
  const now = (await s3.getBucketTagging({ Bucket })).TagSet ?? [];
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet: now.filter((tag) => tag.Key !== "team") } });
  await s3.putBucketLifecycleConfiguration({
    Bucket,
    LifecycleConfiguration: { Rules: structuredClone(theirs).map((rule) => ({ ...rule }) as never) },
    TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
  });
  await s3.putBucketEncryption({
    Bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" },
          BucketKeyEnabled: true,
          BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
        },
      ],
    },
  });
  const done = await world.converge(fleet);
  expect(done).toHaveLength(4);
  expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
  expect(await undeclared()).toEqual(before);
});

test("a boundary that the file does name is put back", async () => {
  const world = cloud();
  const bounded = fleetOf([
    "spec:\n",
    "spec:\n  iam: { permissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess }\n",
  ]);
  await world.converge(bounded);
  await world.person.iam.deleteRolePermissionsBoundary({ RoleName: "acme-machine" });
  const done = await world.converge(bounded);
  expect(done.flatMap((action) => action.changes.map((change) => change.path))).toEqual(["permissionsBoundary"]);
});

test("a bucket with a KMS key by alias is as declared, and the host may use that key through S3 only", async () => {
  const world = cloud();
  const encrypted = fleetOf([
    "bucket: acme-gitlab-cache",
    "bucket: acme-gitlab-cache, encryption: { type: SSE-KMS, key: alias/acme-cache }",
  ]);
  await world.converge(encrypted);
  expect(await world.plan(encrypted)).toEqual({ actions: [], unknown: [] });
  const { ServerSideEncryptionConfiguration } = await world.person.s3.getBucketEncryption({ Bucket });
  expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "alias/acme-cache" },
      BucketKeyEnabled: true,
    },
  ]);
  const role = await world.stateOf(encrypted, "iam", "role/host");
  expect(JSON.stringify(role)).toContain('"kms:ResourceAliases":["alias/acme-cache"]');
});
