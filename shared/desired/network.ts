import * as z from "zod/mini";
import { canonicalCidr, cidr, cidrContains, parseCidr } from "./cidr.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { field, section, withDefault } from "./field.ts";
import type { Finding } from "./problem.ts";
import { checkRepeated } from "./repeated.ts";
import { awsId } from "./values.ts";

export const networkSchema = section({
  vpcId: field(awsId("vpc"), {
    description: "The VPC that host and machines live in. It must exist; Fleetkeeper doesn't make or change it.",
    example: "vpc-0a1b2c3d4e5f60718",
  }),
  hostSubnetId: field(awsId("subnet"), {
    description: "The subnet of the GitLab host. Public where users reach it over the internet.",
    example: "subnet-0aaaaaaaaaaaaaaa1",
  }),
  machineSubnetIds: field(
    z
      .array(awsId("subnet"))
      .check(z.minLength(1, { error: "at least one subnet" }), z.maxLength(16, { error: "at most 16 subnets" })),
    {
      description: "Subnets of the runner machines; private ones with a way out (NAT or endpoints).",
      example: ["subnet-0bbbbbbbbbbbbbbb2", "subnet-0ccccccccccccccc3"],
    },
  ),
  allowedCidrs: field(z.array(cidr()).check(z.maxLength(50, { error: "at most 50 blocks" })), {
    description:
      "Who may reach GitLab over HTTP and HTTPS (and Git over SSH where it has a port). Empty: nobody but the machines.",
    unit: "IPv4 blocks in CIDR form",
    example: ["203.0.113.0/24"],
  }),
  adopt: field(withDefault(z.boolean(), false), {
    description:
      "Whether to take over security groups of the fleet's names that exist and aren't marked as this fleet's.",
    example: false,
  }),
});

export function checkNetwork(network: DeepReadonly<z.output<typeof networkSchema>>): Finding[] {
  const base = ["spec", "network"];
  const findings: Finding[] = [
    ...checkRepeated(network.machineSubnetIds, [...base, "machineSubnetIds"]),
    ...checkRepeated(network.allowedCidrs, [...base, "allowedCidrs"]),
  ];
  network.machineSubnetIds.forEach((subnet, index) => {
    if (subnet !== network.hostSubnetId) return;
    findings.push({
      severity: "warning",
      path: [...base, "machineSubnetIds", index],
      message: "machines in the host's subnet",
      hint: "Machines belong in private subnets of their own, with a way out.",
    });
  });
  const blocks = network.allowedCidrs.map((text) => ({ text, block: parseCidr(text) }));
  blocks.forEach(({ text, block }, index) => {
    const path = [...base, "allowedCidrs", index];
    if (block === undefined) return;
    if (block.bits === 0) {
      findings.push({
        severity: "warning",
        path,
        message: "GitLab will be open to the whole internet",
        hint: "Name the blocks of your offices and VPN instead, unless GitLab is meant to be public.",
      });
    }
    const outer = blocks.find(
      (other, place) =>
        place !== index && other.block !== undefined && other.text !== text && cidrContains(other.block, block),
    );
    if (outer !== undefined) {
      findings.push({ severity: "warning", path, message: `already within ${outer.text}`, got: canonicalCidr(block) });
    }
  });
  if (network.allowedCidrs.length === 0) {
    findings.push({
      severity: "warning",
      path: [...base, "allowedCidrs"],
      message: "nobody but the machines will reach GitLab",
    });
  }
  return findings;
}
