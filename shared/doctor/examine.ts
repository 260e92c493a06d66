import type { AccountReader, EndpointFacts, SubnetFacts } from "../aws/account.ts";
import type { Readers } from "../aws/ports.ts";
import type { TopicReader } from "../aws/topic-reader.ts";
import type { Fleet } from "../desired/fleet.ts";
import { failureWhile } from "../engine/failure.ts";
import { type Check, type Diagnosis, type Finding, ok, warning, wrong } from "./diagnosis.ts";
import { instanceChecks } from "./instances.ts";
import { type Launch, launchesOf } from "./launches.ts";
import { nameChecks } from "./names.ts";
import { topicChecks } from "./topics.ts";

/** Key pairs a region that an account may have, unless it asked for more. EC2 User Guide, "Amazon EC2 service quotas". */
const mostKeyPairs = 5000;

/** What the SSM agent and the host need where nothing leads to the internet. */
const endpointServices = ["ssm", "ssmmessages", "ec2messages", "s3"];

/** What would go wrong for a fleet before anything is made: each check by itself, none stops the others. Only reads. */
export async function examine(
  fleet: Fleet,
  account: AccountReader,
  readers: Pick<Readers, "bucket" | "host" | "iam" | "network">,
  identify: () => Promise<{ readonly accountId: string; readonly arn: string }>,
  topics: TopicReader,
): Promise<readonly Diagnosis[]> {
  const { network, accountId } = fleet.spec;
  const launches = launchesOf(fleet);
  const checks: readonly Check[] = [
    [
      "credentials",
      async () => {
        const found = await identify();
        if (accountId !== undefined && accountId !== found.accountId) {
          return wrong(
            `they are of account ${found.accountId}, and the file is for ${accountId}`,
            "Use the other credentials.",
          );
        }
        return ok(`${found.arn}`);
      },
    ],
    [`host subnet ${network.hostSubnetId}`, () => subnet(account, fleet, network.hostSubnetId, launches)],
    ...network.machineSubnetIds.map(
      (id): Check => [`machine subnet ${id}`, () => subnet(account, fleet, id, launches)],
    ),
    ["zones of machines", () => zones(account, network.machineSubnetIds)],
    ...instanceChecks(launches, account, readers.host),
    ...nameChecks(fleet, readers),
    ...topicChecks(fleet, topics, identify),
    [
      "spot service-linked role",
      async () =>
        (await account.hasSpotRole())
          ? ok("is there")
          : warning(
              "the account has no AWSServiceRoleForEC2Spot yet, and the runner manager may not make it",
              "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com",
            ),
    ],
    ["key pairs", () => keyPairs(account)],
  ];
  return Promise.all(
    checks.map(async ([check, look]) => {
      try {
        return { check, ...(await look()) };
      } catch (error) {
        const { message, hint } = failureWhile("looking", error);
        return { check, verdict: "unknown" as const, message, ...(hint === undefined ? {} : { hint }) };
      }
    }),
  );
}

async function subnet(
  account: AccountReader,
  { spec }: Fleet,
  id: string,
  launches: readonly Launch[],
): Promise<Finding> {
  const { vpcId, hostSubnetId } = spec.network;
  const found = await account.subnet(id);
  if (found === undefined) return wrong("this account and region have no such subnet", "Correct spec.network.");
  if (found.vpcId !== vpcId) return wrong(`it is in ${found.vpcId}, not in ${vpcId}`, "Correct spec.network.vpcId.");
  const here = launches.filter(({ subnetIds }) => subnetIds.includes(id));
  // Machines are private where nothing says otherwise; without a host nothing is launched in its subnet.
  const isPrivate = here.length === 0 ? id !== hostSubnetId : here.some(({ publicAddress }) => !publicAddress);
  const shut = found.wayOut === "internet gateway" && isPrivate;
  if (found.wayOut === "none" || shut) {
    const closed = shut
      ? "its way out is an internet gateway, which takes nothing without a public address"
      : "it has no way out";
    const there = await account.endpoints(vpcId);
    const leads = there.filter((endpoint) => leadsFrom(found, endpoint)).map(({ service }) => service);
    const missing = endpointServices.filter((name) => !leads.includes(`com.amazonaws.${spec.region}.${name}`));
    if (missing.length > 0) {
      return wrong(
        `${closed}, and no VPC endpoint leads from it to ${missing.join(", ")}: the SSM agent can't be reached`,
        `Route 0.0.0.0/0 to a NAT${shut ? "" : " or internet"} gateway, or add these VPC endpoints: interfaces with private DNS; a gateway in this subnet's route table.${shut ? " A host may have a public address: spec.host.publicAddress." : ""}`,
      );
    }
    return warning(
      `${closed}; the agent is reached by VPC endpoints, images and packages are not`,
      "Set spec.host.proxy, or route 0.0.0.0/0 to a NAT gateway.",
    );
  }
  if (found.freeAddresses < 16) {
    return warning(`it has only ${found.freeAddresses} free addresses`, "Use a larger subnet, or several.");
  }
  return ok(`in ${found.zone}, out by ${found.wayOut}, ${found.freeAddresses} free addresses`);
}

/** Agents ask for the services' own names. */
function leadsFrom({ routeTableId }: SubnetFacts, { type, routeTableIds, privateDns }: EndpointFacts): boolean {
  switch (type) {
    case "gateway":
      return routeTableId !== undefined && routeTableIds.includes(routeTableId);
    case "interface":
      return privateDns;
    case "other":
      return false;
  }
}

async function zones(account: AccountReader, ids: readonly string[]): Promise<Finding> {
  const found = await Promise.all(ids.map((id) => account.subnet(id)));
  const names = [...new Set(found.flatMap((one) => one?.zone ?? []))].sort();
  return names.length > 1
    ? ok(names.join(", "))
    : warning(
        `all machines are in ${names[0] ?? "no zone"}: where spot capacity ends there, none can be had`,
        "Add a subnet of another zone to spec.network.machineSubnetIds.",
      );
}

async function keyPairs(account: AccountReader): Promise<Finding> {
  const count = await account.keyPairs();
  return count < mostKeyPairs * 0.8
    ? ok(`${count} of ${mostKeyPairs}, unless the account has another quota`)
    : warning(
        `${count} of ${mostKeyPairs}: docker-machine imports one a machine, and can't make machines without`,
        "Look for left-overs with `fleetkeeper gc`, or ask for a higher quota.",
      );
}
