import { CfnManagedPolicy, CfnRole } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Installation, RoleName } from "../installation.ts";
import { type Grant, policyOf } from "../policies/grant.ts";
import type { RolePolicies } from "../policies/role-policies.ts";
import { explainWildcards } from "./wildcards.ts";

/** Who may become a role, as a trust policy's statements. */
export interface Trust {
  readonly [member: string]: unknown;
}

/** A role with its policies, word for word as they were written: nothing is merged or added. */
export function role(
  scope: Construct,
  { roles }: Installation,
  name: RoleName,
  trust: readonly Trust[],
  policies: RolePolicies,
): CfnRole {
  const managed = Object.entries(policies).map(([area, grants]) =>
    managedPolicy(scope, `${title(name)}${title(area)}`, {
      name: `${roles[name]}-${area}`,
      description: `What ${roles[name]} may do: ${area}.`,
      grants,
    }),
  );
  return new CfnRole(scope, `${title(name)}Role`, {
    roleName: roles[name],
    assumeRolePolicyDocument: { Version: "2012-10-17", Statement: trust },
    managedPolicyArns: managed.map(({ ref }) => ref),
    maxSessionDuration: 3600,
  });
}

export function managedPolicy(
  scope: Construct,
  id: string,
  {
    name,
    description,
    grants,
  }: { readonly name: string; readonly description: string; readonly grants: readonly Grant[] },
): CfnManagedPolicy {
  const policyDocument = policyOf(grants);
  const policy = new CfnManagedPolicy(scope, id, { managedPolicyName: name, description, policyDocument });
  explainWildcards(policy, grants);
  return policy;
}

export function trustService(service: string, conditions: Trust = {}): Trust {
  return { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...conditions };
}

/** Somebody may become the worker of one fleet: with exactly the session tag `fleet`, and it isn't empty. */
export function trustForFleet(principals: readonly string[], more: Readonly<Record<string, object>> = {}): Trust {
  return {
    Effect: "Allow",
    Principal: { AWS: principals },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringLike: { "aws:RequestTag/fleet": "?*" },
      "ForAllValues:StringEquals": { "aws:TagKeys": ["fleet"] },
      ...more,
    },
  };
}

function title(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
