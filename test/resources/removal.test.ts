import { describe, expect, test } from "vitest";
import { fleetOf } from "./sample-fleet.ts";
import { cloud } from "./world.ts";

const sample = fleetOf();
const nothing = { actions: [], unknown: [] };

describe("a role that the file gives another name", () => {
  const renamed = fleetOf(["spec:\n", "spec:\n  iam: { hostRole: { name: acme-gitlab } }\n"]);

  test("is made anew at once; the old one and its profile go only when approved", async () => {
    const world = cloud();
    await world.converge(sample);
    await world.converge(renamed);
    const { actions } = await world.plan(renamed);
    expect(actions.map(({ target, verb, risk }) => `${risk} ${verb} ${target.name}`).sort()).toEqual([
      "destructive delete stale-profile/acme-host",
      "destructive delete stale-role/acme-host",
    ]);
    await world.converge(renamed, (action) => action.verb === "delete");
    expect(await world.plan(renamed)).toEqual(nothing);
    await expect(world.person.iam.getRole({ RoleName: "acme-host" })).rejects.toThrow();
    await expect(world.person.iam.getInstanceProfile({ InstanceProfileName: "acme-host" })).rejects.toThrow();
    expect(await world.person.iam.getRole({ RoleName: "acme-gitlab" })).toBeDefined();
  });

  test("named back before that is the same role again", async () => {
    const world = cloud();
    await world.converge(sample);
    const before = await world.stateOf(sample, "iam", "role/host");
    await world.converge(renamed);
    await world.converge(sample, (action) => action.verb === "delete");
    expect(await world.stateOf(sample, "iam", "role/host")).toEqual(before);
    expect(await world.plan(sample)).toEqual(nothing);
  });

  test("is not deleted under an instance that lives by it, whatever is approved", async () => {
    const world = cloud();
    await world.converge(sample);
    const { ec2 } = world.person;
    const image = (await ec2.describeImages({ Owners: ["amazon"] })).Images?.[0]?.ImageId;
    const { Instances } = await ec2.runInstances({
      MinCount: 1,
      MaxCount: 1,
      ImageId: image,
      InstanceType: "t3.small",
      SubnetId: "subnet-0aaaaaaaaaaaaaaa1",
      IamInstanceProfile: { Name: "acme-host" },
    });
    const id = Instances?.[0]?.InstanceId ?? "";
    await world.converge(renamed, (action) => action.verb === "delete");
    expect((await world.plan(renamed)).actions.map(({ target, refused }) => [target.name, refused]).sort()).toEqual([
      ["stale-profile/acme-host", `${id} still lives by it`],
      ["stale-role/acme-host", `${id} still lives by it`],
    ]);
    await ec2.terminateInstances({ InstanceIds: [id] });
    await world.sandbox.clock.advance(600_000);
    await world.converge(renamed, (action) => action.verb === "delete");
    expect(await world.plan(renamed)).toEqual(nothing);
  });

  test("and that somebody else keeps in a profile of theirs is not deleted", async () => {
    const world = cloud();
    await world.converge(sample);
    const { iam } = world.person;
    await iam.createInstanceProfile({ InstanceProfileName: "theirs" });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: "theirs", RoleName: "acme-host" });
    await world.converge(renamed);
    await expect(world.converge(renamed, (action) => action.target.name === "stale-role/acme-host")).rejects.toThrow(
      "in the instance profile theirs",
    );
    expect((await iam.listRolePolicies({ RoleName: "acme-host" })).PolicyNames).not.toEqual([]);
  });
});

test("a role below our path that isn't marked as ours is nobody's business", async () => {
  const world = cloud();
  await world.converge(sample);
  await world.person.iam.createRole({
    RoleName: "theirs",
    Path: "/fleetkeeper/acme/",
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    }),
  });
  expect(await world.plan(sample)).toEqual(nothing);
});

describe("a bucket that the file no longer names", () => {
  const renamed = fleetOf(["acme-gitlab-cache", "acme-second-cache"]);

  test("is kept and released: only our mark goes, and it can be taken up again", async () => {
    const world = cloud();
    await world.converge(sample);
    const { s3 } = world.person;
    const { TagSet } = await s3.getBucketTagging({ Bucket: "acme-gitlab-cache" });
    await s3.putBucketTagging({
      Bucket: "acme-gitlab-cache",
      Tagging: { TagSet: [...(TagSet ?? []), { Key: "cost", Value: "9" }] },
    });
    const done = await world.converge(renamed);
    expect(done.find((action) => action.target.name === "acme-gitlab-cache")).toMatchObject({
      verb: "update",
      risk: "safe",
      reason: expect.stringContaining("Retain"),
    });
    expect(await world.plan(renamed)).toEqual(nothing);
    const after = await s3.getBucketTagging({ Bucket: "acme-gitlab-cache" });
    expect(after.TagSet).toContainEqual({ Key: "cost", Value: "9" });
    expect(after.TagSet?.map((tag) => tag.Key)).not.toContain("fleetkeeper:fleet");
    const back = await world.converge(sample);
    expect(back.find((action) => action.target.name === "acme-gitlab-cache")).toMatchObject({ ownership: "ours" });
    expect(await world.plan(sample)).toEqual(nothing);
  });

  test("and that was to be deleted goes when approved and empty, and is never emptied", async () => {
    const world = cloud();
    const { s3 } = world.person;
    const Bucket = "acme-gitlab-cache";
    await world.converge(fleetOf([`bucket: ${Bucket}`, `bucket: ${Bucket}, deletionPolicy: Delete`]));
    await s3.putObject({ Bucket, Key: "runner/1", Body: "cache" });
    await world.converge(renamed);
    const { actions } = await world.plan(renamed);
    expect(actions).toMatchObject([{ target: { name: Bucket }, verb: "delete", risk: "destructive" }]);
    await expect(world.converge(renamed, (action) => action.verb === "delete")).rejects.toThrow("never empties");
    expect(await s3.getObject({ Bucket, Key: "runner/1" })).toBeDefined();
    await s3.deleteObject({ Bucket, Key: "runner/1" });
    await world.converge(renamed, (action) => action.verb === "delete");
    await expect(s3.headBucket({ Bucket })).rejects.toThrow();
    expect(await world.plan(renamed)).toEqual(nothing);
  });
});

describe("the network", () => {
  test("in another VPC is made anew; the old groups go only when approved", async () => {
    const world = cloud();
    await world.converge(sample);
    const moved = fleetOf(
      ["vpc-0a1b2c3d4e5f60718", "vpc-0d3fa017000000000"],
      ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0d3fa01700000000a"],
    );
    await world.converge(moved);
    const { actions } = await world.plan(moved);
    expect(actions.map(({ verb, risk }) => `${risk} ${verb}`)).toEqual(Array(3).fill("destructive delete"));
    expect(actions.every((action) => action.target.name.startsWith("stale-group/sg-"))).toBe(true);
    await world.converge(moved, (action) => action.verb === "delete");
    expect(await world.plan(moved)).toEqual(nothing);
  });

  test("keeps an old group, and every rule that names it, as long as an interface is in it", async () => {
    const world = cloud();
    await world.converge(sample);
    const { ec2 } = world.person;
    const Filters = [{ Name: "group-name", Values: ["fleetkeeper-acme-host"] }];
    const before = (await ec2.describeSecurityGroups({ Filters })).SecurityGroups ?? [];
    const Groups = before.map(({ GroupId = "" }) => GroupId);
    await ec2.createNetworkInterface({ SubnetId: "subnet-0aaaaaaaaaaaaaaa1", Groups });
    const moved = fleetOf(
      ["vpc-0a1b2c3d4e5f60718", "vpc-0d3fa017000000000"],
      ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0d3fa01700000000a"],
    );
    await world.converge(moved);
    await expect(world.converge(moved, (action) => action.target.name.endsWith(Groups[0] ?? ""))).rejects.toThrow(
      "a network interface is in it",
    );
    expect((await ec2.describeSecurityGroups({ GroupIds: Groups })).SecurityGroups).toEqual(before);
  });

  test("closes what the file no longer allows and opens what it allows now", async () => {
    const world = cloud();
    await world.converge(sample);
    const edited = fleetOf(["203.0.113.0/24", "198.51.100.7/32"]);
    const { actions } = await world.plan(edited);
    expect(actions.flatMap((action) => action.changes.map((change) => change.path)).sort()).toEqual([
      "ingress[tcp 443 from 198.51.100.7/32]",
      "ingress[tcp 443 from 203.0.113.0/24]",
      "ingress[tcp 80 from 198.51.100.7/32]",
      "ingress[tcp 80 from 203.0.113.0/24]",
    ]);
    world.sandbox.calls.clear();
    await world.converge(edited);
    expect(world.sandbox.calls.writes().map((call) => call.operation)).toEqual([
      "AuthorizeSecurityGroupIngress",
      "RevokeSecurityGroupIngress",
    ]);
    expect(await world.plan(edited)).toEqual(nothing);
  });
});
