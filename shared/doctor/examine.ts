import type { AccountReader } from "../aws/account.ts";
import type { Fleet } from "../desired/fleet.ts";
import { failureWhile } from "../engine/failure.ts";

/** `unknown`: it could not be looked at, which is not the same as being fine. */
export interface Diagnosis {
  readonly check: string;
  readonly verdict: "ok" | "warning" | "wrong" | "unknown";
  readonly message: string;
  readonly hint?: string;
}

type Finding = Omit<Diagnosis, "check">;

/** Quotas of EC2 in vCPUs: running on-demand and requested spot instances of the standard families. */
const onDemandQuota = "L-1216C47A";
const spotQuota = "L-34B43A08";
/** Below this many vCPUs a host of four and a few machines don't fit. */
const fewVcpus = 16;

/** What would go wrong for a fleet before anything is made: each check by itself, none stops the others. Only reads. */
export async function examine(
  fleet: Fleet,
  account: AccountReader,
  identify: () => Promise<{ readonly accountId: string; readonly arn: string }>,
): Promise<readonly Diagnosis[]> {
  const { network, accountId } = fleet.spec;
  const checks: (readonly [string, () => Promise<Finding>])[] = [
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
    [`host subnet ${network.hostSubnetId}`, () => subnet(account, network.hostSubnetId, network.vpcId)],
    ...network.machineSubnetIds.map(
      (id) => [`machine subnet ${id}`, () => subnet(account, id, network.vpcId)] as const,
    ),
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
    ["on-demand quota", () => quota(account, onDemandQuota)],
    ["spot quota", () => quota(account, spotQuota)],
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

async function subnet(account: AccountReader, id: string, vpcId: string): Promise<Finding> {
  const found = await account.subnet(id);
  if (found === undefined) return wrong("this account and region have no such subnet", "Correct spec.network.");
  if (found.vpcId !== vpcId) return wrong(`it is in ${found.vpcId}, not in ${vpcId}`, "Correct spec.network.vpcId.");
  if (found.wayOut === "none") {
    return wrong(
      "it has no way out: the SSM agent, Docker and GitLab can't be reached",
      "Route 0.0.0.0/0 to a NAT or internet gateway, or add VPC endpoints for ssm, ssmmessages, ec2messages and s3.",
    );
  }
  if (found.freeAddresses < 16) {
    return warning(`it has only ${found.freeAddresses} free addresses`, "Use a larger subnet, or several.");
  }
  return ok(`in ${found.zone}, out by ${found.wayOut}, ${found.freeAddresses} free addresses`);
}

async function quota(account: AccountReader, code: string): Promise<Finding> {
  const value = await account.quota(code);
  if (value === undefined) return { verdict: "unknown", message: `EC2 names no quota ${code}` };
  const hint = `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} --desired-value 64`;
  return value < fewVcpus ? warning(`${value} vCPUs are few for a host and its machines`, hint) : ok(`${value} vCPUs`);
}

function ok(message: string): Finding {
  return { verdict: "ok", message };
}

function warning(message: string, hint: string): Finding {
  return { verdict: "warning", message, hint };
}

function wrong(message: string, hint: string): Finding {
  return { verdict: "wrong", message, hint };
}
