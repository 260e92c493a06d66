import { defineConfig } from "vitest/config";
import { LongestFirst } from "./vitest.order.ts";

/**
 * `fast` is what `npm test` runs: no network, no other language, seconds.
 * `slow` needs time or foreign programs (boto3, moto, the AWS CLI); `.ci/run` runs it too.
 * `long` takes many minutes a file on a small machine: before a release, and after a change of what it covers.
 */
export default defineConfig({
  test: {
    sequence: { shuffle: true, sequencer: LongestFirst },
    // Vitest would leave one processor to a watcher: on two that is half of them.
    maxWorkers: "100%",
    globalSetup: ["test/harness/hosts-notice.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.slow.test.ts", "test/**/*.long.test.ts"],
          // Ends what hangs, and measures no speed: tests that run hosts take long where others use the processors too.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        // As above: a test that lets a host die at many places takes ten minutes on a machine that has other work.
        test: { name: "slow", include: ["test/**/*.slow.test.ts"], testTimeout: 1_800_000, hookTimeout: 1_800_000 },
      },
      {
        extends: true,
        test: { name: "long", include: ["test/**/*.long.test.ts"], testTimeout: 3_600_000, hookTimeout: 1_800_000 },
      },
    ],
  },
});
