import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test, vi } from "vitest";
import { fileOf, plainShape } from "../chaos/fleet-shape.ts";
import { type Loopback, loopback } from "../cli/loopback.ts";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;

beforeAll(async () => {
  await run("bash", [here("../../.ci/venv")]);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

const tiny = { ...plainShape, hostRole: "tiny-host", machineRole: "tiny-machine" };

/** The last line that an independent client prints, whose every assertion is its own. */
async function judge({ url }: Loopback, file: string, ...words: readonly string[]): Promise<string | undefined> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: url,
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const [program, first] = file.endsWith(".py")
    ? [here("../../.venv/bin/python"), here(file)]
    : [here(file), here("../../.venv/bin/aws")];
  const { stdout } = await run(program, [first, ...words], { env });
  return stdout.trim().split("\n").at(-1);
}

test.each([
  ["boto3", "kinds.py", "ok groups"],
  ["the AWS CLI", "kinds-cli.sh", "ok"],
])("%s makes, reads, changes and deletes all that the kinds own, and meets AWS's errors", async (_, file, last) => {
  await using cloud = await loopback();
  expect(await judge(cloud, file, "life")).toBe(last);
  expect(cloud.aws.calls.overlooked()).toEqual([]);
});

test.each([
  ["boto3", "kinds.py", "ok drift", "ok healed"],
  ["the AWS CLI", "kinds-cli.sh", "ok", "ok"],
])("drift that %s causes is found, healed, and seen to be healed by it", async (_, file, drifted, healed) => {
  await using cloud = await loopback();
  const fleet = join(await mkdtemp(join(tmpdir(), "fleet-")), "tiny.fleet.yaml");
  await writeFile(fleet, fileOf(tiny, "tiny"));
  expect((await cloud.type(["reconcile", "-f", fleet])).exit).toBe(0);
  const { bucket } = tiny.cache;
  expect(await judge(cloud, file, "drift", "tiny", bucket)).toBe(drifted);
  await expect(judge(cloud, file, "healed", "tiny", bucket)).rejects.toThrow();
  expect((await cloud.type(["plan", "--fleet", "tiny"])).exit).toBe(2);
  const record = await cloud.type(["reconcile", "--fleet", "tiny"]);
  expect(record.exit).toBe(0);
  expect(await judge(cloud, file, "healed", "tiny", bucket)).toBe(healed);
  expect((await cloud.type(["plan", "--fleet", "tiny"])).exit).toBe(0);
});
