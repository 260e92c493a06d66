import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const document = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "s3:GetObject", Resource: "*" }],
});
const managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
const Tags = [{ Key: "k", Value: "v" }];

type Look = (clients: Clients, name: string) => Promise<string>;

/** With a role of that name, and a profile of that name that is empty. */
function withRole(look: Look): (clients: Clients) => Promise<string> {
  return async (clients) => {
    const { iam, place } = clients;
    const RoleName = `${place.prefix}-role`;
    const InstanceProfileName = RoleName;
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust, Path: "/conformance/", Tags });
    await iam.createInstanceProfile({ InstanceProfileName });
    return await during(
      () => look(clients, RoleName),
      () => iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName }),
      () => iam.deleteInstanceProfile({ InstanceProfileName }),
      () => iam.deleteRolePolicy({ RoleName, PolicyName: "p" }),
      () => iam.detachRolePolicy({ RoleName, PolicyArn: managed }),
      () => iam.deleteRole({ RoleName }),
    );
  };
}

function behaviour(name: string, aws: string, page: string, look: Behaviour["look"]): Behaviour {
  return { name: `iam: ${name}`, aws, source: `${api}${page}.html`, look };
}

export const iamBehaviours: readonly Behaviour[] = [
  behaviour("a role that isn't there", "NoSuchEntityException", "GetRole", ({ iam, place }) =>
    codeOf(() => iam.getRole({ RoleName: `${place.prefix}-none` })),
  ),
  behaviour(
    "a role of a name that is taken",
    "EntityAlreadyExistsException",
    "CreateRole",
    withRole(({ iam }, RoleName) => codeOf(() => iam.createRole({ RoleName, AssumeRolePolicyDocument: trust }))),
  ),
  behaviour(
    "a role of a name that differs in case alone",
    "EntityAlreadyExistsException",
    "CreateRole",
    withRole(({ iam }, name) =>
      codeOf(() => iam.createRole({ RoleName: name.toUpperCase(), AssumeRolePolicyDocument: trust })),
    ),
  ),
  behaviour("a trust policy that isn't JSON", "MalformedPolicyDocumentException", "CreateRole", ({ iam, place }) =>
    during(
      () => codeOf(() => iam.createRole({ RoleName: `${place.prefix}-bad`, AssumeRolePolicyDocument: "{" })),
      () => iam.deleteRole({ RoleName: `${place.prefix}-bad` }),
    ),
  ),
  behaviour("a trust policy with a resource", "MalformedPolicyDocumentException", "CreateRole", ({ iam, place }) =>
    during(
      () => codeOf(() => iam.createRole({ RoleName: `${place.prefix}-bad`, AssumeRolePolicyDocument: document })),
      () => iam.deleteRole({ RoleName: `${place.prefix}-bad` }),
    ),
  ),
  behaviour(
    "a role's path, longest session and tags after its creation",
    "/conformance/ 3600 k=v",
    "CreateRole",
    withRole(async ({ iam }, RoleName) => {
      const { Role } = await iam.getRole({ RoleName });
      return `${Role?.Path} ${Role?.MaxSessionDuration} ${Role?.Tags?.map(({ Key, Value }) => `${Key}=${Value}`)}`;
    }),
  ),
  behaviour(
    "policy documents are answered percent-encoded",
    "%7B",
    "GetRole",
    withRole(async ({ iam }, RoleName) => {
      const { Role } = await iam.getRole({ RoleName });
      return Role?.AssumeRolePolicyDocument?.slice(0, 3) ?? "nothing";
    }),
  ),
  behaviour(
    "an inline policy that isn't there",
    "NoSuchEntityException",
    "GetRolePolicy",
    withRole(({ iam }, RoleName) => codeOf(() => iam.getRolePolicy({ RoleName, PolicyName: "p" }))),
  ),
  behaviour(
    "an inline policy put twice is one",
    "1",
    "PutRolePolicy",
    withRole(async ({ iam }, RoleName) => {
      for (let times = 0; times < 2; times += 1) {
        await iam.putRolePolicy({ RoleName, PolicyName: "p", PolicyDocument: document });
      }
      return String((await iam.listRolePolicies({ RoleName })).PolicyNames?.length);
    }),
  ),
  behaviour(
    "an inline policy with a principal",
    "MalformedPolicyDocumentException",
    "PutRolePolicy",
    withRole(({ iam }, RoleName) =>
      codeOf(() => iam.putRolePolicy({ RoleName, PolicyName: "p", PolicyDocument: trust })),
    ),
  ),
  behaviour(
    "a managed policy attached twice is attached once",
    "1",
    "AttachRolePolicy",
    withRole(async ({ iam }, RoleName) => {
      for (let times = 0; times < 2; times += 1) await iam.attachRolePolicy({ RoleName, PolicyArn: managed });
      return String((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies?.length);
    }),
  ),
  behaviour(
    "a managed policy that isn't there",
    "NoSuchEntityException",
    "AttachRolePolicy",
    withRole(({ iam }, RoleName) =>
      codeOf(() => iam.attachRolePolicy({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/NoSuchPolicyAtAll" })),
    ),
  ),
  behaviour(
    "detaching what isn't attached",
    "NoSuchEntityException",
    "DetachRolePolicy",
    withRole(({ iam }, RoleName) => codeOf(() => iam.detachRolePolicy({ RoleName, PolicyArn: managed }))),
  ),
  behaviour(
    "deleting a role with an inline policy",
    "DeleteConflictException",
    "DeleteRole",
    withRole(async ({ iam }, RoleName) => {
      await iam.putRolePolicy({ RoleName, PolicyName: "p", PolicyDocument: document });
      return await codeOf(() => iam.deleteRole({ RoleName }));
    }),
  ),
  behaviour(
    "deleting a role with a managed policy",
    "DeleteConflictException",
    "DeleteRole",
    withRole(async ({ iam }, RoleName) => {
      await iam.attachRolePolicy({ RoleName, PolicyArn: managed });
      return await codeOf(() => iam.deleteRole({ RoleName }));
    }),
  ),
  behaviour(
    "deleting a role that is in a profile",
    "DeleteConflictException",
    "DeleteRole",
    withRole(async ({ iam }, name) => {
      await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
      return await codeOf(() => iam.deleteRole({ RoleName: name }));
    }),
  ),
  behaviour(
    "deleting a profile that holds a role",
    "DeleteConflictException",
    "DeleteInstanceProfile",
    withRole(async ({ iam }, name) => {
      await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
      return await codeOf(() => iam.deleteInstanceProfile({ InstanceProfileName: name }));
    }),
  ),
  behaviour(
    "a second role in a profile",
    "LimitExceededException",
    "AddRoleToInstanceProfile",
    withRole(async ({ iam }, name) => {
      await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
      return await codeOf(() => iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name }));
    }),
  ),
  behaviour(
    "a profile of a name that is taken",
    "EntityAlreadyExistsException",
    "CreateInstanceProfile",
    withRole(({ iam }, name) => codeOf(() => iam.createInstanceProfile({ InstanceProfileName: name }))),
  ),
  behaviour("a profile that isn't there", "NoSuchEntityException", "GetInstanceProfile", ({ iam, place }) =>
    codeOf(() => iam.getInstanceProfile({ InstanceProfileName: `${place.prefix}-none` })),
  ),
  behaviour(
    "taking a role out of a profile that doesn't hold it",
    "NoSuchEntityException",
    "RemoveRoleFromInstanceProfile",
    withRole(({ iam }, name) =>
      codeOf(() => iam.removeRoleFromInstanceProfile({ InstanceProfileName: name, RoleName: name })),
    ),
  ),
  behaviour(
    "an update without a duration makes it an hour again",
    "3600",
    "UpdateRole",
    withRole(async ({ iam }, RoleName) => {
      await iam.updateRole({ RoleName, MaxSessionDuration: 7200 });
      await iam.updateRole({ RoleName, Description: "x" });
      return String((await iam.getRole({ RoleName })).Role?.MaxSessionDuration);
    }),
  ),
  behaviour(
    "untagging a key that isn't there",
    "ok",
    "UntagRole",
    withRole(({ iam }, RoleName) => codeOf(() => iam.untagRole({ RoleName, TagKeys: ["none"] }))),
  ),
  behaviour(
    "listing roles below a path",
    "1",
    "ListRoles",
    withRole(async ({ iam }, name) => {
      const { Roles = [] } = await iam.listRoles({ PathPrefix: "/conformance/" });
      return String(Roles.filter(({ RoleName }) => RoleName === name).length);
    }),
  ),
  behaviour(
    "profiles of a role are found by it",
    "1",
    "ListInstanceProfilesForRole",
    withRole(async ({ iam }, name) => {
      await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
      return String((await iam.listInstanceProfilesForRole({ RoleName: name })).InstanceProfiles?.length);
    }),
  ),
  behaviour(
    "inline policies go by pages",
    "p,q",
    "ListRolePolicies",
    withRole(({ iam }, RoleName) =>
      during(
        async () => {
          for (const PolicyName of ["p", "q"])
            await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: document });
          const found: string[] = [];
          let Marker: string | undefined;
          do {
            const page = await iam.listRolePolicies({ RoleName, MaxItems: 1, ...(Marker && { Marker }) });
            found.push(...(page.PolicyNames ?? []));
            Marker = page.IsTruncated ? page.Marker : undefined;
          } while (Marker !== undefined);
          return found.sort().join();
        },
        () => iam.deleteRolePolicy({ RoleName, PolicyName: "q" }),
      ),
    ),
  ),
  behaviour(
    "a session of more than twelve hours",
    "ValidationError",
    "UpdateRole",
    withRole(({ iam }, RoleName) => codeOf(() => iam.updateRole({ RoleName, MaxSessionDuration: 43_201 }))),
  ),
  behaviour(
    "two tags of one key, whatever their case",
    "InvalidInputException",
    "TagRole",
    withRole(({ iam }, RoleName) => {
      const twice = [
        { Key: "one", Value: "1" },
        { Key: "One", Value: "2" },
      ];
      return codeOf(() => iam.tagRole({ RoleName, Tags: twice }));
    }),
  ),
  behaviour("deleting a role that isn't there", "NoSuchEntityException", "DeleteRole", ({ iam, place }) =>
    codeOf(() => iam.deleteRole({ RoleName: `${place.prefix}-none` })),
  ),
];
