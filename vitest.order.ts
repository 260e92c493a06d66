import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take longest, the longest first, as measured on two processors. One that starts last leaves the other processors
 * idle until it has ended; so these start first, and what isn't here comes after them in an order that the run's seed decides.
 */
const longest: readonly string[] = [
  "test/resources/runner/crash.slow.test.ts",
  "test/cli/orphans-of-a-lost-manager.slow.test.ts",
  "test/chaos/ending-crash.slow.test.ts",
  "test/resources/runner/restart.slow.test.ts",
  "test/cli/orphans-that-come-later.slow.test.ts",
  "test/resources/stack/crash.slow.test.ts",
  "test/resources/gitlab/upgrade.slow.test.ts",
  "test/resources/gitlab/crash.slow.test.ts",
  "test/infra/host-documents/killed.slow.test.ts",
  "test/cli/destroy-with-orphans.slow.test.ts",
  "test/resources/pool/crash.slow.test.ts",
  "test/resources/stack/from-nothing.test.ts",
  "test/cli/life.test.ts",
  "test/functions/least-privilege.test.ts",
  "test/infra/host-documents/write-files.test.ts",
  "test/resources/pool/crash.test.ts",
  "test/infra/host-documents/first-day.test.ts",
  "test/infra/host-documents/gitlab-upgrade.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root, sequence } = this.ctx.config;
    const gone = longest.filter((file) => !existsSync(join(root, file)));
    if (gone.length > 0) throw new Error(`vitest.order.ts names what isn't there: ${gone.join(", ")}`);
    const place = ({ moduleId }: TestSpecification): string => {
      const file = relative(root, moduleId);
      const rank = longest.indexOf(file);
      const chance = createHash("sha256").update(`${sequence.seed} ${file}`).digest("hex");
      return rank < 0 ? `b ${chance}` : `a ${String(rank).padStart(3, "0")}`;
    };
    const places = new Map(files.map((file) => [file, place(file)]));
    return [...files].sort((a, b) => ((places.get(a) ?? "") < (places.get(b) ?? "") ? -1 : 1));
  }
}
