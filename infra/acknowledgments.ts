import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Findings of cdk-nag that are meant to be so, each with its reason. Everything else fails the synthesis. */
const acknowledged: Readonly<Record<string, readonly { readonly id: string; readonly reason: string }[]>> = {
  State: [
    {
      id: "AwsSolutions-S1",
      reason:
        "Versions keep every state that ever was, and CloudTrail's data events can be switched on where the account wants them; an access-log bucket would double what has to be kept.",
    },
    { id: "AwsSolutions-SQS3", reason: "It is the dead-letter queue itself." },
  ],
};

/** Applies what is acknowledged to the stacks it is about. */
export function acknowledge(stacks: Readonly<Record<string, IConstruct>>): void {
  for (const [name, rules] of Object.entries(acknowledged)) {
    const stack = stacks[name];
    if (stack !== undefined) Validations.of(stack).acknowledge(...rules);
  }
}
