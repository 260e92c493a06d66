import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import type { Grant } from "../policies/grant.ts";

/**
 * Explains to cdk-nag every wildcard of a policy by the reason of its statement: many of EC2's actions know no narrower
 * resource, or the thing doesn't exist before the call and is bounded by conditions on its tags.
 */
export function explainWildcards(policy: IConstruct, grants: readonly Grant[]): void {
  const reasons = new Map<string, string>();
  for (const { effect, actions, resources, why } of grants) {
    if (effect === "Deny") continue;
    const found = [
      ...actions.filter((action) => action.includes("*")).map((action) => `Action::${action}`),
      ...resources.filter((resource) => resource.includes("*")).map((resource) => `Resource::${shown(resource)}`),
    ];
    for (const finding of found) reasons.set(finding, [reasons.get(finding), why].filter(Boolean).join(" "));
  }
  for (const [finding, reason] of reasons) {
    Validations.of(policy).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[${finding}]`, reason });
  }
}

/** As cdk-nag writes variables of IAM. */
function shown(resource: string): string {
  return resource.replaceAll(/\$\{([^}]*)\}/g, "<$1>");
}
