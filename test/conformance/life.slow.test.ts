import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startSandbox } from "../../sandbox/start.ts";
import type { Fleet } from "../../shared/desired/fleet.ts";
import { centsAnHour } from "./life-cost.ts";

const script = new URL("./verify-aws.ts", import.meta.url).pathname;

function start(url: string, ...options: readonly string[]) {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-central-1",
  };
  const running = promisify(execFile)(process.execPath, [script, ...options], { env });
  const ended = running.then(
    ({ stdout }) => ({ exit: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ exit: code, stdout }),
  );
  return { child: running.child, ended };
}

const verify = (url: string, ...options: readonly string[]) => start(url, ...options).ended;

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

test("verify:aws that is interrupted begins nothing any more, and leaves nothing behind", async () => {
  const { sandbox, url, close } = await startSandbox({ now: Date.now, port: 0 });
  try {
    const running = start(url, "--account", "123456789012", "--only", "life");
    running.child.stdout?.on("data", (chunk: string) => {
      if (chunk.includes("create:")) running.child.kill("SIGINT");
    });
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(1);
    expect(stdout).toMatch(/Interrupted[\s\S]*ok {2}destroy: nothing of it is left/);
    expect(stdout).not.toContain("drift");
    expect(JSON.stringify(sandbox.states.dump())).not.toMatch(
      /"(?:bucketName|groupName|roleName|name)":"[^"]*fk-verify/,
    );
  } finally {
    await close();
  }
});

test("what a life may cost counts every machine that its runners may have, and is unknown where they have no limit", () => {
  const fleet = (runner: object) =>
    centsAnHour({ spec: { host: { instanceType: "t3.large" }, runners: { fleets: [runner] } } } as unknown as Fleet);
  const machines = { executor: "docker+machine", limit: 10, machine: { instanceType: "t3.medium" } };
  expect(fleet(machines)).toBe(12 + 5 + 2 + 10 * 6);
  expect(fleet({ ...machines, limit: 0 })).toBeUndefined();
  expect(fleet({ ...machines, machine: { instanceType: "m6i.large" } })).toBeUndefined();
  const pool = {
    executor: "docker-autoscaler",
    autoscaler: { maxInstances: 3 },
    pool: { instanceTypes: ["t3.small", "t3.medium"] },
  };
  expect(fleet(pool)).toBe(12 + 5 + 2 + 3 * 6);
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
    // A cap that can't be read is no cap.
    const typo = await verify(url, "--account", "123456789012", "--max-cents", "1OO");
    expect(typo).toMatchObject({ exit: 1, stdout: expect.stringContaining("nothing was done") });
    expect(sandbox.calls.writes()).toEqual([]);
  } finally {
    await close();
  }
});
