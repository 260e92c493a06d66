import { expect, test } from "vitest";
import type { Statement } from "../../../shared/resources/common/policy-document.ts";
import { diffProfile, type ProfileDesired, type ProfileState } from "../../../shared/resources/iam/profile.ts";
import { diffRole, headOf, type RoleDesired, type RoleState } from "../../../shared/resources/iam/role.ts";

const target = { kind: "iam", name: "role/host" };
const tags = { "fleetkeeper:fleet": "acme" };
const policy = (...statements: readonly Statement[]) => ({ Version: "2012-10-17", Statement: statements });
const read: Statement = { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] };
const trust = policy({ Effect: "Allow", Action: ["sts:AssumeRole"], Principal: { Service: ["ec2.amazonaws.com"] } });

const wanted: RoleDesired = {
  ...{ type: "role", name: "acme-host", path: "/fleetkeeper/acme/", trust, description: "The host" },
  ...{ maxSessionSeconds: 3600, policies: { host: policy(read) }, attachments: ["arn:a"], tags, adopt: false },
};
const { adopt: _, ...same } = wanted;
const found: RoleState = { ...same, arn: "arn:role", id: "AROA1" };
const diff = (fields: Partial<RoleState>, desired: Partial<RoleDesired> = {}, marked = true) =>
  diffRole(target, { ...found, ...fields }, { ...wanted, ...desired }, marked);
const changes = (...input: Parameters<typeof diff>) => diff(...input).flatMap((draft) => draft.changes);

test("a role as the file asks for it is left alone, whatever others tagged it with", () => {
  expect(diff({})).toEqual([]);
  expect(diff({ tags: { ...tags, theirs: "1" }, permissionsBoundary: "arn:b" })).toEqual([]);
});

test("a role that isn't there is made with all that it is to be", () => {
  expect(diffRole(target, undefined, { ...wanted, permissionsBoundary: "arn:b" }, false)).toEqual([
    {
      ...{ target, verb: "create", risk: "safe", ownership: "none", reason: "role acme-host doesn't exist" },
      changes: [
        { path: "path", to: "/fleetkeeper/acme/" },
        { path: "trust", to: trust },
        { path: "description", to: "The host" },
        { path: "maxSessionSeconds", to: 3600 },
        { path: "permissionsBoundary", to: "arn:b" },
        { path: "policy[host]", to: policy(read) },
        { path: "attachment[arn:a]", to: "arn:a" },
        { path: "tags[fleetkeeper:fleet]", to: "acme" },
      ],
    },
  ]);
});

test.each<readonly [string, Partial<RoleState>, readonly object[]]>([
  ["the trust", { trust: policy() }, [{ path: "trust.statement[allow sts:AssumeRole]", to: trust.Statement[0] }]],
  ["the description", { description: "x" }, [{ path: "description", from: "x", to: "The host" }]],
  ["the session", { maxSessionSeconds: 7200 }, [{ path: "maxSessionSeconds", from: 7200, to: 3600 }]],
  ["a policy too few", { policies: {} }, [{ path: "policy[host]", to: policy(read) }]],
  [
    "a policy too many",
    { policies: { host: policy(read), more: policy() } },
    [{ path: "policy[more]", from: policy() }],
  ],
  ["an attachment too few", { attachments: [] }, [{ path: "attachment[arn:a]", to: "arn:a" }]],
  ["an attachment too many", { attachments: ["arn:a", "arn:x"] }, [{ path: "attachment[arn:x]", from: "arn:x" }]],
  ["a tag", { tags: {} }, [{ path: "tags[fleetkeeper:fleet]", to: "acme" }]],
])("drift of %s is told by what it was and what it is to be", (_what, fields, expected) => {
  expect(changes(fields)).toEqual(expected);
});

test("a boundary is compared only where one is asked for", () => {
  const permissionsBoundary = "arn:b";
  expect(changes({}, { permissionsBoundary })).toEqual([{ path: "permissionsBoundary", to: "arn:b" }]);
  expect(changes({ permissionsBoundary: "arn:x" }, { permissionsBoundary })).toEqual([
    { path: "permissionsBoundary", from: "arn:x", to: "arn:b" },
  ]);
  expect(changes({ permissionsBoundary }, { permissionsBoundary })).toEqual([]);
});

test("a reason names first what the role has too much of, else each part that differs once", () => {
  expect(diff({ description: "x", attachments: ["arn:a", "arn:x"] })).toMatchObject([
    {
      ...{ verb: "update", risk: "safe", ownership: "ours" },
      reason: "role acme-host has attachment[arn:x], which the file doesn't give it",
    },
  ]);
  const edited = policy({ ...read, Action: ["s3:*"], Resource: ["arn:x"] });
  expect(diff({ policies: { host: edited }, description: "x" })[0]?.reason).toBe(
    "role acme-host differs in description, policy[host]",
  );
});

test.each([
  ["policy[a].statement[b].action", "policy[a]"],
  ["trust.version", "trust"],
  ["tags[fleetkeeper:fleet]", "tags[fleetkeeper:fleet]"],
  ["tags[]x", "tags[]"],
  ["[odd]", "[odd]"],
])("the head of %s is %s", (path, head) => {
  expect(headOf(path)).toBe(head);
});

test("a path can't be changed: a role with another one is replaced, by a person's word", () => {
  const [draft] = diff({ path: "/" });
  expect(draft).toMatchObject({ verb: "replace", risk: "destructive", ownership: "ours" });
  expect(draft?.reason).toBe("role acme-host has the path /, and a path can't be changed");
  expect(diff({ path: "/" }, {}, false)[0]?.ownership).toBe("foreign");
});

test("a role without our mark is adopted where the file says so, and foreign else", () => {
  const reason = "role acme-host exists and isn't marked as this fleet's";
  const draft = { target, verb: "adopt", changes: [], risk: "safe", reason };
  expect(diff({}, {}, false)).toEqual([{ ...draft, ownership: "foreign" }]);
  expect(diff({}, { adopt: true }, false)).toEqual([{ ...draft, ownership: "adopting" }]);
  expect(diff({ attachments: ["arn:a", "arn:x"] }, {}, false)[0]?.reason).toBe(reason);
});

const profileTarget = { kind: "iam", name: "profile/host" };
const profile: ProfileDesired = {
  ...{ type: "profile", name: "acme-host", path: "/fleetkeeper/acme/", role: "acme-host", roleResource: "role/host" },
  ...{ tags, adopt: false },
};
const foundProfile: ProfileState = {
  ...{
    type: "profile",
    name: "acme-host",
    path: "/fleetkeeper/acme/",
    arn: "arn:p",
    id: "AIPA1",
    roles: ["acme-host"],
  },
  tags,
};
const needs = [{ kind: "iam", name: "role/host" }];
const diffOfProfile = (fields: Partial<ProfileState>, desired: Partial<ProfileDesired> = {}, marked = true) =>
  diffProfile(profileTarget, { ...foundProfile, ...fields }, { ...profile, ...desired }, marked);

test("a profile is made once its role is there, with all that it is to be", () => {
  expect(diffProfile(profileTarget, undefined, profile, false)).toEqual([
    {
      ...{ target: profileTarget, verb: "create", risk: "safe", ownership: "none", needs },
      changes: [
        { path: "path", to: "/fleetkeeper/acme/" },
        { path: "role", to: "acme-host" },
        { path: "tags[fleetkeeper:fleet]", to: "acme" },
      ],
      reason: "instance profile acme-host doesn't exist",
    },
  ]);
  expect(diffOfProfile({})).toEqual([]);
});

test("a profile holds its one role and no other", () => {
  const of = (...roles: readonly string[]) => diffOfProfile({ roles });
  expect(of("x")).toEqual([
    {
      ...{ target: profileTarget, verb: "update", risk: "safe", ownership: "ours", needs },
      changes: [{ path: "role", from: "x", to: "acme-host" }],
      reason: "instance profile acme-host differs in role",
    },
  ]);
  expect(of()[0]?.changes).toEqual([{ path: "role", to: "acme-host" }]);
  expect(of("acme-host", "x")[0]?.changes).toEqual([{ path: "role", from: "acme-host", to: "acme-host" }]);
  expect(diffOfProfile({ roles: [], tags: {} })[0]?.reason).toBe(
    "instance profile acme-host differs in role, tags[fleetkeeper:fleet]",
  );
});

test("a profile with another path is replaced by a person's word; one without our mark is adopted or foreign", () => {
  expect(diffOfProfile({ path: "/" })).toEqual([
    {
      ...{ target: profileTarget, verb: "replace", risk: "destructive", ownership: "ours", needs },
      changes: [{ path: "path", from: "/", to: "/fleetkeeper/acme/" }],
      reason: "instance profile acme-host has the path /, and a path can't be changed",
    },
  ]);
  const draft = {
    ...{ target: profileTarget, verb: "adopt", changes: [], risk: "safe", needs },
    reason: "instance profile acme-host exists and isn't marked as this fleet's",
  };
  expect(diffOfProfile({}, {}, false)).toEqual([{ ...draft, ownership: "foreign" }]);
  expect(diffOfProfile({}, { adopt: true }, false)).toEqual([{ ...draft, ownership: "adopting" }]);
});
