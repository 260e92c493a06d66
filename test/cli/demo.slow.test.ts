import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("the demo's every step holds, by the command that the README names", () => {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "demo"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/Every step held: 11 steps/);
  expect(status).toBe(0);
});
