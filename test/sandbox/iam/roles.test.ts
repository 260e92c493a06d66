import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { awsError, sdkWorld } from "../sdk-world.ts";

const AssumeRolePolicyDocument = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const allow = (...Action: string[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const SSM_CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";

const create = (RoleName: string, more: object = {}) =>
  new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Path: "/fleetkeeper/acme/", ...more });

describe("roles", () => {
  it("come back with everything that was given, the trust policy encoded", async () => {
    const { iam } = sdkWorld();
    await iam.send(
      create("host", { Description: "the host", MaxSessionDuration: 7200, Tags: [{ Key: "fleet", Value: "acme" }] }),
    );
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "host" }));
    expect(Role).toMatchObject({
      Arn: "arn:aws:iam::123456789012:role/fleetkeeper/acme/host",
      Description: "the host",
      MaxSessionDuration: 7200,
      Tags: [{ Key: "fleet", Value: "acme" }],
    });
    expect(Role?.AssumeRolePolicyDocument).toMatch(/^%7B%22/);
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toBe(AssumeRolePolicyDocument);
    expect(Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
  });

  it("that exist already, in whatever case, and ones that don't exist are AWS's errors", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    await expect(iam.send(create("HOST"))).rejects.toEqual(awsError("EntityAlreadyExistsException"));
    await expect(iam.send(new GetRoleCommand({ RoleName: "none" }))).rejects.toEqual(awsError("NoSuchEntityException"));
    await expect(iam.send(create("bad name"))).rejects.toEqual(awsError("ValidationError"));
    await expect(iam.send(create("dash", { Description: "a \u2014 b" }))).rejects.toEqual(awsError("ValidationError"));
  });

  it("are listed by path, in pages, without their tags", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("elsewhere", { Path: "/" }));
    for (let index = 0; index < 7; index += 1)
      await iam.send(create(`role-${index}`, { Tags: [{ Key: "a", Value: "b" }] }));
    const names: (string | undefined)[] = [];
    for await (const page of paginateListRoles({ client: iam, pageSize: 3 }, { PathPrefix: "/fleetkeeper/" })) {
      expect(page.Roles?.length).toBeLessThanOrEqual(3);
      names.push(...(page.Roles ?? []).map((role) => role.RoleName));
      expect(page.Roles?.every((role) => role.Tags === undefined)).toBe(true);
    }
    expect(names).toEqual(["role-0", "role-1", "role-2", "role-3", "role-4", "role-5", "role-6"]);
    const first = await iam.send(new ListRolesCommand({ MaxItems: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
  });

  it("change by update, leaving alone what the call doesn't name", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host", { Description: "old" }));
    await iam.send(new UpdateRoleCommand({ RoleName: "host", MaxSessionDuration: 43_200 }));
    await iam.send(new TagRoleCommand({ RoleName: "host", Tags: [{ Key: "A", Value: "1" }] }));
    await iam.send(new TagRoleCommand({ RoleName: "host", Tags: [{ Key: "a", Value: "2" }] }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "host" }));
    expect(Role).toMatchObject({ Description: "old", MaxSessionDuration: 43_200, Tags: [{ Key: "a", Value: "2" }] });
  });

  it("take a permissions boundary that exists, and lose it once", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    const bound = (PermissionsBoundary: string) =>
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: "host", PermissionsBoundary }));
    await expect(bound("arn:aws:iam::123456789012:policy/none")).rejects.toEqual(awsError("NoSuchEntityException"));
    await bound("arn:aws:iam::aws:policy/PowerUserAccess");
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "host" }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe("arn:aws:iam::aws:policy/PowerUserAccess");
    const unbound = () => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: "host" }));
    await unbound();
    await expect(unbound()).rejects.toEqual(awsError("NoSuchEntityException"));
  });

  it("can't be deleted while policies or profiles hang on them", async () => {
    const { iam } = sdkWorld();
    const RoleName = "host";
    const InstanceProfileName = "host";
    await iam.send(create(RoleName));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: allow("s3:GetObject") }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: SSM_CORE }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));
    await expect(remove()).rejects.toEqual(awsError("DeleteConflictException"));
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    await expect(remove()).rejects.toEqual(awsError("DeleteConflictException"));
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: SSM_CORE }));
    await expect(remove()).rejects.toEqual(awsError("DeleteConflictException"));
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "p" }));
    await remove();
  });
});

describe("policy documents", () => {
  it.each([
    ["isn't JSON", "{"],
    ["has no statement", JSON.stringify({ Version: "2012-10-17", Statement: [] })],
    ["has an unknown element", JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Acton: "*" }] })],
    ["names a principal", AssumeRolePolicyDocument],
    ["has an action without a service", allow("GetObject")],
    [
      "has a resource that is no ARN",
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "bucket" }] }),
    ],
    [
      "has a condition operator that doesn't exist",
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*", Condition: { Equals: { "aws:a": "b" } } }],
      }),
    ],
  ])("are refused when one %s", async (_what, PolicyDocument) => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    const put = iam.send(new PutRolePolicyCommand({ RoleName: "host", PolicyName: "p", PolicyDocument }));
    await expect(put).rejects.toEqual(awsError("MalformedPolicyDocumentException"));
  });

  it("come back byte for byte once decoded", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    const PolicyDocument = `${allow("s3:GetObject")}\n`.replace("{", "{\n  ");
    await iam.send(new PutRolePolicyCommand({ RoleName: "host", PolicyName: "p", PolicyDocument }));
    const read = await iam.send(new GetRolePolicyCommand({ RoleName: "host", PolicyName: "p" }));
    expect(read.PolicyDocument).not.toMatch(/[!'()*{}"\s]/);
    expect(decodeURIComponent(read.PolicyDocument ?? "")).toBe(PolicyDocument);
  });

  it("of trust can't name resources, foreign actions or roles that don't exist", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    const trust = (statement: object) =>
      iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: "host",
          PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } }),
        }),
      );
    const malformed = awsError("MalformedPolicyDocumentException");
    const Principal = { AWS: "arn:aws:iam::123456789012:root" };
    await expect(trust({ Principal, Action: "sts:AssumeRole", Resource: "*" })).rejects.toEqual(malformed);
    await expect(trust({ Principal, Action: "s3:GetObject" })).rejects.toEqual(malformed);
    await expect(trust({ Action: "sts:AssumeRole" })).rejects.toEqual(malformed);
    const ghost = { AWS: "arn:aws:iam::123456789012:role/ghost" };
    await expect(trust({ Principal: ghost, Action: "sts:AssumeRole" })).rejects.toEqual(malformed);
    await trust({ Principal, Action: "sts:AssumeRole" });
  });

  it("share one size quota a role", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    const big = allow(...Array.from({ length: 300 }, (_, index) => `s3:Get${"x".repeat(10)}${index}`));
    const put = (PolicyName: string) =>
      iam.send(new PutRolePolicyCommand({ RoleName: "host", PolicyName, PolicyDocument: big }));
    await put("one");
    await expect(put("two")).rejects.toEqual(awsError("LimitExceededException"));
  });
});

describe("instance profiles", () => {
  it("hold one role and show it", async () => {
    const { iam } = sdkWorld();
    await iam.send(create("host"));
    await iam.send(create("other"));
    const InstanceProfileName = "host-profile";
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: "a", Value: "b" }] }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: "host" }));
    const second = iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: "other" }));
    await expect(second).rejects.toEqual(awsError("LimitExceededException"));
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    expect(InstanceProfile).toMatchObject({ Tags: [{ Key: "a", Value: "b" }], Roles: [{ RoleName: "host" }] });
    const of = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: "host" }));
    expect(of.InstanceProfiles?.map((profile) => profile.InstanceProfileName)).toEqual([InstanceProfileName]);
    const gone = iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    await expect(gone).rejects.toEqual(awsError("DeleteConflictException"));
  });
});

describe("managed policies", () => {
  it("must exist to be attached, and be detached to be deleted", async () => {
    const { iam } = sdkWorld();
    const RoleName = "host";
    await iam.send(create(RoleName));
    const PolicyArn = "arn:aws:iam::123456789012:policy/mine";
    const attach = () => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await expect(attach()).rejects.toEqual(awsError("NoSuchEntityException"));
    await iam.send(new CreatePolicyCommand({ PolicyName: "mine", PolicyDocument: allow("s3:*") }));
    await attach();
    await attach();
    const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
    await expect(remove()).rejects.toEqual(awsError("DeleteConflictException"));
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await remove();
  });
});
