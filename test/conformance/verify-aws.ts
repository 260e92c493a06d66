import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, env, execPath, stdout } from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { EC2 } from "@aws-sdk/client-ec2";
import { STS } from "@aws-sdk/client-sts";
import { parseFleet } from "../../shared/desired/fleet.ts";
import type { Ran } from "../cli/terminal.ts";
import { behaviours, deviationsAt } from "./all-behaviours.ts";
import { playLife } from "./life.ts";
import { centsAnHour, smallestFleet } from "./life-cost.ts";
import { StateBucket } from "./state-bucket.ts";
import { sweepHere } from "./sweep-here.ts";

const paid = behaviours.reduce((sum, { cents = 0 }) => sum + cents, 0);
const usage = `npm run verify:aws -- --account ID [--region REGION] [--max-cents N] [--max-hours N] [--file FILE --bucket NAME] [--only PART]
    [--without-orphan]

In a real account, with the credentials and region of the environment:

1. looks at ${behaviours.length} behaviours of IAM, EC2, S3, Systems Manager and others that Fleetkeeper rests on, and says where the account
   answers otherwise than AWS documents. Some start the smallest instance for minutes: all together at most ${paid} US cents.
2. plays one life of a fleet: made, at rest, drifted by hand, healed, a machine of it lost and collected, destroyed.
   Without --file it is a fleet of roles, security groups and a bucket in the default VPC, and the machine is one of a
   manager that is vouched to be gone: a t3.micro for the better part of an hour, 2 US cents.

Everything is named fk-verify-..., and is deleted again, after an error and an interruption (Ctrl-C) too. Killed for good, its
instances end by themselves within hours, but a host of your own file. What else is left costs next to nothing: its names begin
alike, and \`fleetkeeper destroy --fleet NAME --bucket NAME-state --data --confirm NAME\` ends the life's fleet.

  --account ID     the account that this may be done in; any other one is refused
  --region REGION  default: AWS_REGION
  --max-cents N    nothing that may cost more, all together, is begun; default 100
  --max-hours N    after that the life is ended; default 3
  --file FILE      a fleet of your own for the life, with hosts and runners; it is destroyed in the end, its data too
  --bucket NAME    the state bucket of your installation; needed with --file
  --only PART      behaviours, or life
  --without-orphan no machine is launched, lost and collected: without --file, the life takes minutes then
`;

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    account: { type: "string" },
    region: { type: "string" },
    "max-cents": { type: "string", default: "100" },
    "max-hours": { type: "string", default: "3" },
    file: { type: "string" },
    bucket: { type: "string" },
    only: { type: "string" },
    "without-orphan": { type: "boolean", default: false },
    help: { type: "boolean" },
  },
});
const region = values.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
const endpoint = env["AWS_ENDPOINT_URL"];
const say = (line: string) => stdout.write(`${line}\n`);
/** US cents that may still be spent. */
let left = Number(values["max-cents"]);
const hours = Number(values["max-hours"]);

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(130);
    say("Interrupted: what was made is deleted first. A second time ends at once, and leaves it.");
    interruption.abort();
  });
}

process.exitCode = await verify();

async function verify(): Promise<number> {
  if (values.help || values.account === undefined || region === undefined || (values.file && !values.bucket)) {
    stdout.write(usage);
    return values.help ? 0 : 1;
  }
  // A cap that isn't a number would be none.
  if (!(left >= 0 && hours > 0)) {
    say("--max-cents and --max-hours take numbers: nothing was done.");
    return 1;
  }
  const aws = { region, ...(endpoint === undefined ? {} : { endpoint }) };
  const { Account } = await new STS(aws).getCallerIdentity({});
  if (Account !== values.account) {
    say(`These credentials are of account ${Account}, not of ${values.account}: nothing was done.`);
    return 1;
  }
  const prefix = `fk-verify-${randomBytes(4).toString("hex")}`;
  say(`Account ${Account}, ${region}; everything is named ${prefix}-...`);
  const parts = [
    ...(values.only === "life" ? [] : [() => lookAtBehaviours(aws, prefix)]),
    ...(values.only === "behaviours" ? [] : [() => life(aws, prefix)]),
  ];
  let good = true;
  for (const part of parts) if (!interruption.signal.aborted) good = (await part()) && good;
  return good && !interruption.signal.aborted ? 0 : 1;
}

type Aws = { readonly region: string; readonly endpoint?: string };

async function lookAtBehaviours(aws: Aws, prefix: string): Promise<boolean> {
  const chosen = behaviours.filter(({ cents = 0 }) => {
    if (cents > left) return false;
    left -= cents;
    return true;
  });
  const deviations = await deviationsAt(
    { ...aws, prefix },
    ({ name, aws: documented, source }, answer) =>
      say(answer === documented ? `  ok  ${name}` : `  NO  ${name}: ${answer}, documented: ${documented} (${source})`),
    chosen,
    interruption.signal,
  );
  const count = Object.keys(deviations).length;
  const skipped = behaviours.length - chosen.length;
  say(`${chosen.length - count} as documented, ${count} otherwise, ${skipped} not looked at for their price`);
  return count === 0;
}

async function life(aws: Aws, prefix: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "fleetkeeper-verify-"));
  const body =
    values.file === undefined
      ? await smallestFleet(new EC2(aws), prefix, aws.region)
      : await readFile(values.file, "utf8");
  const parsed = parseFleet(body, values.file ?? "the smallest fleet");
  if (!parsed.ok) {
    say(parsed.problems.map(({ message }) => message).join("\n"));
    return false;
  }
  const price = centsAnHour(parsed.fleet);
  if (price === undefined || price * hours > left) {
    const cost =
      price === undefined ? "at a price that isn't known here" : `for up to ${Math.ceil(price * hours)} cents`;
    say(`The life isn't played: its instances may run ${hours} hours ${cost}, and ${left} of --max-cents are left.`);
    return false;
  }
  const bucket = new StateBucket(aws, values.bucket ?? `${prefix}-state`);
  try {
    if (values.bucket === undefined) await bucket.make();
    const file = join(folder, "life.fleet.yaml");
    await writeFile(file, body);
    const type = (line: readonly string[]) => fleetkeeper([...line, "--bucket", bucket.name, "--region", aws.region]);
    const place = { aws, bucket: bucket.name };
    const sweep = (fleet: string) => sweepHere(place, fleet, { now: Date.now, sleep: (time) => pause(time) });
    const player = { ...place, type, sweep, say, now: Date.now, interrupted: interruption.signal };
    const deadline = Date.now() + hours * 3_600_000;
    return await playLife(player, {
      ...{ file, fleet: parsed.fleet, deadline, withoutOrphan: values["without-orphan"] },
    });
  } finally {
    if (values.bucket === undefined) await bucket.end();
    await rm(folder, { recursive: true });
  }
}

/** The command in a process of its own, as a user types it. */
function fleetkeeper(line: readonly string[]): Promise<Ran> {
  const main = new URL("../../cli/main.ts", import.meta.url).pathname;
  return new Promise((resolve) => {
    execFile(execPath, [main, ...line], { maxBuffer: 64 << 20 }, (error, out, err) => {
      const exit = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ exit, stdout: out, stderr: err });
    });
  });
}
