import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle, type Chunk, functionNames } from "../../functions/build.ts";

const run = promisify(execFile);
const node = join(process.cwd(), "node_modules/.bin/node");
const sizeOf = (chunks: readonly Chunk[]) => chunks.reduce((sum, { size }) => sum + size, 0) / 1024;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(functionNames)("the bundle of %s", (name) => {
  let chunks: readonly Chunk[];
  beforeAll(async () => {
    chunks = await bundle(name, join(folder, name));
  });

  test("loads little at start, and isn't large in all", () => {
    expect(sizeOf(chunks.filter(({ atStart }) => atStart))).toBeLessThan(300);
    expect(sizeOf(chunks)).toBeLessThan(1536);
  });

  test("gives Lambda its handler in a process of its own, without anything beside it, and refuses nonsense", async () => {
    const script = `
      const { handler } = await import(${JSON.stringify(join(folder, name, "handler.mjs"))});
      const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 1000 };
      await handler({ no: "sense" }, context).catch((error) => console.error(error.code));
    `;
    const { stdout, stderr } = await run(node, ["--input-type=module", "-e", script], { cwd: "/", env: {} });
    expect(stderr.trim()).toBe("PayloadRefused");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly event: string });
    expect(lines.map(({ event }) => event)).toEqual(["PayloadRefused", "Crashed"]);
  });
});
