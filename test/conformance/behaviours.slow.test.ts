import { beforeAll, expect, test, vi } from "vitest";
import { startSandbox } from "../../sandbox/start.ts";
import { behaviours, deviationsAt } from "./all-behaviours.ts";
import deviations from "./behaviour-deviations.json" with { type: "json" };
import { startMoto } from "./moto.ts";

beforeAll(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

const place = { region: "eu-central-1", prefix: "fk-conformance" };

// A new deviation fails, and so does one that is gone.
test("the sandbox behaves as AWS documents, but for what is listed", async () => {
  const sandbox = await startSandbox({ now: () => Date.now(), port: 0 });
  const wait = (milliseconds: number) => sandbox.sandbox.clock.advance(milliseconds);
  try {
    expect(await deviationsAt({ ...place, endpoint: sandbox.url, wait })).toEqual(deviations.sandbox);
  } finally {
    await sandbox.close();
  }
});

test("moto, which others wrote, deviates as listed: where it agrees with AWS's documentation, two have read it alike", async () => {
  await using moto = await startMoto();
  // What moto does takes it no time: what isn't there at once won't come.
  const wait = async () => {};
  expect(await deviationsAt({ ...place, endpoint: moto.endpoint, wait })).toEqual(deviations.moto);
});

test("there are behaviours enough to tell, each with the page that says so", () => {
  expect(new Set(behaviours.map(({ name }) => name)).size).toBe(behaviours.length);
  expect(behaviours.length).toBeGreaterThanOrEqual(150);
  expect(behaviours.filter(({ source }) => !source.startsWith("https://docs.aws.amazon.com/"))).toEqual([]);
});
