import { describe, expect, test } from "vitest";
import { awsServices } from "../../sandbox/aws.ts";
import { ec2Service } from "../../sandbox/services/ec2/service.ts";
import { fleetOf } from "./sample-fleet.ts";
import { cloud } from "./world.ts";

const fleet = fleetOf();
const reads = [
  ["iam", "GetRole"],
  ["iam", "ListRolePolicies"],
  ["iam", "GetRolePolicy"],
  ["iam", "ListAttachedRolePolicies"],
  ["iam", "GetInstanceProfile"],
  ["iam", "ListRoles"],
  ["iam", "ListInstanceProfiles"],
  ["network", "DescribeSecurityGroups"],
  ["cache-bucket", "HeadBucket"],
  ["cache-bucket", "GetBucketEncryption"],
  ["cache-bucket", "GetPublicAccessBlock"],
  ["cache-bucket", "GetBucketOwnershipControls"],
  ["cache-bucket", "GetBucketLifecycleConfiguration"],
  ["cache-bucket", "GetBucketPolicy"],
  ["cache-bucket", "GetBucketTagging"],
] as const;
const effects = [
  { type: "error", code: "AccessDenied", status: 403 },
  { type: "throttle" },
  { type: "reset" },
  { type: "error", code: "InternalError", status: 500 },
] as const;

describe("a read that fails is unknown: it plans nothing for its kind and hides nothing of the others", () => {
  test.for(reads)("%s: %s", async ([kind, operation]) => {
    const world = cloud();
    await world.converge(fleet);
    await world.person.iam.updateRole({ RoleName: "acme-machine", Description: "drift" });
    await world.person.s3.deleteBucketPolicy({ Bucket: "acme-gitlab-cache" });
    for (const effect of effects) {
      world.sandbox.faults.add({ operation, effect });
      const { actions, unknown } = await world.plan(fleet);
      expect(unknown.length).toBeGreaterThan(0);
      for (const resource of unknown) {
        expect(resource.kind).toBe(kind);
        expect(resource.why).not.toBe("");
      }
      const expected = [
        ["iam", "role/machine"],
        ["cache-bucket", "acme-gitlab-cache"],
      ].filter(([ofKind, name]) => !unknown.some((one) => one.kind === ofKind && one.name === name));
      expect(actions.map(({ target, verb }) => [target.kind, target.name, verb])).toEqual(
        expected.map((target) => [...target, "update"]),
      );
      world.sandbox.faults.clear();
    }
  });

  test("the second page of a listing that fails makes the whole listing unknown", async () => {
    const world = cloud({ pageSize: 1 });
    await world.converge(fleet);
    const renamed = fleetOf(["spec:\n", "spec:\n  iam: { hostRole: { name: acme-gitlab } }\n"]);
    await world.converge(renamed);
    world.sandbox.faults.add({ operation: "ListRoles", after: 1, effect: { type: "throttle" } });
    const { actions, unknown } = await world.plan(renamed);
    expect(unknown.map((one) => one.name)).toContain("listing/roles");
    expect(actions.filter((action) => action.target.name.startsWith("stale-role/"))).toEqual([]);
    // Once the listing works again nothing of the failure is left.
    world.sandbox.faults.clear();
    world.inventory["iam"] = [...(world.inventory["iam"] ?? []), "listing/roles"];
    expect((await world.plan(renamed)).unknown).toEqual([]);
  });
});

test("a write that took effect although its answer was lost is found done by the next run", async () => {
  const clean = cloud();
  await clean.converge(fleet);
  const writes = clean.sandbox.calls.writes().length;
  expect(writes).toBeGreaterThan(20);
  for (let after = 0; after < writes; after += 1) {
    const world = cloud();
    world.sandbox.faults.add({ access: "write", after, times: 1, effect: { type: "lost" } });
    await expect(world.converge(fleet)).rejects.toThrow();
    world.sandbox.faults.clear();
    await world.converge(fleet);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
    expect(await countsOf(world)).toEqual({ roles: 2, profiles: 2, groups: 3, buckets: 1 });
  }
});

test("what AWS doesn't show yet is made once, and finished when it shows", async () => {
  const services = [ec2Service({ listingLag: 5_000 }), ...awsServices().filter((service) => service.name !== "ec2")];
  const world = cloud({ services });
  const failures: unknown[] = [];
  for (let run = 0; run < 6; run += 1) {
    await world.converge(fleet).catch((error: unknown) => failures.push(error));
    await world.sandbox.clock.advance(1_500);
  }
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures) expect(failure).toMatchObject({ class: "retry" });
  expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
  expect(await countsOf(world)).toEqual({ roles: 2, profiles: 2, groups: 3, buckets: 1 });
});

async function countsOf({ person }: ReturnType<typeof cloud>) {
  const roles = await person.iam.listRoles({ PathPrefix: "/fleetkeeper/" });
  const profiles = await person.iam.listInstanceProfiles({ PathPrefix: "/fleetkeeper/" });
  const groups = await person.ec2.describeSecurityGroups({
    Filters: [{ Name: "tag-key", Values: ["fleetkeeper:fleet"] }],
  });
  const buckets = await person.s3.listBuckets();
  return {
    roles: roles.Roles?.length,
    profiles: profiles.InstanceProfiles?.length,
    groups: groups.SecurityGroups?.length,
    buckets: buckets.Buckets?.length,
  };
}
