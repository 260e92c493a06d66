import { join, resolve } from "node:path";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import { Hosts } from "../../sandbox/hosts/hosts.ts";
import type { Isolation } from "../../sandbox/hosts/isolation.ts";
import { startSandbox } from "../../sandbox/start.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { compose } from "../../shared/resources/stack/pins.ts";
import { Person } from "../demo/person.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";

interface SandboxCommandOptions extends CommonOptions {
  readonly port: string;
  readonly dir?: string;
}

const stateBucket = "fleetkeeper-state";

/** `sandbox`: the embedded AWS on loopback, with a state bucket in it, until interrupted. */
export async function run(io: Io, _: readonly string[], options: SandboxCommandOptions): Promise<number> {
  const region = options.region ?? "eu-central-1";
  const directory = options.dir === undefined ? undefined : resolve(io.cwd, options.dir);
  const hosts = new Hosts({
    artifacts: { [compose.x86_64.url]: compose.x86_64.sha256 },
    ...(directory === undefined ? {} : { directory: join(directory, "hosts") }),
  });
  const running = await startSandbox({
    now: io.now,
    hosts,
    port: portOf(options.port),
    region,
    ...(directory === undefined ? {} : { directory }),
  }).catch((error: unknown) => {
    throw new Failure({
      code: "SandboxNotStarted",
      class: "terminal",
      message: `the sandbox can't start: ${error instanceof Error ? error.message : String(error)}`,
      hint: "choose another --port or --dir",
      cause: error,
    });
  });
  await install(running.url, region, options.bucket ?? stateBucket);
  io.stdout.write(`an embedded AWS listens on ${running.url} (account ${running.sandbox.account}, ${region})\n`);
  io.stdout.write(`what is sent to its hosts is ${runsText(hosts.isolation)}\n`);
  io.stdout.write(environmentText(running.url, region, options.bucket ?? stateBucket));
  await interruption(io);
  await running.close();
  return 0;
}

/** What `cdk deploy` would bring and the commands need: the state bucket, and the documents that hosts are sent. */
async function install(endpoint: string, region: string, bucket: string): Promise<void> {
  const person = new Person({ region, endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  await person.makeBucket(bucket);
  for (const { name, content } of hostDocuments()) await person.makeDocument(name, content);
}

function runsText({ mode, message }: Isolation): string {
  return mode === "record"
    ? `only recorded, not executed: ${message}`
    : `really executed, each host apart from this machine (${message})`;
}

/** What to paste into another terminal, for this command, the AWS CLI or any SDK. */
function environmentText(url: string, region: string, bucket: string): string {
  const variables = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    // The AWS CLI's first version and boto3 read this one only.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    FLEETKEEPER_BUCKET: bucket,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
  return `${lines.join("\n")}\n`;
}

async function interruption({ interrupted }: Io): Promise<void> {
  if (interrupted.aborted) return;
  await new Promise<void>((done) => interrupted.addEventListener("abort", () => done(), { once: true }));
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port;
  throw new Failure({
    code: "InvalidArgument",
    class: "terminal",
    message: `--port must be a number from 0 to 65535, not ${JSON.stringify(text)}`,
  });
}
