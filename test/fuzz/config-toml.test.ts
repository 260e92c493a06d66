import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { importConfig } from "../../shared/resources/runner/import-config.ts";
import { parseToml, renderToml } from "../../shared/resources/runner/toml.ts";
import { fleetkeeper } from "../cli/terminal.ts";

const keys = [
  "concurrent",
  "check_interval",
  "runners",
  "name",
  "limit",
  "token",
  "executor",
  "docker",
  "machine",
  "image",
  "MachineOptions",
  "autoscaling",
  "Periods",
  "volumes",
  "environment",
  "__proto__",
  "session_server",
];
const value = fc.oneof(
  fc.constantFrom(
    "true",
    "-1",
    "0",
    "1.0",
    "nan",
    "inf",
    "1979-05-27T07:32:00Z",
    '""',
    '"docker+machine"',
    '"* * 9-17 * * mon-fri *"',
    "[]",
    "[[1]]",
    "{}",
    '{ a = "b" }',
    '["amazonec2-region=eu"]',
  ),
  fc.string({ unit: "grapheme", maxLength: 10 }).map((text) => JSON.stringify(text)),
);
const line = fc.oneof(
  fc.tuple(fc.constantFrom(...keys), value).map(([key, text]) => `${JSON.stringify(key)} = ${text}`),
  fc.constantFrom(
    "[[runners]]",
    "[runners.docker]",
    "[runners.machine]",
    "[[runners.machine.autoscaling]]",
    "[session_server]",
    "[runners]",
  ),
);
/** What nearly is a config.toml: known keys with values of any type in any place. */
const configs = fc.array(line, { maxLength: 14 }).map((lines) => lines.join("\n"));

test("whatever a config.toml holds is imported with what can't be carried over, or refused with its place", () => {
  let imported = 0;
  fc.assert(
    fc.property(fc.oneof(configs, fc.string({ unit: "binary", maxLength: 80 })), (text) => {
      let table: ReturnType<typeof parseToml>;
      try {
        table = parseToml(text);
      } catch (error) {
        expect(error).toHaveProperty("line");
        return;
      }
      expect(typeof importConfig(table)).toBe("object");
      // What was read can be written and read again.
      expect(typeof parseToml(renderToml(table))).toBe("object");
      imported += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(imported).toBeGreaterThan(100);
});

test("the import command ends with an answer or a failure, never with a stack", async () => {
  const folder = await mkdtemp(join(tmpdir(), "import-"));
  try {
    await fc.assert(
      fc.asyncProperty(configs, async (text) => {
        const file = join(folder, "config.toml");
        await writeFile(file, text);
        const { exit, stdout, stderr } = await fleetkeeper(["import", file]);
        expect([0, 1]).toContain(exit);
        expect(stdout + stderr).not.toMatch(/\n {4}at /);
        expect(stdout + stderr).not.toContain("TypeError");
        if (exit === 1) expect(stderr).not.toBe("");
      }),
      { numRuns: 150 },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
