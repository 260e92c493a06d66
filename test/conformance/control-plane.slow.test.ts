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

test.each([
  ["EC2, IAM, STS and Systems Manager", "control-plane.py", "ok a host's life"],
  ["launch templates and Auto Scaling groups", "pools.py", "ok a group's life"],
  ["topics", "topics.py", "ok a topic's life"],
])("boto3 finds %s as AWS documents them", async (_what, script, end) => {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const { stdout } = await run(here("../../.venv/bin/python"), [here(script), sandbox.url], { env });
  expect(stdout.trim().split("\n").at(-1)).toBe(end);
  expect(sandbox.sandbox.calls.overlooked()).toEqual([]);
});
