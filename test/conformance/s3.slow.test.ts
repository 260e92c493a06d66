import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningSandbox, startSandbox } from "../../sandbox/start.ts";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;
let sandbox: RunningSandbox;

beforeAll(async () => {
  await run("bash", [here("../../.ci/venv")]);
  sandbox = await startSandbox({ now: () => Date.now(), port: 0 });
});

afterAll(() => sandbox?.close());

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}

test("boto3 finds S3 as AWS documents it", async () => {
  const { stdout } = await run(here("../../.venv/bin/python"), [here("s3.py")], { env: environment() });
  expect(stdout.trim().split("\n").at(-1)).toBe("ok emptied_and_deleted");
  expect(sandbox.sandbox.calls.overlooked()).toEqual([]);
});

test("the AWS CLI copies, syncs and removes files, and is told of what fails", async () => {
  const { stdout } = await run(here("s3-cli.sh"), [here("../../.venv/bin/aws")], { env: environment() });
  expect(stdout.trim().split("\n").at(-1)).toBe("ok");
  expect(sandbox.sandbox.calls.overlooked()).toEqual([]);
});
