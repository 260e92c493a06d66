import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Installation } from "../installation.ts";
import { type Documents, rolePolicies } from "../policies/role-policies.ts";
import { role, trustForFleet } from "./role.ts";

/** The role by which people tear a fleet down or replace its host: named people, with a second factor, one fleet at a time. */
export class PeopleStack extends Stack {
  constructor(scope: Construct, id: string, installation: Installation, documents: Documents, props: StackProps) {
    super(scope, id, props);
    const secondFactor = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const trust = trustForFleet(installation.settings.people, secondFactor);
    role(this, installation, "teardown", [trust], rolePolicies(installation, documents).teardown);
  }
}
