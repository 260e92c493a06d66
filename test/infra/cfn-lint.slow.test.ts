import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { everything, synthesise } from "./synthesis.ts";

const run = promisify(execFile);

test("cfn-lint finds nothing in any template", async () => {
  const folder = await mkdtemp(join(tmpdir(), "templates-"));
  try {
    const files = await Promise.all(
      Object.entries(synthesise()).map(async ([name, template]) => {
        const file = join(folder, `${name}.template.json`);
        await writeFile(file, JSON.stringify(template));
        return file;
      }),
    );
    const { stdout, stderr } = await run(
      ".venv/bin/cfn-lint",
      // Zones are named so that synthesis asks no account (W3010).
      [
        "--ignore-checks",
        "W3010",
        "--regions",
        everything.region,
        "--non-zero-exit-code",
        "error",
        "--format",
        "parseable",
        "--",
        ...files,
      ],
      { maxBuffer: 16 * 1024 * 1024 },
    ).catch((error: { readonly stdout: string; readonly stderr: string }) => error);
    expect(`${stdout}${stderr}`).toBe("");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
