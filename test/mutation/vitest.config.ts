import { env } from "node:process";
import { defineConfig } from "vitest/config";

/** What Stryker runs: the fast tests that MUTATE_TESTS names, a comma between two. */
export default defineConfig({
  test: { include: env["MUTATE_TESTS"]?.split(",") ?? [], testTimeout: 60_000 },
});
