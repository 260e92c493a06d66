import * as client from "@aws-sdk/client-ec2";
import { defineService, type Service, type StateKey } from "../../service.ts";
import {
  AllocateAddress,
  AssociateAddress,
  DescribeAddresses,
  DisassociateAddress,
  ReleaseAddress,
} from "./addresses.ts";
import type { Ec2Context } from "./context.ts";
import { type Disks, follow } from "./disks.ts";
import { ec2Error } from "./errors.ts";
import { DeregisterImage, DescribeImages } from "./images.ts";
import * as instanceAttributes from "./instance-attributes.ts";
import * as instanceLifecycle from "./instance-lifecycle.ts";
import { DescribeInstanceTypeOfferings, DescribeInstanceTypes } from "./instance-types.ts";
import * as instances from "./instances.ts";
import { CreateKeyPair, DeleteKeyPair, DescribeKeyPairs, ImportKeyPair } from "./key-pairs.ts";
import * as launchTemplateVersions from "./launch-template-versions.ts";
import * as launchTemplates from "./launch-templates.ts";
import {
  CreateNetworkInterface,
  DeleteNetworkInterface,
  DescribeNetworkInterfaces,
  ModifyNetworkInterfaceAttribute,
} from "./network-interfaces.ts";
import * as networks from "./networks.ts";
import * as profileAssociations from "./profile-associations.ts";
import * as routes from "./routes.ts";
import { RunInstances } from "./run-instances.ts";
import * as securityGroupRuleEdits from "./security-group-rule-edits.ts";
import * as securityGroupRules from "./security-group-rules.ts";
import { CreateSecurityGroup, DeleteSecurityGroup, DescribeSecurityGroups } from "./security-groups.ts";
import { settle } from "./settle.ts";
import { CreateSnapshot, DeleteSnapshot, DescribeSnapshots } from "./snapshots.ts";
import { DescribeSpotPriceHistory } from "./spot-market.ts";
import * as spotRequests from "./spot-requests.ts";
import { DEFAULT_EC2_TIMING, type Ec2State, type Ec2Timing } from "./state.ts";
import { CreateTags, DeleteTags, DescribeTags } from "./tags.ts";
import * as volumeAttachments from "./volume-attachments.ts";
import * as volumeModifications from "./volume-modifications.ts";
import { CreateVolume, DeleteVolume, DescribeVolumes } from "./volumes.ts";
import * as vpcEndpoints from "./vpc-endpoints.ts";
import { defaultWorld } from "./world.ts";

const operations = {
  ...instanceAttributes,
  ...instanceLifecycle,
  ...instances,
  ...launchTemplateVersions,
  ...launchTemplates,
  ...networks,
  ...profileAssociations,
  ...routes,
  ...securityGroupRuleEdits,
  ...securityGroupRules,
  ...spotRequests,
  ...volumeAttachments,
  ...volumeModifications,
  ...vpcEndpoints,
  AllocateAddress,
  AssociateAddress,
  CreateKeyPair,
  CreateNetworkInterface,
  CreateSecurityGroup,
  CreateSnapshot,
  CreateTags,
  CreateVolume,
  DeleteKeyPair,
  DeleteNetworkInterface,
  DeleteSecurityGroup,
  DeleteSnapshot,
  DeleteTags,
  DeleteVolume,
  DeregisterImage,
  DescribeAddresses,
  DescribeImages,
  DescribeInstanceTypeOfferings,
  DescribeInstanceTypes,
  DescribeKeyPairs,
  DescribeNetworkInterfaces,
  DescribeSecurityGroups,
  DescribeSnapshots,
  DescribeSpotPriceHistory,
  DescribeTags,
  DescribeVolumes,
  DisassociateAddress,
  ImportKeyPair,
  ModifyNetworkInterfaceAttribute,
  ReleaseAddress,
  RunInstances,
};

export function ec2StateKey(timing?: Partial<Ec2Timing>): StateKey<Ec2State> {
  return { name: "ec2", initial: () => defaultWorld({ ...DEFAULT_EC2_TIMING, ...timing }) };
}

/**
 * EC2 with the network of {@link defaultWorld}.
 * @param also what other services have done to it by then, before each operation
 * @param disks what keeps the volumes' content; without it they hold nothing
 */
export function ec2Service(timing?: Partial<Ec2Timing>, also?: (context: Ec2Context) => void, disks?: Disks): Service {
  return defineService<typeof client>()({
    name: "ec2",
    protocol: "ec2Query",
    client,
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    state: ec2StateKey(timing),
    operations: prepared(operations, also, disks),
    throttle: { code: "RequestLimitExceeded", status: 503 },
  });
}

/**
 * Before each operation: what is due happens, and a dry run ends. It answers with an error in either case; beyond
 * permissions nothing is checked, as in EC2.
 */
function prepared<Functions extends Record<string, (input: never, context: Ec2Context) => object>>(
  functions: Functions,
  also: ((context: Ec2Context) => void) | undefined,
  disks: Disks | undefined,
): Functions {
  const wrapped = Object.entries(functions).map(([name, run]) => [
    name,
    (input: never, context: Ec2Context) => {
      settle(context);
      also?.(context);
      if (asksForDryRun(input)) {
        throw ec2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
      }
      const answer = run(input, context);
      if (disks !== undefined) follow(name, answer, disks);
      return answer;
    },
  ]);
  return Object.fromEntries(wrapped) as Functions;
}

function asksForDryRun(input: object): boolean {
  return "DryRun" in input && input.DryRun === true;
}
