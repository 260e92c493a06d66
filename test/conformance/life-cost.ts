import type { EC2 } from "@aws-sdk/client-ec2";
import type { Fleet } from "../../shared/desired/fleet.ts";

/** US cents an hour of sizes of t3, on demand in dear regions, rounded up. @see https://aws.amazon.com/ec2/pricing/on-demand/ */
const t3 = new Map([
  ["micro", 2],
  ["small", 3],
  ["medium", 6],
  ["large", 12],
  ["xlarge", 24],
  ["2xlarge", 48],
]);
type RunnerFleet = NonNullable<Fleet["spec"]["runners"]>["fleets"][number];

/** Of volumes and addresses. */
const others = 5;

/** Of the one machine that is lost, a t3.micro. */
const machine = 2;

/** At most what an hour of such a fleet with all its machines costs; undefined where that isn't known. */
export function centsAnHour({ spec }: Fleet): number | undefined {
  const machines = (spec.runners?.fleets ?? []).map(centsOfRunners);
  const host = spec.host === undefined ? 0 : centsOf(spec.host.instanceType);
  const all = [host, spec.host === undefined ? 0 : others, machine, ...machines];
  return all.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0);
}

function centsOf(type = "t2.micro"): number | undefined {
  const [family, size = ""] = type.split(".");
  return family === "t3" ? t3.get(size) : undefined;
}

/** Of as many machines as there may be at once; no limit is no price. */
function centsOfRunners(fleet: RunnerFleet): number | undefined {
  const [most = 0, types] =
    fleet.executor === "docker+machine"
      ? [fleet.limit, [fleet.machine.instanceType]]
      : [fleet.autoscaler.maxInstances, fleet.pool?.instanceTypes ?? []];
  const prices = types.map(centsOf);
  const dearest = prices.includes(undefined) ? 0 : Math.max(0, ...prices.map((price) => price ?? 0));
  return most > 0 && dearest > 0 ? most * dearest : undefined;
}

/** A fleet without a host in the default VPC, all of which may be deleted. JSON is YAML. */
export async function smallestFleet(ec2: EC2, name: string, region: string): Promise<string> {
  const vpcs = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  const vpcId = vpcs.Vpcs?.[0]?.VpcId;
  if (vpcId === undefined) throw new Error(`${region} has no default VPC: give a file of your own by --file`);
  const { Subnets = [] } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] });
  const [subnet = ""] = Subnets.map(({ SubnetId }) => SubnetId ?? "");
  return JSON.stringify({
    apiVersion: "fleetkeeper.dev/v1",
    kind: "GitLabFleet",
    metadata: { name },
    spec: {
      mode: "Enforce",
      region,
      network: { vpcId, hostSubnetId: subnet, machineSubnetIds: [subnet], allowedCidrs: ["203.0.113.0/24"] },
      cache: { bucket: `${name}-cache`, deletionPolicy: "Delete" },
      garbageCollection: { mode: "collect" },
    },
  });
}
