import { execFile, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { beforeAll, expect, test, vi } from "vitest";
import { startSandbox } from "../../sandbox/start.ts";
import { behaviours, deviationsAt } from "./all-behaviours.ts";
import deviations from "./behaviour-deviations.json" with { type: "json" };

const here = (path: string) => new URL(path, import.meta.url).pathname;

beforeAll(async () => {
  await promisify(execFile)("bash", [here("../../.ci/venv")]);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

const place = { region: "eu-central-1", prefix: "fk-conformance" };

// A new deviation fails, and so does one that is gone.
test("the sandbox behaves as AWS documents, but for what is listed", async () => {
  const sandbox = await startSandbox({ now: () => Date.now(), port: 0 });
  try {
    expect(await deviationsAt({ ...place, endpoint: sandbox.url })).toEqual(deviations.sandbox);
  } finally {
    await sandbox.close();
  }
});

test("moto, which others wrote, deviates as listed: where it agrees with AWS's documentation, two have read it alike", async () => {
  const port = 20_000 + (process.pid % 20_000);
  const moto = spawn(here("../../.venv/bin/moto_server"), ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 120; tries += 1) {
      const up = await fetch(`${endpoint}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (up) break;
      await wait(500);
    }
    expect(await deviationsAt({ ...place, endpoint })).toEqual(deviations.moto);
  } finally {
    moto.kill();
  }
});

test("there are behaviours enough to tell", () => {
  expect(new Set(behaviours.map(({ name }) => name)).size).toBe(behaviours.length);
  expect(behaviours.length).toBeGreaterThan(70);
});
