import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

async function sources(folder: string): Promise<readonly (readonly [string, string])[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  return Promise.all(
    files.map(async (file) => [join(folder, file), await readFile(join(folder, file), "utf8")] as const),
  );
}

test("the engine names no AWS service", async () => {
  const naming = (await sources("shared/engine")).filter(([, text]) =>
    /\b(?:AWS|EC2|S3|IAM|SSM|Amazon|Lambda)\b/.test(text),
  );
  expect(naming.map(([file]) => file)).toEqual([]);
});

test("AWS's error codes are named in shared/aws alone", async () => {
  const table = await readFile("shared/aws/error-table.ts", "utf8");
  const kinds = new Set([...table.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, kind = ""]) => kind));
  const listed = [...table.matchAll(/"([\w|\\.[\]+-]+)"/g)].flatMap(([, text = ""]) => text.split("|"));
  const codes = [...new Set(listed)].filter((code) => /^[A-Z]\w+$/.test(code) && !kinds.has(code));
  expect(codes.length).toBeGreaterThan(60);
  const others = (await Promise.all(["shared", "cli", "functions"].map(sources))).flat();
  const naming = others
    .filter(([file]) => !file.startsWith("shared/aws/"))
    .flatMap(([file, text]) =>
      codes
        .filter((code) => new RegExp(`[=!]== "${code}"|case "${code}"`).test(text))
        .map((code) => `${file}: ${code}`),
    );
  expect(naming).toEqual([]);
});
