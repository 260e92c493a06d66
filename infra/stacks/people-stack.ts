import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Installation } from "../installation.ts";
import { type Documents, rolePolicies } from "../policies/role-policies.ts";
import { role, trustForFleet } from "./role.ts";

/**
 * The role by which people tear a fleet down or replace its host: named people, one fleet at a time. Users show a second factor.
 * A role's session can't: what AssumeRole gives carries none, and Identity Center tells of none either. So who lists a role asks
 * for one where that role is entered.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
 */
export class PeopleStack extends Stack {
  constructor(scope: Construct, id: string, installation: Installation, documents: Documents, props: StackProps) {
    super(scope, id, props);
    const secondFactor = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const { people } = installation.settings;
    const users = people.filter((arn) => arn.includes(":user/"));
    const roles = people.filter((arn) => !users.includes(arn));
    const trust = [
      ...(users.length === 0 ? [] : [trustForFleet(users, secondFactor)]),
      ...(roles.length === 0 ? [] : [trustForFleet(roles)]),
    ];
    role(this, installation, "teardown", trust, rolePolicies(installation, documents).teardown);
  }
}
