import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startSandbox } from "../../sandbox/start.ts";

const script = new URL("./verify-aws.ts", import.meta.url).pathname;

async function verify(url: string, ...options: readonly string[]) {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-central-1",
  };
  return await promisify(execFile)(process.execPath, [script, ...options], { env }).then(
    ({ stdout }) => ({ exit: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ exit: code, stdout }),
  );
}

test("verify:aws plays a whole life of the smallest fleet, and leaves nothing behind", async () => {
  const { sandbox, url, close } = await startSandbox({ now: Date.now, port: 0 });
  try {
    const { exit, stdout } = await verify(url, "--account", "123456789012", "--only", "life", "--without-orphan");
    expect(stdout).toMatch(
      /ok {2}create: Ready after \d+ runs\n {2}ok {2}at rest: .*\n {2}ok {2}drift and heal: 5 changes.*\n {2}ok {2}destroy: nothing of it is left/,
    );
    expect(exit).toBe(0);
    expect(JSON.stringify(sandbox.states.dump())).not.toMatch(
      /"(?:bucketName|groupName|roleName|name)":"[^"]*fk-verify/,
    );
  } finally {
    await close();
  }
});

test("verify:aws does nothing in another account, nor what may cost more than it is told", async () => {
  const { sandbox, url, close } = await startSandbox({ now: Date.now, port: 0 });
  try {
    const elsewhere = await verify(url, "--account", "999999999999");
    expect(elsewhere).toMatchObject({ exit: 1, stdout: expect.stringContaining("nothing was done") });
    const dear = await verify(
      url,
      "--account",
      "123456789012",
      "--only",
      "life",
      "--file",
      "desired-state/acme.fleet.yaml",
      "--bucket",
      "b",
      "--max-cents",
      "20",
    );
    expect(dear).toMatchObject({ exit: 1, stdout: expect.stringContaining("The life isn't played") });
    expect(sandbox.calls.writes()).toEqual([]);
  } finally {
    await close();
  }
});
