import * as client from "@aws-sdk/client-auto-scaling";
import { defineService, type Service } from "../../service.ts";
import { DescribeScalingActivities } from "./activities.ts";
import * as capacity from "./capacity.ts";
import type { AutoScalingContext } from "./context.ts";
import { CreateOrUpdateTags, DeleteTags, DescribeTags } from "./group-tags.ts";
import * as groups from "./groups.ts";
import * as members from "./members.ts";
import * as processes from "./processes.ts";
import { settleGroups } from "./settle.ts";
import { type AutoScalingTiming, autoScalingStateKey } from "./state.ts";

const operations = {
  ...capacity,
  ...groups,
  ...members,
  ...processes,
  CreateOrUpdateTags,
  DeleteTags,
  DescribeScalingActivities,
  DescribeTags,
};

/**
 * Auto Scaling groups of launch templates, which launch and end instances of the same sandbox's EC2.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html
 */
export function autoScalingService(timing?: Partial<AutoScalingTiming>): Service {
  return defineService<typeof client>()({
    name: "autoscaling",
    protocol: "awsQuery",
    client,
    xmlNamespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    state: autoScalingStateKey(timing),
    operations: settled(operations),
    throttle: { code: "Throttling", status: 400 },
  });
}

/** Before each operation, what is due happens. */
function settled<Functions extends Record<string, (input: never, context: AutoScalingContext) => object>>(
  functions: Functions,
): Functions {
  const wrapped = Object.entries(functions).map(([name, run]) => [
    name,
    (input: never, context: AutoScalingContext) => {
      settleGroups(context);
      return run(input, context);
    },
  ]);
  return Object.fromEntries(wrapped) as Functions;
}
