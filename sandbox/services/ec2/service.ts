import * as client from "@aws-sdk/client-ec2";
import { defineService, type Service, type StateKey } from "../../service.ts";
import { ec2Error } from "./errors.ts";
import { DescribeAvailabilityZones, DescribeRouteTables, DescribeSubnets, DescribeVpcs } from "./networks.ts";
import {
  DescribeSecurityGroupRules,
  ModifySecurityGroupRules,
  UpdateSecurityGroupRuleDescriptionsEgress,
  UpdateSecurityGroupRuleDescriptionsIngress,
} from "./security-group-rule-edits.ts";
import {
  AuthorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress,
  RevokeSecurityGroupEgress,
  RevokeSecurityGroupIngress,
} from "./security-group-rules.ts";
import { CreateSecurityGroup, DeleteSecurityGroup, DescribeSecurityGroups } from "./security-groups.ts";
import { DEFAULT_EC2_TIMING, type Ec2State, type Ec2Timing } from "./state.ts";
import { CreateTags, DeleteTags, DescribeTags } from "./tags.ts";
import { defaultWorld } from "./world.ts";

const operations = {
  AuthorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress,
  CreateSecurityGroup,
  CreateTags,
  DeleteSecurityGroup,
  DeleteTags,
  DescribeAvailabilityZones,
  DescribeRouteTables,
  DescribeSecurityGroupRules,
  DescribeSecurityGroups,
  DescribeSubnets,
  DescribeTags,
  DescribeVpcs,
  ModifySecurityGroupRules,
  RevokeSecurityGroupEgress,
  RevokeSecurityGroupIngress,
  UpdateSecurityGroupRuleDescriptionsEgress,
  UpdateSecurityGroupRuleDescriptionsIngress,
};

export function ec2StateKey(timing?: Partial<Ec2Timing>): StateKey<Ec2State> {
  return { name: "ec2", initial: () => defaultWorld({ ...DEFAULT_EC2_TIMING, ...timing }) };
}

/** EC2 with the network of {@link defaultWorld}. */
export function ec2Service(timing?: Partial<Ec2Timing>): Service {
  return defineService<typeof client>()({
    name: "ec2",
    protocol: "ec2Query",
    client,
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    state: ec2StateKey(timing),
    operations: honouringDryRun(operations),
    throttle: { code: "RequestLimitExceeded", status: 503 },
  });
}

/** A dry run answers with an error in either case; what it would have met beyond permissions isn't checked, as in EC2. */
function honouringDryRun<Functions extends Record<string, (input: never, context: never) => object>>(
  functions: Functions,
): Functions {
  const wrapped = Object.entries(functions).map(([name, run]) => [
    name,
    (input: never, context: never) => {
      if (asksForDryRun(input)) {
        throw ec2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
      }
      return run(input, context);
    },
  ]);
  return Object.fromEntries(wrapped) as Functions;
}

function asksForDryRun(input: object): boolean {
  return "DryRun" in input && input.DryRun === true;
}
