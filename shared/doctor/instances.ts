import type { AccountReader } from "../aws/account.ts";
import type { Readers } from "../aws/ports.ts";
import { type Check, type Finding, ok, warning, wrong } from "./diagnosis.ts";
import type { Launch } from "./launches.ts";

/** Quotas of EC2 in vCPUs: running on-demand and requested spot instances of the standard families. */
const onDemandQuota = "L-1216C47A";
const spotQuota = "L-34B43A08";
const standard = /^[acdhimrtz]\d/;
/** Below this many vCPUs a host of four and a few machines don't fit. */
const fewVcpus = 16;

/** Whether what a file launches can be: its images, its types where they are wanted, and vCPUs for all of it. */
export function instanceChecks(
  launches: readonly Launch[],
  account: AccountReader,
  host: Readers["host"],
): readonly Check[] {
  return [
    ...launches.flatMap(({ what, ami, types, subnetIds }): Check[] => [
      ...(ami === undefined ? [] : [[`AMI of ${what}`, () => image(account, host, ami, types)] as const]),
      [`instance types of ${what}`, () => offered(account, types, subnetIds)],
    ]),
    [
      "on-demand quota",
      () =>
        quota(
          account,
          onDemandQuota,
          launches.filter(({ spot }) => !spot),
        ),
    ],
    [
      "spot quota",
      () =>
        quota(
          account,
          spotQuota,
          launches.filter(({ spot }) => spot),
        ),
    ],
  ];
}

async function image(
  account: AccountReader,
  host: Readers["host"],
  ami: NonNullable<Launch["ami"]>,
  types: readonly string[],
): Promise<Finding> {
  const id = "ssm" in ami ? await host.imageBehind(ami.ssm) : ami.id;
  const found = await account.image(id);
  if (found === undefined) return wrong(`this region has no ${id}, or you may not see it`, "Correct the AMI.");
  if (found.state !== "available") return wrong(`${id} is ${found.state}`, "Choose another AMI.");
  for (const type of types) {
    const { architectures = [] } = (await account.instanceType(type)) ?? {};
    if (architectures.length > 0 && !architectures.includes(found.architecture)) {
      return wrong(`${id} is for ${found.architecture}, and ${type} is ${architectures.join(", ")}`, "Change either.");
    }
  }
  return ok(`${id}, ${found.architecture}`);
}

async function offered(
  account: AccountReader,
  types: readonly string[],
  subnetIds: readonly string[],
): Promise<Finding> {
  const subnets = await Promise.all(subnetIds.map((id) => account.subnet(id)));
  const zones = [...new Set(subnets.flatMap((subnet) => subnet?.zone ?? []))].sort();
  const missing: string[] = [];
  for (const zone of zones) {
    const there = await account.typesOffered(zone, types);
    missing.push(...types.filter((type) => !there.includes(type)).map((type) => `${type} in ${zone}`));
  }
  return missing.length === 0
    ? ok(`${types.join(", ")} in ${zones.join(", ") || "no zone that is known"}`)
    : wrong(`EC2 doesn't offer ${missing.join(", ")}`, "Choose another type, or a subnet of another zone.");
}

async function quota(account: AccountReader, code: string, launches: readonly Launch[]): Promise<Finding> {
  const value = await account.quota(code);
  if (value === undefined) return { verdict: "unknown", message: `EC2 names no quota ${code}` };
  const wanted = await vcpus(account, launches);
  const hint = (most: number) =>
    `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} --desired-value ${most}`;
  if (value < wanted) return warning(`${value} vCPUs, and the file may want ${wanted} at once`, hint(wanted));
  if (value < fewVcpus && launches.length > 0) return warning(`${value} vCPUs are few`, hint(64));
  return ok(`${value} vCPUs, of which the file may want ${wanted}`);
}

/** Of all that may run at once, each of its largest type; what nothing bounds counts once. */
async function vcpus(account: AccountReader, launches: readonly Launch[]): Promise<number> {
  const each = launches.map(async ({ types, most = 1 }) => {
    const known = await Promise.all(
      types.filter((type) => standard.test(type)).map((type) => account.instanceType(type)),
    );
    return most * Math.max(0, ...known.map((type) => type?.vcpus ?? 0));
  });
  return (await Promise.all(each)).reduce((sum, one) => sum + one, 0);
}
