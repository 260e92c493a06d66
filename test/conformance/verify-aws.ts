import { randomBytes } from "node:crypto";
import { argv, env, stdout } from "node:process";
import { parseArgs } from "node:util";
import { STS } from "@aws-sdk/client-sts";
import { behaviours, deviationsAt } from "./all-behaviours.ts";

const usage = `npm run verify:aws -- --account ID [--region REGION]

Looks at ${behaviours.length} behaviours of IAM, EC2, S3 and STS in a real account, with the credentials and region of the environment, and
says where the account answers otherwise than AWS documents. It makes roles, security groups, a key pair and small buckets, one
after the other, all named fk-verify-..., and deletes each again. It starts no instance and makes no volume, so that it costs
cents at most (S3's price of some hundred requests).

  --account ID     the account that this may be done in; any other one is refused
  --region REGION  default: AWS_REGION
`;

const { values } = parseArgs({
  args: argv.slice(2),
  options: { account: { type: "string" }, region: { type: "string" }, help: { type: "boolean" } },
});
const region = values.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
const endpoint = env["AWS_ENDPOINT_URL"];

process.exitCode = await verify();

async function verify(): Promise<number> {
  if (values.help || values.account === undefined || region === undefined) {
    stdout.write(usage);
    return values.help ? 0 : 1;
  }
  const { Account } = await new STS({ region, ...(endpoint === undefined ? {} : { endpoint }) }).getCallerIdentity({});
  if (Account !== values.account) {
    stdout.write(`These credentials are of account ${Account}, not of ${values.account}: nothing was done.\n`);
    return 1;
  }
  const prefix = `fk-verify-${randomBytes(4).toString("hex")}`;
  stdout.write(`${behaviours.length} behaviours in account ${Account}, ${region}; everything is named ${prefix}-...\n`);
  const deviations = await deviationsAt(
    { region, prefix, ...(endpoint && { endpoint }) },
    ({ name, aws, source }, answer) => {
      stdout.write(answer === aws ? `  ok  ${name}\n` : `  NO  ${name}: ${answer}, documented: ${aws} (${source})\n`);
    },
  );
  const count = Object.keys(deviations).length;
  stdout.write(`${behaviours.length - count} as documented, ${count} otherwise\n`);
  return count === 0 ? 0 : 1;
}
