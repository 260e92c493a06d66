import { env, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { parts } from "./parts.ts";
import { scoreOf } from "./score.ts";

const usage = `npm run mutate -- PART... [--survivors]

Changes the modules of a part, one place after the other, and looks whether its tests notice. Takes minutes a part, on one core.

  PART         ${Object.keys(parts).join(", ")}
  --survivors  also prints each change that no test noticed
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { survivors: { type: "boolean" }, help: { type: "boolean" } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (values.help || positionals.length === 0 || unknown.length > 0) {
  (unknown.length > 0 ? stderr : stdout).write(unknown.length > 0 ? `No such part: ${unknown}\n${usage}` : usage);
  process.exitCode = values.help ? 0 : 1;
} else {
  for (const name of positionals) {
    const part = parts[name];
    if (part === undefined) continue;
    env["MUTATE_TESTS"] = part.tests.join(",");
    const results = await new Stryker({
      mutate: [...part.mutate],
      testFiles: [...part.tests],
      testRunner: "vitest",
      plugins: ["@stryker-mutator/vitest-runner"],
      vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
      coverageAnalysis: "perTest",
      // What is worked out while a module loads: with Vitest 5 the runner never puts these changes in force.
      ignoreStatic: true,
      concurrency: 1,
      ignorePatterns: [".venv", "cdk.out", "dist", "reports", "docs"],
      reporters: [],
      logLevel: "error",
      dryRunTimeoutMinutes: 10,
      timeoutMS: 20_000,
    } as ConstructorParameters<typeof Stryker>[0]).runMutationTest();
    stdout.write(`${name}: ${scoreOf(results)}\n`);
    if (!values.survivors) continue;
    for (const { status, fileName, location, mutatorName, replacement = "" } of results) {
      if (status !== "Survived" && status !== "NoCoverage") continue;
      const change = replacement.replaceAll(/\s+/g, " ").slice(0, 120);
      stdout.write(
        `  ${status} ${fileName}:${location.start.line}:${location.start.column} ${mutatorName} -> ${change}\n`,
      );
    }
  }
}
