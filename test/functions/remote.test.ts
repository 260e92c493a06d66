import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { fleetkeeper } from "../cli/terminal.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { FunctionWorld } from "./function-world.ts";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("--remote lets the functions reconcile and plan, and prints what they answer", async () => {
  const world = await FunctionWorld.open();
  await world.push("tiny", (await sampleFile("minimal")).replace("mode: Observe", "mode: Enforce"));
  const { url, close } = await listen(world.sandbox);
  try {
    const type = (line: string) => fleetkeeper(`${line} --endpoint-url ${url} --region eu-central-1`);
    const planned = await type("plan --remote -o markdown");
    expect(planned.stdout).toMatch(/^<!-- fleetkeeper plan tiny -->/);
    expect(planned.exit).toBe(2);
    const ran = await type("reconcile --remote --force -o json");
    expect(JSON.parse(ran.stdout)).toMatchObject({ fleet: "tiny", end: "Ready", force: true });
    expect(ran.exit).toBe(0);
    expect((await type("plan --remote -f desired-state/minimal.fleet.yaml")).stdout).not.toBe("");
    const refused = await type("reconcile --remote --approve a1");
    expect(refused.exit).toBe(1);
    expect(refused.stderr).toContain("teardown role");
    const unknown = await type("reconcile --remote --fleet nobody");
    expect(unknown.exit).toBe(1);
    expect(unknown.stderr).toContain("holds no fleet nobody");
  } finally {
    await close();
  }
});
