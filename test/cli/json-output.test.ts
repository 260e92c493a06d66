import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loopback } from "./loopback.ts";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("every field of every JSON answer is documented", async () => {
  const documentation = await readFile("docs/json-output.md", "utf8");
  await using cloud = await loopback();
  const file = "desired-state/acme.fleet.yaml";
  const lines = [
    ["plan", "-f", file],
    ["push", file],
    ["reconcile"],
    ["status"],
    ["history"],
    ["suspend", "--for", "1h", "--reason", "test"],
    ["resume"],
    ["validate", file],
  ];
  for (const line of lines) {
    const { stdout } = await cloud.type([...line, "-o", "json"]);
    for (const field of Object.keys(JSON.parse(stdout))) {
      expect(documentation, `${line[0]}: ${field}`).toMatch(new RegExp(`\\b${field}\\b`));
    }
  }
});

test("a failure is JSON too, on standard error, with its code and what to do", async () => {
  await using cloud = await loopback();
  const { exit, stdout, stderr } = await cloud.type("status --fleet nobody -o json");
  expect(exit).toBe(1);
  expect(stdout).toBe("");
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "NoStatus", class: "terminal", hint: expect.any(String) },
  });
});
