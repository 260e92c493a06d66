import type { Installation } from "../installation.ts";
import { asFleet, type Grant, sessionFleet } from "./grant.ts";

export function iamReads({ iam }: Installation): readonly Grant[] {
  return [
    {
      sid: "ReadRoles",
      why: "Whether a role or profile of the wanted name exists, whose it is and what it may. Of any path: a name that is taken elsewhere must be seen, and IAM refuses to say that something is absent to whom it doesn't let look.",
      actions: [
        "iam:GetInstanceProfile",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
      ],
      resources: [iam("role/*"), iam("instance-profile/*")],
    },
    {
      sid: "ListRoles",
      why: "What is left below the fleet's path. These actions know no narrower resource.",
      actions: ["iam:ListInstanceProfiles", "iam:ListRoles"],
      resources: ["*"],
    },
  ];
}

export function iamWrites({ iam, boundary }: Installation): readonly Grant[] {
  const roles = iam(`role/fleetkeeper/${sessionFleet}/*`);
  const profiles = iam(`instance-profile/fleetkeeper/${sessionFleet}/*`);
  const bounded = { "iam:PermissionsBoundary": iam(`policy/${boundary}`) };
  return [
    {
      sid: "CreateRoles",
      why: "Roles of host and machines: below the fleet's path, with its mark, inside the permissions boundary.",
      actions: ["iam:CreateRole"],
      resources: [roles],
      conditions: { StringEquals: { ...asFleet, ...bounded } },
    },
    {
      sid: "ChangeBoundedRoles",
      why: "Policies of these roles, as long as the boundary is on them: nothing they are given reaches beyond it.",
      actions: ["iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
      resources: [roles],
      conditions: { StringEquals: bounded },
    },
    {
      sid: "ChangeRoles",
      why: "Trust, description, session length, and the deletion of what left the file, once a person approved it.",
      actions: ["iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"],
      resources: [roles],
    },
    {
      sid: "TagRoles",
      why: "The mark is put back where it was taken off, and never another fleet's.",
      actions: ["iam:TagRole"],
      resources: [roles],
      conditions: { StringEqualsIfExists: asFleet },
    },
    {
      sid: "CreateProfiles",
      why: "Instance profiles, with the mark.",
      actions: ["iam:CreateInstanceProfile"],
      resources: [profiles],
      conditions: { StringEquals: asFleet },
    },
    {
      sid: "TagProfiles",
      why: "The mark is put back where it was taken off, and never another fleet's.",
      actions: ["iam:TagInstanceProfile"],
      resources: [profiles],
      conditions: { StringEqualsIfExists: asFleet },
    },
    {
      sid: "ChangeProfiles",
      why: "The role in a profile, and profiles that left the file.",
      actions: ["iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"],
      resources: [profiles],
    },
    {
      sid: "PassRolesToInstances",
      why: "A profile is given its role, and an instance its profile; to EC2 alone, and only the fleet's own.",
      actions: ["iam:PassRole"],
      resources: [roles],
      conditions: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
  ];
}
