import { describe, expect, test } from "vitest";
import { fleetOf } from "./sample-fleet.ts";
import { cloud } from "./world.ts";

const sample = fleetOf();
const adopting = fleetOf(
  ["spec:\n", "spec:\n  iam: { hostRole: { adopt: true }, machineRole: { adopt: true } }\n"],
  ["network:\n", "network:\n    adopt: true\n"],
  ["bucket: acme-gitlab-cache", "bucket: acme-gitlab-cache, adopt: true"],
);

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Things of the right names that somebody else made. */
async function foreignWorld() {
  const world = cloud();
  const { ec2, iam, s3 } = world.person;
  const Path = "/fleetkeeper/acme/";
  await iam.createRole({ RoleName: "acme-host", Path, AssumeRolePolicyDocument: trust });
  await iam.putRolePolicy({
    RoleName: "acme-host",
    PolicyName: "theirs",
    PolicyDocument: trust.replace(/"Principal.*?},/, '"Resource":"*",'),
  });
  await iam.createInstanceProfile({ InstanceProfileName: "acme-host", Path });
  const { GroupId } = await ec2.createSecurityGroup({
    GroupName: "fleetkeeper-acme-host",
    Description: "theirs",
    VpcId: sample.spec.network.vpcId,
  });
  const Bucket = "acme-gitlab-cache";
  await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } });
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet: [{ Key: "cost", Value: "theirs" }] } });
  return { ...world, groupId: GroupId };
}

describe("what has the right name without our mark", () => {
  test("is left alone to the last bit until the file says adopt", async () => {
    const world = await foreignWorld();
    const names = [
      ["iam", "role/host"],
      ["iam", "profile/host"],
      ["network", "group/host"],
      ["network", "rules/host"],
      ["cache-bucket", "acme-gitlab-cache"],
    ] as const;
    const states = () => Promise.all(names.map(([kind, name]) => world.stateOf(sample, kind, name)));
    const before = await states();
    const { actions } = await world.plan(sample);
    const foreign = actions.filter((action) => action.ownership === "foreign").map((action) => action.target.name);
    expect(foreign.sort()).toEqual(["acme-gitlab-cache", "group/host", "profile/host", "role/host", "rules/host"]);
    const writes = world.sandbox.calls.writes().length;
    await world.converge(sample);
    expect(await states()).toEqual(before);
    const touched = world.sandbox.calls.writes().slice(writes);
    for (const { input } of touched)
      expect(JSON.stringify(input)).not.toMatch(/"(?:RoleName|Bucket)":"acme-(?:host|gitlab-cache)"/);
  });

  test("is marked, taken over and made as declared once the file says adopt", async () => {
    const world = await foreignWorld();
    const done = await world.converge(adopting);
    expect(
      done
        .filter((action) => action.verb === "adopt")
        .map((action) => action.target.name)
        .sort(),
    ).toEqual(["acme-gitlab-cache", "group/host", "profile/host", "role/host"]);
    expect(await world.plan(adopting)).toEqual({ actions: [], unknown: [] });
    // Adopted is adopted: the word may leave the file again.
    expect(await world.plan(sample)).toEqual({ actions: [], unknown: [] });
    expect(await world.stateOf(sample, "network", "group/host")).toMatchObject({
      id: world.groupId,
      description: "theirs",
    });
    expect(await world.stateOf(sample, "cache-bucket", "acme-gitlab-cache")).toMatchObject({
      tags: { cost: "theirs" },
    });
  });

  test("in another path is replaced only by a destructive action", async () => {
    const world = cloud();
    await world.person.iam.createRole({ RoleName: "acme-host", AssumeRolePolicyDocument: trust });
    await world.person.iam.createInstanceProfile({ InstanceProfileName: "acme-host" });
    await world.person.iam.addRoleToInstanceProfile({ InstanceProfileName: "acme-host", RoleName: "acme-host" });
    const { actions } = await world.plan(adopting);
    const replaced = actions.filter((action) => action.verb === "replace");
    expect(replaced.map((action) => [action.target.name, action.risk])).toEqual([
      ["role/host", "destructive"],
      ["profile/host", "destructive"],
    ]);
    await world.converge(adopting, (action) => action.verb === "replace");
    expect(await world.plan(sample)).toEqual({ actions: [], unknown: [] });
  });
});

describe("another fleet's things", () => {
  test("with a name that starts alike are not looked at", async () => {
    const world = cloud();
    const other = fleetOf(["name: acme", "name: acme-eu"], ["acme-gitlab-cache", "acme-eu-cache"]);
    await world.converge(other);
    await world.converge(sample);
    expect(await world.plan(other)).toEqual({ actions: [], unknown: [] });
    expect(await world.plan(sample)).toEqual({ actions: [], unknown: [] });
  });
});

test("a VPC that doesn't exist is said to be the file's mistake", async () => {
  const nowhere = fleetOf(["vpc-0a1b2c3d4e5f60718", "vpc-0000000000000000f"]);
  await expect(cloud().converge(nowhere)).rejects.toMatchObject({
    class: "terminal",
    hint: expect.stringContaining("spec.network.vpcId: vpc-0000000000000000f"),
  });
});

describe("a bucket that can't be ours", () => {
  test("because it is in another region is refused with the reason", async () => {
    const world = cloud();
    await world.s3In("eu-west-1").createBucket({
      Bucket: "acme-gitlab-cache",
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    });
    const { actions } = await world.plan(sample);
    expect(actions.find((action) => action.target.kind === "cache-bucket")).toMatchObject({
      refused: expect.stringContaining("eu-west-1"),
    });
  });

  test("because S3 doesn't let us look is unknown, and is neither made nor changed", async () => {
    const world = cloud();
    world.sandbox.faults.add({
      operation: "HeadBucket",
      effect: { type: "error", code: "AccessDenied", status: 403 },
    });
    const { actions, unknown } = await world.plan(sample);
    expect(actions.filter((action) => action.target.kind === "cache-bucket")).toEqual([]);
    expect(unknown).toEqual([
      { kind: "cache-bucket", name: "acme-gitlab-cache", why: expect.stringContaining("another account's") },
    ]);
  });
});
